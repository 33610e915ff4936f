//! All that matters at a glance.

mod failures;
mod history;
mod queues;
mod running;
mod vitals;

use crate::app::address::link;
use crate::app::components::{Headline, JobState, PageTitle, Unknown};
use crate::app::format;
use crate::app::live::use_live;
use crate::model::{QueueSummary, Snapshot};
use failures::LatestFailures;
use history::History;
use leptos::prelude::*;
use queues::QueueList;
use running::RunningNow;
use vitals::Vitals;

/// All that matters at a glance: is the work keeping up, what runs, what fails.
#[component]
pub fn OverviewPage() -> impl IntoView {
    let known = use_live().is_known();
    view! {
        <PageTitle title="Overview">
            <Summary/>
        </PageTitle>
        <Show when=move || known.get() fallback=Unknown>
            <Vitals/>
            <History/>
            <div class="overview-columns">
                <QueueList/>
                <RunningNow/>
            </div>
            <LatestFailures/>
        </Show>
    }
}

/// The number that matters: how long the job that waits longest has waited.
#[component]
fn Summary() -> impl IntoView {
    let live = use_live();
    let slowest = live.select(slowest_queue);
    let rate = live.select(|snapshot| history::mean_rates(snapshot).0.map(format::rate));
    let is_idle =
        live.select(|snapshot| snapshot.overview.processes == 0 && snapshot.overview.enqueued > 0);
    view! {
        <Headline>
            {move || match slowest.get() {
                Some(queue) => view! {
                    "longest wait "
                    <strong class=JobState::Enqueued.class()>{format::duration(queue.latency_seconds)}</strong>
                    " in "
                    <a class="mono" href=link(format::queue_path(&queue.name))>{format::seen(&queue.name)}</a>
                }
                .into_any(),
                None => view! { <strong>"nothing waits"</strong> }.into_any(),
            }}
            // Nothing will change until somebody acts: that comes before any rate.
            {move || {
                is_idle
                    .get()
                    .then(|| view! { ", but " <a class="state-failed" href=link("/processes")>"no worker process runs"</a> })
            }}
            {move || rate.get().filter(|_| !is_idle.get()).map(|rate| format!(", {rate} jobs a second over the last minutes"))}
        </Headline>
    }
}

/// The queue whose next job has waited longest, to the tenth of a second.
fn slowest_queue(snapshot: &Snapshot) -> Option<QueueSummary> {
    snapshot
        .overview
        .queues
        .iter()
        .filter(|queue| queue.size > 0)
        .max_by(|one, other| one.latency_seconds.total_cmp(&other.latency_seconds))
        .cloned()
}

#[cfg(test)]
mod tests {
    use super::slowest_queue;
    use crate::model::{Overview, QueueSummary, Snapshot};

    #[test]
    fn an_empty_queue_keeps_nobody_waiting() {
        let queue = |name: &str, size, latency_seconds| QueueSummary {
            name: name.to_owned(),
            size,
            latency_seconds,
            paused: false,
        };
        let mut snapshot = Snapshot {
            overview: Overview {
                queues: vec![
                    queue("empty", 0, 9.0),
                    queue("a", 1, 1.0),
                    queue("b", 2, 3.0),
                ],
                ..Overview::default()
            },
            ..Snapshot::default()
        };
        assert_eq!(slowest_queue(&snapshot).unwrap().name, "b");
        snapshot.overview.queues.truncate(1);
        assert_eq!(slowest_queue(&snapshot), None);
    }
}
