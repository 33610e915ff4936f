//! The running jobs.

use crate::api::RunningFilter;
use crate::app::components::{Elapsed, Still, StillNote, Touch, Unknown};
use crate::app::format;
use crate::app::live::use_live;
use crate::model::RunningJob;
use leptos::prelude::*;

/// The running jobs, or why there are none.
#[component]
pub(super) fn RunningTable(
    jobs: Memo<Vec<RunningJob>>,
    filter: Memo<RunningFilter>,
) -> impl IntoView {
    let touch = Touch::new();
    let (jobs, differs) = touch.hold(jobs);
    let none = Memo::new(move |_| jobs.with(Vec::is_empty));
    view! {
        <Show when=move || !none.get() fallback=move || view! { <Nothing filter/> }>
            <p class="still-line"><StillNote differs/></p>
            <Still touch class="table-scroll">
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">"Job"</th>
                            <th scope="col" class="medium">"Queue"</th>
                            <th scope="col" class="num">"For"</th>
                            <th scope="col" class="wide">"Process"</th>
                            <th scope="col" class="wide">"Thread"</th>
                        </tr>
                    </thead>
                    <tbody>
                        <For
                            each=move || jobs.get()
                            key=|job| (job.process.clone(), job.thread.clone(), job.jid.clone(), job.run_at)
                            let:job
                        >
                            <Row job/>
                        </For>
                    </tbody>
                </table>
            </Still>
        </Show>
    }
}

#[component]
fn Row(job: RunningJob) -> impl IntoView {
    let class = if job.class.is_empty() {
        "(no class)".to_owned()
    } else {
        job.class
    };
    let name = if job.jid.is_empty() {
        view! { <span class="name">{class}</span> }.into_any()
    } else {
        view! { <a class="name" href=format::job_path(&job.jid)>{class}</a> }.into_any()
    };
    let by_process = format!("/running?process={}", format::url_encode(&job.process));
    view! {
        <tr>
            <th scope="row" class="grow cut">
                {name}
                <div class="second-line mono cut">{job.args}</div>
            </th>
            <td class="medium">
                <a class="chip mono" href=format::queue_path(&job.queue)>{job.queue.clone()}</a>
            </td>
            <td class="num num-lead"><Elapsed since=Signal::stored(job.run_at)/></td>
            <td class="wide nowrap">
                <a class="mono" href=by_process title="Show only this process">{job.process}</a>
            </td>
            <td class="wide nowrap mono muted">{job.thread}</td>
        </tr>
    }
}

/// Three different screens: nothing runs, nothing that passes the filter runs, nothing is known yet.
#[component]
fn Nothing(filter: Memo<RunningFilter>) -> impl IntoView {
    let live = use_live();
    let known = live.is_known();
    let processes = live.select(|snapshot| snapshot.overview.processes);
    move || {
        if !known.get() {
            return view! { <Unknown/> }.into_any();
        }
        if filter.with(|filter| !filter.is_empty()) {
            return view! {
                <div class="empty">
                    <p class="empty-title">"Nothing that runs now passes this filter."</p>
                    <p><a href="/running">"Show all running jobs"</a></p>
                </div>
            }
            .into_any();
        }
        let why = if processes.get() == 0 {
            "No worker process is there, so jobs wait in their queues."
        } else {
            "The workers are idle. A job shows up here while it runs, as of its process's last heartbeat."
        };
        view! {
            <div class="empty">
                <p class="empty-title">"Nothing runs at this moment."</p>
                <p>{why}</p>
            </div>
        }
        .into_any()
    }
}
