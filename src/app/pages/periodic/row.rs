//! One periodic job.

use super::view::{NOT_HELD, PAGE, ask_to_delete, look_at};
use crate::api::{RunPeriodic, SetPeriodicPaused};
use crate::app::access::may;
use crate::app::address::link;
use crate::app::components::{ActionForm, Icon, IconName, JobState, StateBadge, Time, queue_chip};
use crate::app::format;
use crate::model::{PeriodicInfo, Right};
use leptos::prelude::*;

/// What can be done in a row, except what is asked about first.
#[derive(Clone, Copy)]
pub(super) struct RowActs {
    pub(super) run: ServerAction<RunPeriodic>,
    pub(super) pause: ServerAction<SetPeriodicPaused>,
}

/// One periodic job: two lines of what and when, then how it stands.
#[component]
pub(super) fn PeriodicRow(
    job: Memo<PeriodicInfo>,
    is_open: Memo<bool>,
    acts: RowActs,
) -> impl IntoView {
    let of = move |part: fn(&PeriodicInfo) -> String| move || job.with(part);
    let href = move || {
        if is_open.get() {
            PAGE.to_owned()
        } else {
            job.with(|job| look_at(&job.name))
        }
    };
    view! {
        <tr class:is-open=move || is_open.get()>
            <th scope="row" class="periodic-name">
                <a
                    class="name disclosure"
                    href=move || link(href())
                    data-noscroll=""
                    aria-expanded=move || is_open.get().to_string()
                    title="History and arguments"
                >
                    {of(|job| job.name.clone())}
                </a>
                <div class="second-line">{move || job.with(what)}</div>
            </th>
            <td class="periodic-when">
                {of(|job| job.in_words.trim_end_matches('.').to_owned())}
                <div class="second-line">
                    <code>{of(|job| job.cron.clone())}</code>
                    " "
                    {of(|job| job.timezone.clone())}
                </div>
            </td>
            <td class="periodic-next nowrap">
                <span class="periodic-label">"Next run "</span>
                {move || job.with(next)}
            </td>
            <td class="periodic-last nowrap">
                <span class="periodic-label">"Last run "</span>
                {move || job.with(last)}
            </td>
            <td class="periodic-state nowrap">{move || job.with(state)}</td>
            <td class="actions"><Actions job acts/></td>
        </tr>
    }
}

/// Class and queue.
fn what(job: &PeriodicInfo) -> AnyView {
    if job.class.is_empty() {
        return "written by another version of Jobdeck".into_any();
    }
    let class = (job.class != job.name).then(|| {
        let class = format::seen(&job.class);
        view! { <span class="mono">{class}</span> " " }
    });
    view! {
        {class}
        {queue_chip(&job.queue)}
    }
    .into_any()
}

fn next(job: &PeriodicInfo) -> AnyView {
    match job.next {
        Some(at) => view! { <Time at=Signal::stored(at)/> }.into_any(),
        None => view! { <span class="muted">"–"</span> }.into_any(),
    }
}

fn last(job: &PeriodicInfo) -> AnyView {
    match &job.last_run {
        Some(run) => {
            let at = Signal::stored(run.enqueued_at);
            let by_hand = run
                .tick
                .is_none()
                .then(|| view! { <span class="muted">" by hand"</span> });
            view! {
                <a href=link(format::job_path(&run.jid))><Time at/></a>
                {by_hand}
            }
            .into_any()
        }
        None => view! { <span class="muted">"–"</span> }.into_any(),
    }
}

/// Whether it enqueues anything, and why not.
fn state(job: &PeriodicInfo) -> AnyView {
    if !job.held {
        return view! {
            <span class="badge muted" title=NOT_HELD><Icon name=IconName::Info/>"not configured"</span>
            <div class="second-line">{NOT_HELD}</div>
        }
        .into_any();
    }
    if job.paused {
        return view! { <StateBadge state=JobState::Paused/> }.into_any();
    }
    if job.next.is_none() {
        return view! { <span class="badge muted"><Icon name=IconName::Info/>"comes no more"</span> }
            .into_any();
    }
    view! { <span class="badge muted"><Icon name=IconName::Processed/>"active"</span> }.into_any()
}

/// Only what means something: what a running process has is paused, not deleted.
#[component]
fn Actions(job: Memo<PeriodicInfo>, acts: RowActs) -> impl IntoView {
    let name = Memo::new(move |_| job.with(|job| job.name.clone()));
    let paused = Memo::new(move |_| job.with(|job| job.paused));
    let held = Memo::new(move |_| job.with(|job| job.held));
    let is_known = Memo::new(move |_| job.with(|job| !job.class.is_empty()));
    let of_job = move || format!(" {}", name.get());
    view! {
        <div class="row-actions">
            {may(Right::TurnPeriodic).then(|| view! {
                <Show when=move || is_known.get()>
                <ActionForm action=acts.run>
                    <input type="hidden" name="name" value=move || name.get()/>
                    <button
                        class="button button-quiet button-small"
                        type="submit"
                        title="Enqueue a job now, beside its schedule"
                        disabled=move || acts.run.pending().get()
                    >
                        <Icon name=IconName::Running/>
                        "Run now"
                        <span class="visually-hidden">{of_job}</span>
                    </button>
                </ActionForm>
            </Show>
                })}
            {may(Right::TurnPeriodic).then(|| view! {
                <Show when=move || held.get() || paused.get()>
                <ActionForm action=acts.pause>
                    <input type="hidden" name="name" value=move || name.get()/>
                    <input type="hidden" name="paused" value=move || (!paused.get()).to_string()/>
                    <button
                        class="button button-quiet button-small"
                        type="submit"
                        disabled=move || acts.pause.pending().get()
                    >
                        {move || {
                            let name = if paused.get() { IconName::Scheduled } else { IconName::Paused };
                            view! { <Icon name/> }
                        }}
                        {move || if paused.get() { "Resume" } else { "Pause" }}
                        <span class="visually-hidden">{of_job}</span>
                    </button>
                </ActionForm>
            </Show>
                })}
            {may(Right::DeletePeriodic).then(|| view! {
                <Show when=move || !held.get()>
                <a
                    class="button button-quiet button-small button-danger"
                    href=move || link(ask_to_delete(&name.get()))
                    data-noscroll=""
                    title="Forget it, with its history"
                >
                    <Icon name=IconName::Delete/>
                    "Delete…"
                    <span class="visually-hidden">{of_job}</span>
                </a>
            </Show>
                })}
        </div>
    }
}
