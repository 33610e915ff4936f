//! One operation.

use super::details::Details;
use super::download::Download;
use crate::api::{ApiError, TurnOperation, get_operation};
use crate::app::address::{self, link, use_own_search, use_segment};
use crate::app::components::{
    ActionForm, ActionNotice, Confirm, ErrorNotice, Icon, IconName, PageTitle, after_first_reading,
    done, last_known,
};
use crate::app::format;
use crate::app::live::use_live;
use crate::app::pages::operations::state::{bytes, operation_path};
use crate::model::Operation;
use leptos::prelude::*;

/// One operation: what it does, how far it is, what can be done about it.
#[component]
pub fn OperationPage() -> impl IntoView {
    let id = use_segment("/operations/");
    let turn = ServerAction::<TurnOperation>::new();
    let beat = use_live().beat(1);
    let read = Resource::new(
        move || (id.get(), beat.get(), turn.version().get()),
        |(id, ..)| get_operation(id),
    );
    let known = last_known(read);
    view! {
        <PageTitle title="Operation">
            <p class="headline"><a href=link("/operations")>"all operations"</a></p>
        </PageTitle>
        <ActionNotice value=done(*turn) done=String::clone/>
        <Transition fallback=Loading>
            {after_first_reading(read, move || view! { <Body read known id turn/> })}
        </Transition>
    }
}

#[component]
fn Loading() -> impl IntoView {
    view! { <p class="loading">"Reading the operation …"</p> }
}

#[component]
fn Body(
    read: Resource<Result<Option<Operation>, ApiError>>,
    known: Memo<Option<Option<Operation>>>,
    id: Memo<String>,
    turn: ServerAction<TurnOperation>,
) -> impl IntoView {
    let problem = Memo::new(move |_| read.get().and_then(Result::err));
    let refused = move || {
        turn.value()
            .get()
            .and_then(Result::err)
            .map(|error| view! { <ErrorNotice error/> })
    };
    let operation = Memo::new(move |_| known.get().flatten());
    let is_nowhere = Memo::new(move |_| known.with(|known| matches!(known, Some(None))));
    let search = use_own_search();
    let asks_to_free = Memo::new(move |_| {
        search.with(|search| address::value(search, "confirm").as_deref() == Some("free"))
    });
    view! {
        {move || problem.get().map(|error| view! { <ErrorNotice error/> })}
        {refused}
        <Show when=move || is_nowhere.get()>
            <div class="empty">
                <p class="empty-title">"There is no such operation."</p>
                <p>
                    "Operations that are over are kept for a week. "
                    <a href=link("/operations")>"Show all that there are"</a>
                </p>
            </div>
        </Show>
        <Download operation search/>
        {move || operation.get().map(|operation| view! { <Details operation turn/> })}
        {move || {
            let operation = operation.get()?;
            let can_free = operation.state.is_over() && operation.kept.entries > 0;
            (can_free && asks_to_free.get())
                .then(|| view! { <FreeQuestion id=id.get() operation turn/> })
        }}
    }
}

/// What is freed cannot be brought back: it is asked for.
#[component]
fn FreeQuestion(
    id: String,
    operation: Operation,
    turn: ServerAction<TurnOperation>,
) -> impl IntoView {
    let jobs = format::counted(operation.kept.entries, "job", "jobs");
    view! {
        <Confirm title="Free what is kept to undo this?" cancel_href=operation_path(&id) action=*turn>
            <p>
                "Gives up " <strong>{bytes(operation.kept.bytes)}</strong> " of the store, and with it the way back: the "
                {jobs} " that this operation has changed stay as they are now."
            </p>
            <ActionForm action=turn>
                <input type="hidden" name="id" value=id/>
                <button class="button button-primary" type="submit" name="verb" value="free">
                    <Icon name=IconName::Delete/>
                    "Free the space"
                </button>
            </ActionForm>
        </Confirm>
    }
}
