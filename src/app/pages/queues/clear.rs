//! The question before a queue is cleared.

use crate::api::ClearQueue;
use crate::app::components::{Confirm, Icon, IconName};
use crate::app::format;
use crate::app::live::queue_numbers;
use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// Asks when the address says so: `?confirm=clear&queue=NAME`.
#[component]
pub(super) fn ConfirmClear(action: ServerAction<ClearQueue>) -> impl IntoView {
    let query = use_query_map();
    let asked = Memo::new(move |_| {
        query.with(|query| {
            (query.get("confirm").as_deref() == Some("clear"))
                .then(|| query.get("queue"))
                .flatten()
                .filter(|queue| !queue.is_empty())
        })
    });
    move || asked.get().map(|queue| view! { <Question queue action/> })
}

#[component]
fn Question(queue: String, action: ServerAction<ClearQueue>) -> impl IntoView {
    let summary = queue_numbers(&queue).summary;
    let jobs = move || summary.with(|queue| format::counted(queue.size, "job", "jobs"));
    view! {
        <Confirm title=format!("Clear queue {queue}?") cancel_href="/queues">
            <p>
                "Deletes the "
                <strong>{jobs}</strong>
                " that wait in it now, and those that are enqueued until then. "
                "They are not run and cannot be brought back. Jobs that run already go on."
            </p>
            <ActionForm action=action>
                <input type="hidden" name="queue" value=queue/>
                <button class="button button-primary" type="submit" disabled=move || action.pending().get()>
                    <Icon name=IconName::Delete/>
                    "Clear queue"
                </button>
            </ActionForm>
        </Confirm>
    }
}
