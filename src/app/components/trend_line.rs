//! Failures over time as a small line.

use super::chart::scale::sparkline;
use crate::app::format;
use leptos::prelude::*;

const WIDTH: f64 = 120.0;
const HEIGHT: f64 = 20.0;

/// Counts over time as a small line, from 0 to their highest; the newest, whose time is not over yet, at the right and dashed.
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
    let paths = Memo::new(move |_| open_end(&path()));
    view! {
        <svg
            class="sparkline trend-line state-failed"
            viewBox=format!("0 0 {WIDTH} {HEIGHT}")
            preserveAspectRatio="none"
            role="img"
            aria-label=label
        >
            <path d=move || paths.with(|(closed, _)| closed.clone())></path>
            <path class="trend-open" d=move || paths.with(|(_, open)| open.clone())></path>
        </svg>
    }
}

/// The line up to its last but one point, and from there on.
fn open_end(path: &str) -> (String, String) {
    let Some(last) = path.rfind('L') else {
        return (path.to_owned(), String::new());
    };
    let (closed, end) = path.split_at(last);
    let from = closed
        .rfind(['L', 'M'])
        .map_or("", |point| &closed[point + 1..]);
    (closed.to_owned(), format!("M{from}{end}"))
}

#[cfg(test)]
mod tests {
    use super::open_end;

    #[test]
    fn the_last_stretch_is_apart() {
        let apart = |closed: &str, open: &str| (closed.to_owned(), open.to_owned());
        assert_eq!(open_end("M0 1L2 3L4 5"), apart("M0 1L2 3", "M2 3L4 5"));
        assert_eq!(open_end("M0 1L2 3"), apart("M0 1", "M0 1L2 3"));
        assert_eq!(open_end("M0 1"), apart("M0 1", ""));
    }
}
