//! The running jobs.

use crate::api::RunningFilter;
use crate::app::address::link;
use crate::app::components::{
    CancelLink, Elapsed, Icon, IconName, ProgressBar, Still, StillNote, Time, Touch, Unknown,
    cancel_query, queue_chip,
};
use crate::app::format;
use crate::app::live::use_live;
use crate::app::pages::failures::row::named;
use crate::model::{Progress, RunningJob, Timestamp};
use leptos::prelude::*;
use std::collections::BTreeMap;

/// What the jobs of a list have told, and since when they are asked to end, by job id: only of those of which there is any.
type Reports = BTreeMap<String, (Option<Progress>, Option<Timestamp>)>;

/// The running jobs, or why there are none.
#[component]
pub(super) fn RunningTable(
    jobs: Memo<Vec<RunningJob>>,
    filter: Memo<RunningFilter>,
) -> impl IntoView {
    let touch = Touch::new();
    let (jobs, differs) = touch.hold(jobs);
    let none = Memo::new(move |_| jobs.with(Vec::is_empty));
    let reports = Memo::new(move |_| jobs.with(|jobs| reports(jobs)));
    let tells = Memo::new(move |_| {
        reports.with(|reports| reports.values().any(|(progress, _)| progress.is_some()))
    });
    view! {
        <Show when=move || !none.get() fallback=move || view! { <Nothing filter/> }>
            <p class="still-line"><StillNote differs/></p>
            <Still touch class="table-scroll">
                <table class="table running">
                    <thead>
                        <tr>
                            <th scope="col">"Job"</th>
                            <th scope="col" class="medium">"Queue"</th>
                            <th scope="col" class="medium" hidden=move || !tells.get()>"Progress"</th>
                            <th scope="col" class="num">"For"</th>
                            <th scope="col" class="wide">"Process"</th>
                            <th scope="col" class="widest">"Thread"</th>
                            <th scope="col" class="actions">
                                <span class="visually-hidden">"Actions"</span>
                            </th>
                        </tr>
                    </thead>
                    <tbody>
                        <For
                            each=move || jobs.get()
                            key=|job| (job.process.clone(), job.thread.clone(), job.jid.clone(), job.run_at)
                            let:job
                        >
                            <Row job filter reports tells/>
                        </For>
                    </tbody>
                </table>
            </Still>
        </Show>
    }
}

fn reports(jobs: &[RunningJob]) -> Reports {
    jobs.iter()
        .filter(|job| job.progress.is_some() || job.cancel_requested_at.is_some())
        .map(|job| {
            let report = (job.progress.clone(), job.cancel_requested_at);
            (job.jid.clone(), report)
        })
        .collect()
}

#[component]
fn Row(
    job: RunningJob,
    filter: Memo<RunningFilter>,
    reports: Memo<Reports>,
    tells: Memo<bool>,
) -> impl IntoView {
    let jid = job.jid.clone();
    let report =
        Memo::new(move |_| reports.with(|reports| reports.get(&jid).cloned().unwrap_or_default()));
    let is_gone = job.owner_gone;
    let rescuer = job.rescuer();
    let (elapsed, thread) = match job.started_at() {
        Some(at) => (
            view! { <Elapsed since=Signal::stored(at)/> }.into_any(),
            job.thread,
        ),
        None => (
            view! { <span class="muted">"–"</span> }.into_any(),
            "–".to_owned(),
        ),
    };
    let gone = is_gone.then(|| {
        view! {
            <div class="second-line state-paused">
                <Icon name=IconName::Failed/>
                {format!(" in flight, owner gone: recovered {rescuer}")}
            </div>
        }
    });
    let actions = (!is_gone && !job.jid.is_empty())
        .then(|| view! { <Cancel jid=job.jid.clone() filter report/> });
    let class = named(&job.class);
    let name = if job.jid.is_empty() {
        view! { <span class="name">{class}</span> }.into_any()
    } else {
        view! { <a class="name" href=link(format::job_path(&job.jid))>{class}</a> }.into_any()
    };
    let by_process = format!("/running?process={}", format::url_encode(&job.process));
    view! {
        <tr>
            <th scope="row" class="grow cut">
                {name}
                <div class="second-line mono cut">{format::seen(&job.args)}</div>
                {gone}
            </th>
            <td class="medium">
                {queue_chip(&job.queue)}
            </td>
            <td class="medium nowrap" hidden=move || !tells.get()><Told report/></td>
            <td class="num num-lead">{elapsed}</td>
            <td class="wide nowrap">
                <a class="mono" href=link(by_process) title="Show only this process">{format::seen(&job.process)}</a>
            </td>
            <td class="widest nowrap mono muted">{format::seen(&thread)}</td>
            <td class="actions">{actions}</td>
        </tr>
    }
}

/// How far a job is, if it told.
#[component]
fn Told(report: Memo<(Option<Progress>, Option<Timestamp>)>) -> impl IntoView {
    let has_told = Memo::new(move |_| report.with(|(progress, _)| progress.is_some()));
    let of = move |part: fn(&Progress) -> String| {
        move || report.with(|(progress, _)| progress.as_ref().map(part).unwrap_or_default())
    };
    let percent = Signal::derive(move || {
        report.with(|(progress, _)| progress.as_ref().map_or(0.0, |progress| progress.percent))
    });
    view! {
        <Show when=move || has_told.get()>
            <ProgressBar percent/>
            <div class="second-line cut progress-told">{of(|progress| format::seen(&progress.message))}</div>
        </Show>
    }
}

/// Asks it to end, or says that it was asked.
#[component]
fn Cancel(
    jid: String,
    filter: Memo<RunningFilter>,
    report: Memo<(Option<Progress>, Option<Timestamp>)>,
) -> impl IntoView {
    let requested_at = Memo::new(move |_| report.with(|(_, requested_at)| *requested_at));
    let jid = StoredValue::new(jid);
    let href = Signal::derive(move || {
        let query = filter.with(|filter| cancel_query(filter.pairs(), &jid.get_value()));
        format!("/running{query}")
    });
    move || match requested_at.get() {
        Some(at) => view! {
            <span class="second-line state-paused">
                "cancel asked " <Time at=Signal::stored(at)/>
            </span>
        }
        .into_any(),
        None => view! {
            <div class="row-actions"><CancelLink href what=jid.get_value() small=true/></div>
        }
        .into_any(),
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
                    <p><a href=link("/running")>"Show all running jobs"</a></p>
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
