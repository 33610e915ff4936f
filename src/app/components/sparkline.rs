//! A small line in a table's row.

use super::chart::scale::sparkline;
use crate::app::format;
use crate::model::Snapshot;
use leptos::prelude::*;

const WIDTH: f64 = 120.0;
const HEIGHT: f64 = 20.0;

/// The sizes of the last ten minutes as a small line, from 0 to their highest; the newest at the right, with a gap where none is known.
#[component]
pub fn Sparkline(
    /// Sizes, oldest first.
    #[prop(into)]
    sizes: Signal<Vec<Option<u64>>>,
) -> impl IntoView {
    // Says it in words: where it comes from, where it is, and the highest between.
    let label = move || {
        sizes.with(|sizes| {
            let known = || sizes.iter().flatten();
            match (known().next(), known().next_back(), known().max()) {
                (Some(first), Some(last), Some(highest)) => format!(
                    "from {} to {}, at most {}",
                    format::count(*first),
                    format::count(*last),
                    format::count(*highest)
                ),
                _ => "no sizes yet".to_owned(),
            }
        })
    };
    view! {
        <svg
            class="sparkline state-enqueued"
            viewBox=format!("0 0 {WIDTH} {HEIGHT}")
            preserveAspectRatio="none"
            role="img"
            aria-label=label
        >
            <path d=move || sizes.with(|sizes| sparkline(sizes, Snapshot::POINTS, WIDTH, HEIGHT))></path>
        </svg>
    }
}
