//! What runs now.

mod filter;
mod table;

use crate::api::{ApiError, RunningFilter, get_running};
use crate::app::address::use_own_search;
use crate::app::components::{
    Count, ErrorNotice, Headline, JobState, PageTitle, after_first_reading,
};
use crate::app::live::use_live;
use crate::model::RunningJob;
use filter::{FilterBar, filter_of};
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
    let filter = Memo::new(move |_| search.with(|search| filter_of(search)));
    // The stream carries the longest hundred. When there are more, the whole list is read as well, every few seconds.
    let is_whole =
        live.select(|snapshot| snapshot.overview.running <= snapshot.running.len() as u64);
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
    view! {
        <PageTitle title="Running">
            <Summary/>
        </PageTitle>
        <FilterBar filter/>
        <Transition>
            {after_first_reading(read, move || view! { <Body read filter/> })}
        </Transition>
    }
}

/// The table, which stays while it is read again: only its rows change.
#[component]
fn Body(read: Resource<Read>, filter: Memo<RunningFilter>) -> impl IntoView {
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
    }
}

/// The number that matters: how many of the threads are busy.
#[component]
fn Summary() -> impl IntoView {
    let live = use_live();
    let running = live.select(|snapshot| snapshot.overview.running);
    let threads = live.select(|snapshot| snapshot.overview.concurrency);
    let processes = live.select(|snapshot| snapshot.overview.processes);
    view! {
        <Headline>
            <strong class=JobState::Running.class()><Count value=running/></strong>
            " of "
            {move || crate::app::format::counted(threads.get(), "thread", "threads")}
            " busy in "
            {move || crate::app::format::counted(processes.get(), "process", "processes")}
        </Headline>
    }
}
