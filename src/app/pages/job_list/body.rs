//! What a list shows: rows and pages, or why there are none.

use super::List;
use crate::api::{ApiError, Field, ListQuery, OperationForm, export_address};
use crate::app::access::may;
use crate::app::address::link;
use crate::app::components::{
    ErrorNotice, ExportLinks, JobTable, Pager, QueryProblem, Suggestions, give_focus, pager_about,
    pager_continue,
};
use crate::app::format;
use crate::app::live::use_live;
use crate::model::{EntryId, JobEntry, Page, Place, Right, Set, Verb};
use leptos::prelude::Set as _;
use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};
use std::collections::BTreeSet;

/// Rows and pages, or why there are none.
#[component]
pub(super) fn ListBody(list: List, ask: Callback<(Verb, EntryId)>) -> impl IntoView {
    let List {
        place,
        path,
        query,
        page,
        selection,
        pointed,
        ..
    } = list;
    Effect::new(move || list.read.set(page.get()));
    // The last page that could be read stays while the same one cannot be read again.
    let shown = Memo::new(
        move |last: Option<&Option<(String, Page)>>| match page.get() {
            Some((key, Ok(page))) => Some((key, page)),
            Some((key, Err(_))) => last.cloned().flatten().filter(|(last, _)| *last == key),
            None => last.cloned().flatten(),
        },
    );
    // While rows stand there from before, the banner of the page says that their store or server is away.
    let problem = Memo::new(move |_| {
        let (key, page) = page.get()?;
        let is_told = shown.with(|shown| shown.as_ref().is_some_and(|(shown, _)| *shown == key));
        page.err().filter(|error| !(is_told && error.is_passing()))
    });
    let entries = Memo::new(move |_| {
        shown.with(|shown| {
            shown
                .as_ref()
                .map(|(_, page)| page.entries.clone())
                .unwrap_or_default()
        })
    });
    let current = Memo::new(move |_| shown.get().map(|(_, page)| page));
    let has_rows = Memo::new(move |_| entries.with(|entries| !entries.is_empty()));
    let has_pages = Memo::new(move |_| current.with(Option::is_some));
    // The rows stand in the document when this runs.
    Effect::new(move || {
        entries.track();
        request_animation_frame(move || {
            selection.read();
            give_focus(list.refocus);
        });
    });
    let stopped = continue_by_itself(list, shown);
    let suggest = move |of: fn(&JobEntry) -> Vec<String>| {
        Memo::new(move |_| {
            let names =
                entries.with(|entries| entries.iter().flat_map(of).collect::<BTreeSet<_>>());
            names.into_iter().collect::<Vec<_>>()
        })
    };
    let queues = use_live().select(|snapshot| {
        let queues = snapshot.overview.queues.iter();
        queues.map(|queue| queue.name.clone()).collect::<Vec<_>>()
    });
    let errors = suggest(|entry| entry.error_class.iter().cloned().collect());
    view! {
        {move || problem.get().map(|error| view! { <Problem error list/> })}
        <Show
            when=move || has_rows.get()
            fallback=move || view! { <Empty list current stopped/> }
        >
            <Everything list current/>
            <JobTable path query place entries selection pointed ask/>
        </Show>
        <Suggestions field=Field::Class names=suggest(|entry| named(&entry.class))/>
        <Suggestions field=Field::Queue names=queues/>
        <Suggestions field=Field::Error names=errors/>
        <Suggestions field=Field::Tag names=suggest(|entry| entry.tags.clone())/>
        <Show when=move || has_pages.get()>
            <Pager path query place page=current/>
        </Show>
        <Show when=move || has_rows.get()>
            <ExportAll list/>
        </Show>
    }
}

/// The way to everything that matches, where that is more than the rows that can be ticked: another thing than ticking the page.
#[component]
fn Everything(list: List, current: Memo<Option<Page>>) -> impl IntoView {
    let total = use_live().select(move |snapshot| {
        list.place
            .with_untracked(|place| super::live_total(snapshot, place))
    });
    move || {
        let more = current.with(|page| {
            page.as_ref()
                .is_some_and(|page| page.next.is_some() || page.previous.is_some() || page.partial)
        });
        if !more || !may(Right::ChangeJobs) {
            return None;
        }
        let place = list.place.get();
        let query = list.query.get();
        let is_filtered = query.is_filtered();
        let kind = kind(&place);
        let words = move || {
            if is_filtered {
                format!("all {kind} that match")
            } else {
                format!("all {} {kind}", format::count(total.get()))
            }
        };
        let form = OperationForm::of(place, &query);
        Some(view! {
            <p class="list-everything">
                "Tick rows of this page, or change "
                <a href=link(form.address())>{words}"…"</a>
            </p>
        })
    }
}

/// Everything that matches, as a file.
#[component]
fn ExportAll(list: List) -> impl IntoView {
    let what = Signal::derive(move || {
        let kind = list.place.with(kind);
        if list.query.with(ListQuery::is_filtered) {
            format!("all {kind} that match")
        } else {
            format!("all {kind}")
        }
    });
    let address = Callback::new(move |format| {
        let place = list.place.get();
        list.query
            .with(|query| export_address(&[place], query, format))
    });
    view! {
        <p class="list-export">"Export " {what} ": " <ExportLinks address what/></p>
    }
}

/// What the jobs of a place are called.
fn kind(place: &Place) -> &'static str {
    match place {
        Place::Set(Set::Scheduled) => "scheduled jobs",
        Place::Set(Set::Retries) => "jobs to be retried",
        Place::Set(Set::Dead) => "dead jobs",
        Place::Queue(_) => "jobs of this queue",
    }
}

/// A name that is one.
fn named(name: &str) -> Vec<String> {
    Some(name.to_owned())
        .filter(|name| !name.is_empty())
        .into_iter()
        .collect()
}

/// Goes on with a search that has found nothing yet, page after page, until something is found, all is searched, or the operator
/// stops it. In the browser only; without JavaScript there is a link. Answers whether it is stopped.
fn continue_by_itself(list: List, shown: Memo<Option<(String, Page)>>) -> RwSignal<bool> {
    let stopped = RwSignal::new(false);
    let navigate = use_navigate();
    let searched = Memo::new(move |_| list.query.get().first_page());
    Effect::new(move || {
        searched.track();
        stopped.set(false);
    });
    Effect::new(move || {
        let Some((key, page)) = shown.get() else {
            return;
        };
        let query = list.query.get_untracked();
        // Not for a page that the address has left already.
        let is_current = key
            == list
                .place
                .with_untracked(|place| super::page_key(place, &query.to_text()));
        if stopped.get() || !is_current || !page.partial || !page.entries.is_empty() {
            return;
        }
        if let Some(next) = pager_continue(&query, &page) {
            let address = format!("{}{}", list.path.get_untracked(), next.to_text());
            // Back leads to where the search was asked for.
            let options = NavigateOptions {
                replace: true,
                scroll: false,
                ..NavigateOptions::default()
            };
            navigate(&address, options);
        }
    });
    stopped
}

/// Why the list could not be read.
#[component]
fn Problem(error: ApiError, list: List) -> impl IntoView {
    let is_wrong = matches!(error, ApiError::Invalid(_) | ApiError::Query(_));
    let is_passing = error.is_passing();
    let is_live = use_live().is_hydrated();
    let href = move || {
        format!(
            "{}{}",
            list.path.get(),
            list.query.with(ListQuery::unfiltered).to_text()
        )
    };
    view! {
        {match error {
            ApiError::Query(error) => {
                let parts = list
                    .query
                    .with_untracked(|query| error.parts(query.get(Field::Filter)).map(str::to_owned));
                view! { <QueryProblem error parts/> }.into_any()
            }
            error => view! { <ErrorNotice error/> }.into_any(),
        }}
        {is_wrong
            .then(|| {
                view! {
                    <p class="empty-small"><a href=move || link(href())>"Show the list without filter"</a></p>
                }
            })}
        {is_passing
            .then(|| {
                view! {
                    <p class="empty-small" hidden=move || !is_live.get()>
                        "The list is read as soon as there is an answer. "
                        <button
                            type="button"
                            class="button button-small"
                            on:click=move |_| list.page.refetch()
                        >
                            "Try now"
                        </button>
                    </p>
                }
            })}
    }
}

/// Nothing there, nothing that matches, or nothing found yet: three different things.
#[component]
fn Empty(list: List, current: Memo<Option<Page>>, stopped: RwSignal<bool>) -> impl IntoView {
    let hydrated = use_live().is_hydrated();
    move || {
        let page = current.get()?;
        let query = list.query.get();
        let path = list.path.get();
        let first = format!("{path}{}", query.first_page().to_text());
        let all = format!("{path}{}", query.unfiltered().to_text());
        Some(if page.partial {
            let goes_on = hydrated.get() && !stopped.get();
            view! {
                <div class="empty">
                    <p class="empty-title">
                        {if goes_on { "Searching …" } else { "Nothing found yet." }}
                    </p>
                    <p>{capital(&pager_about(&query, &page))} "."</p>
                    <p hidden=!goes_on>
                        <button type="button" class="button" on:click=move |_| stopped.set(true)>
                            "Stop the search"
                        </button>
                    </p>
                </div>
            }
            .into_any()
        } else if query.is_filtered() {
            view! {
                <div class="empty">
                    <p class="empty-title">"No job matches."</p>
                    <p>{capital(&pager_about(&query, &page))} "."</p>
                    <p><a href=link(all)>"Show all jobs"</a></p>
                </div>
            }
            .into_any()
        } else if !query.is_first_page() {
            view! {
                <div class="empty">
                    <p class="empty-title">"Nothing on this page any more."</p>
                    <p><a href=link(first)>"Go to the first page"</a></p>
                </div>
            }
            .into_any()
        } else {
            let (title, text) = list.place.with(nothing_there);
            view! {
                <div class="empty">
                    <p class="empty-title">{title}</p>
                    <p>{text}</p>
                </div>
            }
            .into_any()
        })
    }
}

/// What an empty place means.
fn nothing_there(place: &Place) -> (&'static str, &'static str) {
    match place {
        Place::Set(Set::Scheduled) => (
            "Nothing is scheduled.",
            "Jobs that are enqueued for a time to come wait here until it has come.",
        ),
        Place::Set(Set::Retries) => (
            "Nothing to retry.",
            "Jobs that failed wait here for their next try.",
        ),
        Place::Set(Set::Dead) => (
            "No dead jobs.",
            "Jobs that ran out of retries, or were killed, stay here until somebody retries or deletes them.",
        ),
        Place::Queue(_) => (
            "This queue is empty.",
            "Nothing waits here: every job that was enqueued has been taken by a worker.",
        ),
    }
}

/// The first letter large.
fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(characters).collect()
    })
}
