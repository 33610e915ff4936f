//! Who did what.

mod filter;
mod pager;
mod row;

use crate::api::{ApiError, AuditQuery, get_audit};
use crate::app::access::may;
use crate::app::address::{link, use_own_search};
use crate::app::components::{
    ErrorNotice, ExportLinks, Notice, NoticeKind, PageTitle, after_first_reading,
};
use crate::model::{AuditEntry, AuditPage as Page, Right};
use filter::FilterBar;
use leptos::prelude::*;
use pager::Pager;
use row::AuditRow;

/// The page.
const PAGE: &str = "/audit";

/// What was read.
type Read = Resource<Result<Page, ApiError>>;

/// Who changed what, when, from where, why, and what came of it: newest first.
#[component]
pub fn AuditPage() -> impl IntoView {
    // The server refuses it as well; here it is said before anything is asked.
    if !may(Right::ReadAudit) {
        return view! { <NotForViewers/> }.into_any();
    }
    let search = use_own_search();
    let query = Memo::new(move |_| search.with(|search| AuditQuery::parse(search)));
    let read: Read = Resource::new(
        move || query.with(AuditQuery::to_text),
        |query| get_audit(query.trim_start_matches('?').to_owned()),
    );
    let here = move || format!("{PAGE}{}", query.with(AuditQuery::to_text));
    let export =
        Callback::new(move |format: &'static str| query.with(|query| query.export_address(format)));
    view! {
        <PageTitle title="Audit">
            <p class="headline">"Who changed what, newest first"</p>
            // A page of its own again: what came meanwhile does not push aside what is being read.
            <a class="button title-action" href=move || link(here()) rel="external">"Refresh"</a>
        </PageTitle>
        <FilterBar query/>
        <Transition fallback=Loading>
            {after_first_reading(read, move || view! { <Body read query/> })}
        </Transition>
        <Show when=move || export.run("csv").is_some()>
            <p class="list-export">
                "All that match, as a file: " <ExportLinks address=export what="the audit"/>
            </p>
        </Show>
    }
    .into_any()
}

#[component]
fn NotForViewers() -> impl IntoView {
    view! {
        <PageTitle title="Audit"/>
        <Notice kind=NoticeKind::Warning>
            "Who did what is shown to the roles operator and admin only."
        </Notice>
    }
}

#[component]
fn Loading() -> impl IntoView {
    view! { <p class="loading">"Reading the audit …"</p> }
}

/// The table, or why there is none.
#[component]
fn Body(read: Read, query: Memo<AuditQuery>) -> impl IntoView {
    let problem = Memo::new(move |_| read.get().and_then(Result::err));
    let page = Memo::new(move |_| read.get().and_then(Result::ok));
    let entries = Memo::new(move |_| {
        page.with(|page| page.as_ref().map(|page| page.entries.clone()))
            .unwrap_or_default()
    });
    let is_known = Memo::new(move |_| page.with(Option::is_some));
    let none = Memo::new(move |_| entries.with(Vec::is_empty));
    view! {
        {move || problem.get().map(|error| view! { <ErrorNotice error/> })}
        <Show when=move || is_known.get()>
            <Show when=move || !none.get() fallback=move || view! { <Nothing page query/> }>
                <div class="table-scroll">
                    <table class="table audit">
                        <thead>
                            <tr>
                                <th scope="col">"When"</th>
                                <th scope="col">"Who"</th>
                                <th scope="col">"What"</th>
                                <th scope="col">"Result"</th>
                            </tr>
                        </thead>
                        <tbody>
                            <For
                                each=move || entries.get()
                                key=|entry: &AuditEntry| entry.id
                                children=|entry: AuditEntry| view! { <AuditRow entry/> }
                            />
                        </tbody>
                    </table>
                </div>
            </Show>
            <Pager page query/>
        </Show>
    }
}

/// Why no event is listed: nothing was changed yet, nothing matches, or not all was looked through.
#[component]
fn Nothing(page: Memo<Option<Page>>, query: Memo<AuditQuery>) -> impl IntoView {
    move || {
        let query = query.get();
        let partial = page.with(|page| page.as_ref().is_some_and(|page| page.partial));
        let (title, text) = match (partial, query.is_filtered(), query.is_first_page()) {
            (true, ..) => (
                "No event matches so far.",
                "Not everything was looked through within the time of a page: the link below goes on.",
            ),
            (false, true, _) => (
                "No event matches.",
                "Each change of jobs, queues, processes and holds, and each log-in, stands here until its time is over.",
            ),
            (false, false, true) => (
                "Nothing was changed yet.",
                "Each change of jobs, queues, processes and holds, and each log-in, stands here from now on: who, when, from where, what, why, and what came of it.",
            ),
            (false, false, false) => ("There is nothing more.", "This is the end of the audit."),
        };
        let all = query
            .is_filtered()
            .then(|| view! { <p><a href=link(PAGE)>"Show all events"</a></p> });
        view! {
            <div class="empty">
                <p class="empty-title">{title}</p>
                <p>{text}</p>
                {all}
            </div>
        }
    }
}
