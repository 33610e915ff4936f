//! Jobs of all sets and queues, found by a search.

use super::job_list::place_path;
use crate::api::{
    Act, ApiError, Field, Found, ListQuery, OperationForm, SearchAddress, export_address, get_found,
};
use crate::app::address::use_own_search;
use crate::app::components::{
    ErrorNotice, ExportLinks, Icon, IconName, JobRow, PageTitle, QueryProblem, RowContext,
    SearchHelp, after_first_reading, time_label,
};
use crate::app::format;
use crate::model::{JobEntry, Place, Set};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// Where the form of the rows is posted to.
const ACT_PATH: &str = <Act as ServerFn>::PATH;

/// A search, and the jobs that it finds.
#[component]
pub fn SearchPage() -> impl IntoView {
    let search = use_own_search();
    let address = Memo::new(move |_| search.with(|search| SearchAddress::parse(search)));
    let read = Resource::new(
        move || address.get(),
        |SearchAddress { q, after }| get_found(q, after),
    );
    let typed = Signal::derive(move || address.with(|address| address.q.clone()));
    view! {
        <PageTitle title="Search"/>
        <form class="filter-bar" method="get" action="/search" role="search" aria-label="All jobs">
            <label class="filter-search search-wide">
                <Icon name=IconName::Search/>
                <span class="visually-hidden">"Search all jobs"</span>
                <input
                    type="search"
                    name="q"
                    placeholder="Search any words, class:… error:… arg.id:…"
                    value=typed
                    prop:value=typed
                    data-search=""
                    autocomplete="off"
                    autocapitalize="off"
                    spellcheck="false"
                />
            </label>
            <button type="submit" class="button">"Search"</button>
        </form>
        <Transition fallback=|| view! { <p class="loading">"Searching …"</p> }>
            {after_first_reading(read, move || {
                move || {
                    read.get().map(|found| {
                        let address = address.get_untracked();
                        match found {
                            Ok(found) => view! { <Parts found address/> }.into_any(),
                            Err(ApiError::Query(error)) => {
                                let parts = error.parts(&address.q).map(str::to_owned);
                                view! { <QueryProblem error parts/> }.into_any()
                            }
                            Err(error) => view! { <ErrorNotice error/> }.into_any(),
                        }
                    })
                }
            })}
        </Transition>
    }
}

/// What was found, place by place, how far the search came, and the way on.
#[component]
fn Parts(found: Found, address: SearchAddress) -> impl IntoView {
    if address.q.trim().is_empty() {
        return view! {
            <p class="muted">"Searches the dead, what waits for its next try or time, and all queues; the newest of each first."</p>
            <SearchHelp/>
        }
        .into_any();
    }
    let Found {
        hits,
        progress,
        next,
    } = found;
    let mut told = format!(
        "{} found{}; searched {} of {} entries",
        format::counted(progress.found, "job", "jobs"),
        if next.is_some() { " so far" } else { "" },
        format::count(progress.searched),
        format::count(progress.total),
    );
    if !address.after.is_empty() {
        told.push_str(" that were left");
    }
    // What runs is in no set and no queue: its page finds it.
    let by_jid = (!address.q.trim().contains([' ', ':', '"', '(', '*'])).then(|| {
        let jid = address.q.trim().to_owned();
        view! {
            " " <a href=format::job_path(&jid)>"Look for a job with this jid, also among those that run"</a> "."
        }
    });
    let next_is_there = next.is_some();
    let way_on = next.map(|next| {
        view! {
            <nav class="pager" aria-label="More of this search">
                <a class="button" href=address.next(&next) rel="next" data-page="next">"Search on"</a>
            </nav>
        }
    });
    let filter = ListQuery::default().with(Field::Filter, &address.q);
    let export = (progress.found > 0 || next_is_there).then(|| {
        let address = Callback::new(move |format| export_address(&[], &filter, format));
        view! {
            <p class="list-export">
                "Export all that match: "
                <ExportLinks address what="all jobs that match"/>
            </p>
        }
    });
    view! {
        <p class="muted" role="status">{told} "." {by_jid}</p>
        {export}
        <form class="job-list" method="post" action=ACT_PATH>
            {groups(hits)
                .into_iter()
                .map(|(place, hits)| view! { <Group place hits q=address.q.clone()/> })
                .collect_view()}
        </form>
        {way_on}
    }
    .into_any()
}

/// What was found in one place.
#[component]
fn Group(place: Place, hits: Vec<JobEntry>, q: String) -> impl IntoView {
    let context = RowContext {
        path: place_path(&place),
        query: ListQuery::default(),
        place: place.clone(),
    };
    let title = match &place {
        Place::Set(Set::Dead) => "Dead".to_owned(),
        Place::Set(Set::Retries) => "Retries".to_owned(),
        Place::Set(Set::Scheduled) => "Scheduled".to_owned(),
        Place::Queue(name) => format!("Queue {name}"),
    };
    let retries = context
        .has_retries()
        .then(|| view! { <th scope="col" class="num job-retries">"Retries"</th> });
    let href = context.path.clone();
    let filter = ListQuery::default().with(Field::Filter, &q);
    let all = OperationForm::of(place.clone(), &filter).address();
    view! {
        <section class="search-place">
            <div class="search-place-head">
                <h2><a href=href>{title}</a></h2>
                <a class="search-all" href=all>"Change all that match here…"</a>
            </div>
            <table class="jobs">
                <thead>
                    <tr>
                        <th scope="col" class="job-tick"><span class="visually-hidden">"Selected"</span></th>
                        <th scope="col" class="job-main">"Job"</th>
                        {retries}
                        <th scope="col" class="num job-time">{time_label(&place)}</th>
                        <th scope="col" class="job-more"><span class="visually-hidden">"Actions"</span></th>
                    </tr>
                </thead>
                <tbody>
                    {hits
                        .into_iter()
                        .map(|entry| view! { <JobRow entry context=context.clone()/> })
                        .collect_view()}
                </tbody>
            </table>
        </section>
    }
}

/// The jobs by the places where they stand, in the order in which they were found.
fn groups(hits: Vec<JobEntry>) -> Vec<(Place, Vec<JobEntry>)> {
    let mut groups: Vec<(Place, Vec<JobEntry>)> = Vec::new();
    for hit in hits {
        match groups.last_mut() {
            Some((place, group)) if *place == hit.id.place => group.push(hit),
            _ => groups.push((hit.id.place.clone(), vec![hit])),
        }
    }
    groups
}
