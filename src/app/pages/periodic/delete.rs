//! The question before a periodic job is deleted.

use super::view::{PAGE, to_delete};
use crate::api::DeletePeriodic;
use crate::app::address::use_own_search;
use crate::app::components::{ActionForm, Confirm, Icon, IconName};
use leptos::prelude::*;

/// Asks when the address says so.
#[component]
pub(super) fn ConfirmDelete(action: ServerAction<DeletePeriodic>) -> impl IntoView {
    let search = use_own_search();
    let asked = Memo::new(move |_| search.with(|search| to_delete(search)));
    move || asked.get().map(|name| view! { <Question name action/> })
}

#[component]
fn Question(name: String, action: ServerAction<DeletePeriodic>) -> impl IntoView {
    view! {
        <Confirm title=format!("Delete periodic job {name}?") cancel_href=PAGE action=*action>
            <p>
                "It is forgotten with its history. Jobs that it has enqueued stay. A process that has it in its configuration "
                "brings it back when it starts, due from then on."
            </p>
            <ActionForm action=action>
                <input type="hidden" name="name" value=name/>
                <button class="button button-primary" type="submit" disabled=move || action.pending().get()>
                    <Icon name=IconName::Delete/>
                    "Delete periodic job"
                </button>
            </ActionForm>
        </Confirm>
    }
}
