//! How an operation stands, in words and colours.

use crate::app::components::{Icon, JobState};
use crate::app::format;
use crate::model::{Operation, OperationState};
use leptos::prelude::*;

/// The state as icon and word in its colour.
#[component]
pub(super) fn OperationBadge(
    /// Which.
    state: OperationState,
) -> impl IntoView {
    let look = JobState::of_operation(state);
    view! {
        <span class=format!("badge {}", look.class())>
            <Icon name=look.icon()/>
            {state.name()}
        </span>
    }
}

/// The path of an operation's page.
pub(super) fn operation_path(id: &str) -> String {
    format!("/operations/{}", format::url_encode(id))
}

/// `12 400 done, 3 gone meanwhile, 5 left as they are`.
pub(super) fn result(operation: &Operation) -> String {
    let progress = &operation.progress;
    let mut text = format!("{} done", format::count(progress.done));
    if progress.gone > 0 {
        text.push_str(&format!(
            ", {} gone meanwhile",
            format::count(progress.gone)
        ));
    }
    let refused = progress.refused_total();
    if refused > 0 {
        text.push_str(&format!(", {} left as they are", format::count(refused)));
    }
    text
}

/// How fast it is, and how long the rest takes: `, 1.2k a second, 12 s left`. Nothing when it does not run.
pub(super) fn pace(operation: &Operation) -> String {
    if operation.state != OperationState::Running {
        return String::new();
    }
    let progress = &operation.progress;
    let mut text = String::new();
    if progress.rate >= 1.0 {
        text.push_str(&format!(", {} a second", format::rate(progress.rate)));
    }
    if let Some(left) = progress.seconds_left {
        text.push_str(&format!(", {} left", format::duration(left)));
    }
    text
}

/// Space in the store.
pub(super) fn bytes(bytes: u64) -> String {
    if bytes < 1024 {
        format::counted(bytes, "byte", "bytes")
    } else {
        format::kibibytes(bytes / 1024)
    }
}

#[cfg(test)]
mod tests {
    use super::bytes;

    #[test]
    fn space_has_a_unit() {
        assert_eq!(bytes(1), "1 byte");
        assert_eq!(bytes(5 * 1024 * 1024).replace('\u{a0}', " "), "5 MiB");
    }
}
