//! What runs now.

mod filter;
mod table;

use crate::api::{RunningFilter, get_running};
use crate::app::components::{Count, ErrorNotice, JobState, PageTitle};
use crate::app::live::use_live;
use crate::model::RunningJob;
use filter::{FilterBar, filter_of};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use table::RunningTable;

/// Seconds between two readings of a list that is too long for the live stream.
const REREAD_SECONDS: i64 = 3;

/// Every running job: where, what, since when.
#[component]
pub fn RunningPage() -> impl IntoView {
    let live = use_live();
    let query = use_query_map();
    let filter = Memo::new(move |_| query.with(filter_of));
    let streamed = live.select(|snapshot| snapshot.running.clone());
    // The stream carries the longest hundred. When there are more, the whole list is read as well, every few seconds.
    let is_whole =
        live.select(|snapshot| snapshot.overview.running <= snapshot.running.len() as u64);
    let tick = Memo::new(move |_| {
        if is_whole.get() {
            0
        } else {
            live.now().0 / 1000 / REREAD_SECONDS
        }
    });
    let read = Resource::new(
        move || (is_whole.get(), filter.get(), tick.get()),
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
            <Headline/>
        </PageTitle>
        <FilterBar filter/>
        <Transition>
            {move || Suspend::new(async move {
                let (read, problem) = match read.await {
                    Ok(read) => (read, None),
                    Err(error) => (None, Some(error)),
                };
                let jobs = Memo::new(move |_| -> Vec<RunningJob> {
                    match &read {
                        Some(jobs) => jobs.clone(),
                        None => {
                            let filter = filter.get();
                            streamed.with(|jobs| jobs.iter().filter(|job| filter.shows(job)).cloned().collect())
                        }
                    }
                });
                view! {
                    {problem.map(|error| view! { <ErrorNotice error/> })}
                    <RunningTable jobs filter/>
                }
            })}
        </Transition>
    }
}

/// The number that matters: how many of the threads are busy.
#[component]
fn Headline() -> impl IntoView {
    let live = use_live();
    let running = live.select(|snapshot| snapshot.overview.running);
    let threads = live.select(|snapshot| snapshot.overview.concurrency);
    let processes = live.select(|snapshot| snapshot.overview.processes);
    view! {
        <p class="headline">
            <strong class=JobState::Running.class()><Count value=running/></strong>
            " of "
            {move || crate::app::format::counted(threads.get(), "thread", "threads")}
            " busy in "
            {move || crate::app::format::counted(processes.get(), "process", "processes")}
        </p>
    }
}
