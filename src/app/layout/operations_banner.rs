//! The operations that go on, on every page.

use super::strip::Strip;
use crate::app::address::link;
use crate::app::components::{Icon, IconName, JobState};
use crate::app::format;
use crate::app::live::use_live;
use crate::model::{OperationState, OperationSummary, percent};
use leptos::prelude::*;

/// A line an operation that is not over, or ended within the last minute. Nothing most of the time.
#[component]
pub(super) fn OperationsBanner() -> impl IntoView {
    let live = use_live();
    let names = live.select(|snapshot| {
        let operations = snapshot.operations.iter();
        operations
            .map(|operation| operation.id.clone())
            .collect::<Vec<_>>()
    });
    let line = move |id: String| {
        let operation = live.select(move |snapshot| {
            let operations = &mut snapshot.operations.iter();
            operations
                .find(|operation| operation.id == id)
                .cloned()
                .unwrap_or_default()
        });
        view! { <Line operation/> }
    };
    view! { <Strip class="operations-banner" names href="/operations" line/> }
}

#[component]
fn Line(operation: Memo<OperationSummary>) -> impl IntoView {
    let href = move || operation.with(|operation| format!("/operations/{}", operation.id));
    let words = Memo::new(move |_| operation.with(|operation| operation.words.clone()));
    let state = Memo::new(move |_| operation.with(|operation| operation.state));
    let look = move || JobState::of_operation(state.get());
    let message = move || operation.with(|operation| operation.message.clone());
    let done = move || {
        operation.with(|operation| percent(operation.state, operation.scanned, operation.total))
    };
    view! {
        <a class="strip-line operations-line" href=move || link(href()) title=message>
            <Icon name=IconName::Operations/>
            <span class=move || look().class()>{move || state.get().name()}</span>
            <span class="operations-words">{words}</span>
            <progress
                class="progress"
                max="100"
                value=move || done().to_string()
                aria-label="Progress"
                hidden=move || state.get().is_over()
            ></progress>
            <span class="operations-numbers">{move || operation.with(numbers)}</span>
        </a>
    }
}

/// `12 400 done, 8 s left`.
fn numbers(operation: &OperationSummary) -> String {
    let done = format!("{} done", format::count(operation.done));
    match operation.seconds_left {
        Some(left) if operation.state == OperationState::Running => {
            format!("{done}, {} left", format::duration(left))
        }
        _ => done,
    }
}

#[cfg(test)]
mod tests {
    use super::numbers;
    use crate::model::{OperationState, OperationSummary};

    #[test]
    fn only_what_runs_has_a_time_left() {
        let mut operation = OperationSummary {
            done: 5,
            seconds_left: Some(8.0),
            ..OperationSummary::default()
        };
        assert_eq!(
            numbers(&operation).replace('\u{a0}', " "),
            "5 done, 8 s left"
        );
        operation.state = OperationState::Paused;
        assert_eq!(numbers(&operation), "5 done");
    }
}
