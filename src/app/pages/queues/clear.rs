//! The question before a queue is cleared.

use super::order::{self, QueueSorting};
use crate::api::ClearQueue;
use crate::app::access::may;
use crate::app::address::{self, use_own_search};
use crate::app::components::{ActionForm, Confirm, Icon, IconName};
use crate::app::format;
use crate::app::live::queue_numbers;
use crate::model::Right;
use leptos::prelude::*;

/// Asks when the address says so: `?confirm=clear&queue=NAME`.
#[component]
pub(super) fn ConfirmClear(
    action: ServerAction<ClearQueue>,
    sorting: Memo<QueueSorting>,
) -> impl IntoView {
    let search = use_own_search();
    let asked = Memo::new(move |_| search.with(|search| asked(search)));
    move || {
        asked.get().map(
            |queue| view! { <Question queue action cancel_href=order::address(sorting.get_untracked())/> },
        )
    }
}

/// The queue that the address asks about.
fn asked(search: &str) -> Option<String> {
    address::asked(search, "clear", "queue")
}

#[component]
fn Question(queue: String, action: ServerAction<ClearQueue>, cancel_href: String) -> impl IntoView {
    let summary = queue_numbers(&queue).summary;
    let same_queue = queue.clone();
    let jobs = move || summary.with(|queue| format::counted(queue.size, "job", "jobs"));
    view! {
        <Confirm title=format!("Clear queue {queue}?") cancel_href action=*action>
            <p>
                "Deletes the "
                <strong>{jobs}</strong>
                " that wait in it now, step by step. They can be put back for a day, unless another time is set. "
                "Jobs that run already go on."
            </p>
            <ActionForm action=action>
                <input type="hidden" name="queue" value=same_queue/>
                <button class="button button-danger" type="submit" disabled=move || action.pending().get()>
                    <Icon name=IconName::Delete/>
                    "Clear queue"
                </button>
            </ActionForm>
            {may(Right::ClearQueues).then(|| view! {
            <details class="confirm-other">
                <summary>"At once, and for good"</summary>
                <p>
                    "Removes the queue itself, also with what is enqueued until then: in one step, however many jobs wait. "
                    "They cannot be brought back."
                </p>
                <ActionForm action=action>
                    <input type="hidden" name="queue" value=queue/>
                    <input type="hidden" name="for_good" value="true"/>
                    <button class="button" type="submit" disabled=move || action.pending().get()>
                        "Remove for good"
                    </button>
                </ActionForm>
            </details>
            })}
        </Confirm>
    }
}

#[cfg(test)]
mod tests {
    use super::asked;
    use crate::app::format;
    use crate::app::pages::queues::order::{confirm_address, sorting};

    #[test]
    fn the_question_is_about_the_queue_that_was_clicked() {
        for queue in ["photos", "a%20b", "a b", "100%", "x&confirm=no"] {
            let href = confirm_address(sorting(None, None), &format::url_encode(queue));
            let (_, search) = href.split_once('?').unwrap();
            assert_eq!(asked(search).as_deref(), Some(queue), "{href}");
        }
        assert_eq!(asked("queue=photos"), None);
        assert_eq!(asked("confirm=clear&queue="), None);
    }
}
