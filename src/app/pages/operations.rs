//! Changes of many jobs: all of them, one of them, a new one.

mod details;
mod download;
mod fields;
mod new;
mod one;
mod outlook;
mod preview;
mod state;

pub(super) use fields::to_utc;
pub use new::NewOperationPage;
pub use one::OperationPage;
pub(super) use outlook::{ConfirmButton, Draft, Outlook, samples, warnings};

use crate::api::{ApiError, get_operations};
use crate::app::access::may;
use crate::app::address::link;
use crate::app::components::{
    ErrorNotice, PageTitle, ProgressBar, Time, after_first_reading, last_known,
};
use crate::app::format;
use crate::app::live::use_live;
use crate::model::{Operation, Right, percent};
use leptos::prelude::*;
use state::{OperationBadge, bytes, operation_path, pace, result};

/// Seconds between two readings.
const REREAD_SECONDS: u64 = 2;

/// Every operation: those that are not over first, then the newest.
#[component]
pub fn OperationsPage() -> impl IntoView {
    let beat = use_live().beat(REREAD_SECONDS);
    let read = Resource::new(move || beat.get(), |_| get_operations());
    let known = last_known(read);
    view! {
        <PageTitle title="Operations">
            <Transition>
                {after_first_reading(read, move || view! { <Summary known/> })}
            </Transition>
            {may(Right::AddJobs).then(|| view! {
            <a class="button title-action" href=link("/import")>"Import…"</a>
            })}
            {may(Right::ChangeJobs).then(|| view! {
            <a class="button" href=link("/operations/new")>"New operation"</a>
            })}
        </PageTitle>
        <Transition fallback=Loading>
            {after_first_reading(read, move || view! { <Body read known/> })}
        </Transition>
    }
}

#[component]
fn Loading() -> impl IntoView {
    view! { <p class="loading">"Reading the operations …"</p> }
}

/// The number that matters: how many run, and what undo takes in the store.
#[component]
fn Summary(known: Memo<Option<Vec<Operation>>>) -> impl IntoView {
    let text = move || {
        known.with(|operations| {
            let operations = operations.as_ref()?;
            let running = operations
                .iter()
                .filter(|operation| !operation.state.is_over())
                .count() as u64;
            let kept: u64 = operations
                .iter()
                .map(|operation| operation.kept.bytes)
                .sum();
            let running = match running {
                0 => "none is running".to_owned(),
                1 => "1 is not over".to_owned(),
                more => format!("{} are not over", format::count(more)),
            };
            Some(match kept {
                0 => running,
                kept => format!("{running}, undo holds {} of the store", bytes(kept)),
            })
        })
    };
    view! { <p class="headline">{text}</p> }
}

/// The table, which stays while it is read again: only what it says changes.
#[component]
fn Body(
    read: Resource<Result<Vec<Operation>, ApiError>>,
    known: Memo<Option<Vec<Operation>>>,
) -> impl IntoView {
    let problem = Memo::new(move |_| read.get().and_then(Result::err));
    let is_known = Memo::new(move |_| known.with(Option::is_some));
    let names = Memo::new(move |_| known.with(|operations| ordered(operations.iter().flatten())));
    let none = Memo::new(move |_| names.with(Vec::is_empty));
    let row = move |id: String| {
        let operation = Memo::new(move |last: Option<&Option<Operation>>| {
            known.with(|operations| {
                let mut operations = operations.iter().flatten();
                operations
                    .find(|operation| operation.id == id)
                    .cloned()
                    .or_else(|| last.cloned().flatten())
            })
        });
        view! { <Row operation/> }
    };
    view! {
        {move || problem.get().map(|error| view! { <ErrorNotice error/> })}
        <Show when=move || is_known.get()>
            <Show when=move || !none.get() fallback=Empty>
                <div class="table-scroll">
                    <table class="table operations">
                        <thead>
                            <tr>
                                <th scope="col">"Operation"</th>
                                <th scope="col">"State"</th>
                                <th scope="col">"Progress"</th>
                                <th scope="col" class="num medium">"Begun"</th>
                                <th scope="col" class="num medium">"Undo holds"</th>
                            </tr>
                        </thead>
                        <tbody>
                            <For each=move || names.get() key=String::clone children=row/>
                        </tbody>
                    </table>
                </div>
            </Show>
        </Show>
    }
}

#[component]
fn Empty() -> impl IntoView {
    view! {
        <div class="empty">
            <p class="empty-title">"No operation was begun within the last week."</p>
            <p>
                "An operation changes every job that matches: filter a list, and follow the link above its rows; or begin with "
                <a href=link("/operations/new")>"where the jobs are"</a> "."
            </p>
        </div>
    }
}

#[component]
fn Row(operation: Memo<Option<Operation>>) -> impl IntoView {
    let may_free = may(Right::FreeUndo);
    let row = move || {
        let operation = operation.get()?;
        let path = operation_path(&operation.id);
        let words = operation.words.clone();
        let done = percent(
            operation.state,
            operation.progress.scanned,
            operation.plan.total,
        );
        let message = operation.message.clone();
        let reason = operation.plan.reason.clone();
        let pace = pace(&operation);
        let free = (may_free && operation.state.is_over() && operation.kept.bytes > 0).then(|| {
            let href = format!("{path}?confirm=free");
            let label = format!("Free what is kept of {words}");
            view! { <a class="button button-quiet button-small" href=link(href) aria-label=label>"Free"</a> }
        });
        Some(view! {
            <th scope="row">
                <a class="name" href=link(path.clone())>{words.clone()}</a>
                {message.map(|message| view! { <div class="second-line">{message}</div> })}
                <div class="second-line">{reason}</div>
            </th>
            <td>
                <OperationBadge state=operation.state/>
                <div class="second-line">{operation.undone_by.is_some().then_some("undo begun")}</div>
            </td>
            <td class="operation-progress">
                <div class="operation-bar"><ProgressBar percent=done/></div>
                <div class="second-line">{result(&operation)} {pace}</div>
            </td>
            <td class="num medium"><Time at=operation.created_at/></td>
            <td class="num medium">
                {match operation.kept.bytes {
                    0 => "–".to_owned(),
                    kept => bytes(kept),
                }}
                {free}
            </td>
        })
    };
    view! { <tr>{row}</tr> }
}

/// The names of all: those that are not over first, each part with the newest first.
fn ordered<'all>(operations: impl Iterator<Item = &'all Operation> + Clone) -> Vec<String> {
    let open = operations
        .clone()
        .filter(|operation| !operation.state.is_over());
    let over = operations.filter(|operation| operation.state.is_over());
    open.chain(over)
        .map(|operation| operation.id.clone())
        .collect()
}
