//! Failures over time as a small line.

use super::chart::scale::sparkline;
use crate::app::format;
use leptos::prelude::*;

const WIDTH: f64 = 120.0;
const HEIGHT: f64 = 20.0;

/// Counts over time as a small line, from 0 to their highest; the newest at the right.
#[component]
pub fn TrendLine(
    /// Counts, oldest first.
    #[prop(into)]
    counts: Signal<Vec<u64>>,
    /// Over which time, for those who hear it: `the last 24 hours`.
    #[prop(into)]
    span: Signal<String>,
) -> impl IntoView {
    let label = move || {
        counts.with(|counts| {
            format!(
                "{} in {}, at most {} at a time",
                format::counted(counts.iter().sum(), "failure", "failures"),
                span.get(),
                format::count(counts.iter().copied().max().unwrap_or(0))
            )
        })
    };
    let path = move || {
        counts.with(|counts| {
            let sizes: Vec<Option<u64>> = counts.iter().copied().map(Some).collect();
            sparkline(&sizes, sizes.len(), WIDTH, HEIGHT)
        })
    };
    view! {
        <svg
            class="sparkline trend-line state-failed"
            viewBox=format!("0 0 {WIDTH} {HEIGHT}")
            preserveAspectRatio="none"
            role="img"
            aria-label=label
        >
            <path d=path></path>
        </svg>
    }
}
