//! How far a run is.

use leptos::prelude::*;

/// A bar with the percentage beside it.
#[component]
pub fn ProgressBar(
    /// Done, 0 to 100.
    #[prop(into)]
    percent: Signal<f64>,
) -> impl IntoView {
    view! {
        <progress
            class="progress"
            max="100"
            value=move || percent.get().to_string()
            aria-label="Progress"
        ></progress>
        <span class="progress-percent">{move || percent_text(percent.get())}</span>
    }
}

/// Whole percents, down: what is not done entirely is not shown as done.
fn percent_text(percent: f64) -> String {
    format!("{:.0}\u{a0}%", percent.clamp(0.0, 100.0).floor())
}

#[cfg(test)]
mod tests {
    use super::percent_text;

    #[test]
    fn only_what_is_done_entirely_is_shown_so() {
        assert_eq!(percent_text(99.9), "99\u{a0}%");
        assert_eq!(percent_text(100.0), "100\u{a0}%");
        assert_eq!(percent_text(0.4), "0\u{a0}%");
    }
}
