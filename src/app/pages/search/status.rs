//! How far a search is: in words, as a bar, and what can be done about it.

use super::following::Following;
use crate::api::{Field, ListQuery, OperationForm, SearchAddress, export_address};
use crate::app::access::may;
use crate::app::address::link;
use crate::app::components::ExportLinks;
use crate::app::format;
use crate::app::live::use_live;
use crate::model::{Place, Right, SearchPhase, SearchProgress, Set, Snapshot};
use leptos::prelude::*;

/// Most places that an address names.
const MOST_PLACES: usize = 100;

/// How far the search is.
#[component]
pub(super) fn Status(following: Following, address: SearchAddress) -> impl IntoView {
    let hydrated = use_live().is_hydrated();
    let is_running = Memo::new(move |_| hydrated.get() && following.is_running());
    let words = move || words(following.progress.get(), &following.phase.get());
    // Screen readers are told what changes, and not each number.
    let said = Memo::new(move |_| {
        let phase = following.phase.get();
        let found = following.progress.with_untracked(|progress| progress.found);
        match phase {
            SearchPhase::Complete => format!("Searched everything: {} found.", jobs(found)),
            _ if following.is_stopped.get() => "The search is stopped.".to_owned(),
            _ if following.is_full.get() => "This page is full; the rest is counted.".to_owned(),
            SearchPhase::Broken(reason) => format!("The search broke off: {reason}"),
            SearchPhase::Waiting | SearchPhase::Searching => "Searching.".to_owned(),
        }
    });
    let note = move || {
        let phase = following.phase.get();
        match phase {
            _ if following.is_lost.get() => {
                "No answer from Jobdeck's server: trying again.".to_owned()
            }
            SearchPhase::Broken(reason) => format!("The search broke off: {reason}."),
            SearchPhase::Waiting => "Other searches are running: it waits.".to_owned(),
            _ if following.is_stopped.get() => "Stopped.".to_owned(),
            SearchPhase::Searching if hydrated.get() && following.is_full.get() => {
                "Page full: counting on.".to_owned()
            }
            SearchPhase::Searching | SearchPhase::Complete => String::new(),
        }
    };
    let can_go_on = move || {
        hydrated.get() && following.phase.get() != SearchPhase::Complete && !is_running.get()
    };
    let snapshot = use_live().snapshot();
    let has_some = Memo::new(move |_| following.progress.with(|progress| progress.found > 0));
    let everything = move || {
        has_some.get().then(|| {
            let q = &address.q;
            let (href, left_out) = snapshot.with_untracked(|snapshot| all_places(q, snapshot));
            let without = (left_out > 0).then(|| {
                let queues = format::counted(left_out, "queue", "queues");
                view! {
                    <span class="search-note">
                        "without " {queues} ": an operation names " {MOST_PLACES}
                        " places at most, change those from their own pages"
                    </span>
                }
            });
            let filter = ListQuery::default().with(Field::Filter, q);
            let export = Callback::new(move |format| export_address(&[], &filter, format));
            view! {
                {may(Right::ChangeJobs).then(|| view! {
                    <a class="search-all" href=link(href) title="In all places">"Change all that match…"</a>
                    {without}
                })}
                <span class="list-export">
                    "Export "
                    <ExportLinks address=export what="all jobs that match"/>
                </span>
            }
        })
    };
    view! {
        <div class="search-status" data-search-phase=move || name(&following.phase.get())>
            <progress
                class="progress"
                max=move || following.progress.get().total.max(1).to_string()
                value=move || following.progress.get().searched.to_string()
                aria-label="Searched"
            ></progress>
            <span class="search-words">{words} "."</span>
            <span class="search-note">{note}</span>
            <button
                type="button"
                class="button button-small"
                hidden=move || !is_running.get()
                on:click=move |_| following.stop()
            >
                "Stop"
            </button>
            <button
                type="button"
                class="button button-small"
                hidden=move || !can_go_on()
                on:click=move |_| following.go_on()
            >
                "Continue"
            </button>
            {everything}
            <span class="visually-hidden" role="status">{said}</span>
        </div>
    }
}

fn jobs(count: u64) -> String {
    format::counted(count, "job", "jobs")
}

/// `412 jobs found so far; searched 380 000 of 1 000 000 entries`.
fn words(progress: SearchProgress, phase: &SearchPhase) -> String {
    let so_far = if *phase == SearchPhase::Complete {
        ""
    } else {
        " so far"
    };
    format!(
        "{} found{so_far}; searched {} of {} entries",
        jobs(progress.found),
        format::count(progress.searched),
        format::count(progress.total),
    )
}

/// The name of a phase, for style sheets and tests.
fn name(phase: &SearchPhase) -> &'static str {
    match phase {
        SearchPhase::Waiting => "waiting",
        SearchPhase::Searching => "searching",
        SearchPhase::Complete => "complete",
        SearchPhase::Broken(_) => "broken",
    }
}

/// The page that changes all that match, wherever they are; and how many queues it leaves out.
fn all_places(q: &str, snapshot: &Snapshot) -> (String, u64) {
    let sets = [Set::Dead, Set::Retries, Set::Scheduled].map(Place::Set);
    let queues = snapshot.overview.queues.iter();
    let queues = queues.map(|queue| Place::Queue(queue.name.clone()));
    let mut places: Vec<Place> = sets.into_iter().chain(queues).collect();
    let left_out = places.len().saturating_sub(MOST_PLACES);
    places.truncate(MOST_PLACES);
    let filter = ListQuery::default().with(Field::Filter, q);
    let address = OperationForm::of_places(&places, &filter).address();
    (address, left_out as u64)
}

#[cfg(test)]
mod tests {
    use super::{MOST_PLACES, all_places};
    use crate::model::{QueueSummary, Snapshot};

    #[test]
    fn queues_that_are_left_out_are_counted() {
        let mut snapshot = Snapshot::default();
        assert_eq!(all_places("a", &snapshot).1, 0);
        let queue = |number: usize| QueueSummary {
            name: format!("q{number}"),
            ..QueueSummary::default()
        };
        snapshot.overview.queues = (0..MOST_PLACES).map(queue).collect();
        let (address, left_out) = all_places("a", &snapshot);
        assert_eq!(left_out, 3);
        assert_eq!(address.matches("in=").count(), MOST_PLACES);
    }
}
