//! What runs now.

mod filter;
mod table;

use crate::api::{ApiError, CancelJob, RunningFilter, get_running};
use crate::app::address::use_own_search;
use crate::app::components::{
    ActionNotice, CancelQuestion, Count, ErrorNotice, Headline, JobState, PageTitle,
    after_first_reading, cancel_asked, done,
};
use crate::app::live::use_live;
use crate::model::RunningJob;
use filter::FilterBar;
use leptos::prelude::*;
use table::RunningTable;

/// Seconds between two readings of a list that is too long for the live stream.
const REREAD_SECONDS: u64 = 3;

/// What was read beside the stream: nothing when the stream carries everything.
type Read = Result<Option<Vec<RunningJob>>, ApiError>;

/// Every running job: where, what, since when.
#[component]
pub fn RunningPage() -> impl IntoView {
    let live = use_live();
    let search = use_own_search();
    let filter = Memo::new(move |_| search.with(|search| RunningFilter::read(search)));
    // The stream carries the longest hundred. When there are more, the whole list is read as well, every few seconds.
    let is_whole = live.select(|snapshot| {
        let total = snapshot.overview.running.max(snapshot.running_total);
        total <= snapshot.running.len() as u64
    });
    let beat = live.beat(REREAD_SECONDS);
    let beat = Memo::new(move |_| if is_whole.get() { 0 } else { beat.get() });
    let read = Resource::new(
        move || (is_whole.get(), filter.get(), beat.get()),
        |(is_whole, filter, _)| async move {
            if is_whole {
                return Ok(None);
            }
            let RunningFilter {
                class,
                queue,
                process,
            } = filter;
            get_running(class, queue, process).await.map(Some)
        },
    );
    let cancel = ServerAction::<CancelJob>::new();
    view! {
        <PageTitle title="Running">
            <Summary/>
        </PageTitle>
        <ActionNotice value=done(*cancel) done=String::clone/>
        <FilterBar filter/>
        <Transition>
            {after_first_reading(read, move || view! { <Body read filter search cancel/> })}
        </Transition>
    }
}

/// The table, which stays while it is read again: only its rows change.
#[component]
fn Body(
    read: Resource<Read>,
    filter: Memo<RunningFilter>,
    search: Memo<String>,
    cancel: ServerAction<CancelJob>,
) -> impl IntoView {
    let streamed = use_live().select(|snapshot| snapshot.running.clone());
    // The last list that could be read, with what it was asked for, stays while it cannot be read again.
    let whole = Memo::new(
        move |last: Option<&Option<(RunningFilter, Vec<RunningJob>)>>| match read.get() {
            Some(Ok(read)) => read.map(|jobs| (filter.get_untracked(), jobs)),
            Some(Err(_)) | None => last
                .cloned()
                .flatten()
                .filter(|(asked, _)| filter.with(|filter| filter == asked)),
        },
    );
    let problem = Memo::new(move |_| read.get().and_then(Result::err));
    let jobs = Memo::new(move |_| match whole.get() {
        Some((_, jobs)) => jobs,
        None => filter.with(|filter| {
            streamed.with(|jobs| {
                let jobs = jobs.iter().filter(|job| filter.shows(job));
                jobs.cloned().collect()
            })
        }),
    });
    view! {
        {move || problem.get().map(|error| view! { <ErrorNotice error/> })}
        <RunningTable jobs filter/>
        <AskCancel jobs filter search cancel/>
    }
}

/// Asks whether a job is to end when the address says so.
#[component]
fn AskCancel(
    jobs: Memo<Vec<RunningJob>>,
    filter: Memo<RunningFilter>,
    search: Memo<String>,
    cancel: ServerAction<CancelJob>,
) -> impl IntoView {
    let asked = Memo::new(move |_| search.with(|search| cancel_asked(search)));
    move || {
        asked.get().map(|jid| {
            let wanted = jid.clone();
            // As it was seen last: it may end while it is asked.
            let job = Memo::new(move |last: Option<&(String, bool)>| {
                jobs.with(|jobs| {
                    let mut jobs = jobs.iter();
                    jobs.find(|job| job.jid == wanted)
                        .map(|job| (job.class.clone(), job.foreign))
                        .or_else(|| last.cloned())
                        .unwrap_or_default()
                })
            });
            let class = Signal::derive(move || job.get().0);
            let foreign = Signal::derive(move || job.get().1);
            let back = filter.with_untracked(RunningFilter::path);
            view! { <CancelQuestion jid class foreign back action=cancel/> }
        })
    }
}

/// The number that matters: how many of the threads are busy.
#[component]
fn Summary() -> impl IntoView {
    let live = use_live();
    let running = live.select(|snapshot| snapshot.overview.running);
    let threads = live.select(|snapshot| snapshot.overview.concurrency);
    let processes = live.select(|snapshot| snapshot.overview.processes);
    let orphans = live.select(|snapshot| snapshot.orphans);
    view! {
        <Headline>
            <strong class=JobState::Running.class()><Count value=running/></strong>
            " of "
            {move || crate::app::format::counted(threads.get(), "thread", "threads")}
            " busy in "
            {move || crate::app::format::counted(processes.get(), "process", "processes")}
            <span class="state-paused" hidden=move || orphans.get() == 0>
                " · " {move || crate::app::format::count(orphans.get())} " in flight whose owner is gone"
            </span>
        </Headline>
    }
}
