//! What an operation does, how far it is, and what can be done about it.
#![expect(
    clippy::needless_pass_by_value,
    reason = "components own their properties"
)]

use super::state::{OperationBadge, bytes, operation_path, pace, result};
use crate::api::{TurnOperation, operation_export_address};
use crate::app::access::may;
use crate::app::address::link;
use crate::app::components::{
    ActionForm, ExportLinks, Icon, IconName, Notice, NoticeKind, ProgressBar, Time, UtcTime,
};
use crate::app::format;
use crate::model::{Operation, OperationState, Right, percent};
use leptos::prelude::*;

/// All of it.
#[component]
pub(super) fn Details(operation: Operation, turn: ServerAction<TurnOperation>) -> impl IntoView {
    let progress = &operation.progress;
    let total = operation.plan.total;
    let done = percent(operation.state, progress.scanned, total);
    let message = operation.message.clone().map(|message| {
        let kind = match operation.state {
            OperationState::Stopped | OperationState::Paused => NoticeKind::Warning,
            _ => NoticeKind::Done,
        };
        view! { <Notice kind>{message}</Notice> }
    });
    let looked_at = format!(
        "{} of {} looked at, {} match",
        format::count(progress.scanned),
        format::count(total),
        format::count(progress.matched)
    );
    let refused = (!progress.refused.is_empty()).then(|| {
        let rows = progress
            .refused
            .iter()
            .map(|(reason, count)| {
                view! { <li><strong>{format::count(*count)}</strong> " × " {reason.clone()}</li> }
            })
            .collect_view();
        view! {
            <h2>"Left as they are"</h2>
            <ul class="operation-reasons">{rows}</ul>
        }
    });
    view! {
        <div class="operation">
            <h2 class="operation-words">{operation.words.clone()}</h2>
            {message}
            <div class="operation-state">
                <OperationBadge state=operation.state/>
                <div class="operation-bar"><ProgressBar percent=done/></div>
            </div>
            <p class="operation-result">
                <strong>{result(&operation)}</strong> {pace(&operation)}
            </p>
            <p class="operation-looked">{looked_at}</p>
            <Turns operation=operation.clone() turn/>
            {refused}
            <Facts operation=operation.clone()/>
        </div>
    }
}

/// What means something as it stands now.
#[component]
fn Turns(operation: Operation, turn: ServerAction<TurnOperation>) -> impl IntoView {
    let verbs: &[(&str, &str, IconName)] = match operation.state {
        OperationState::Running | OperationState::Waiting => &[
            ("pause", "Pause", IconName::Paused),
            ("stop", "Stop", IconName::Stop),
        ],
        OperationState::Paused => &[
            ("resume", "Resume", IconName::Running),
            ("stop", "Stop", IconName::Stop),
        ],
        OperationState::Stopped | OperationState::Done => &[],
    };
    let id = operation.id.clone();
    let buttons = verbs
        .iter()
        .map(|(verb, label, icon)| {
            view! {
                <button class="button" type="submit" name="verb" value=*verb>
                    <Icon name=*icon/>
                    {*label}
                </button>
            }
        })
        .collect_view();
    let turns = (!verbs.is_empty() && may(Right::ChangeJobs)).then(|| {
        view! {
            <ActionForm action=turn attr:class="operation-turns">
                <input type="hidden" name="id" value=id.clone()/>
                {buttons}
            </ActionForm>
        }
    });
    let export = operation.can_be_exported().then(|| {
        let id = operation.id.clone();
        let address = Callback::new(move |format| Some(operation_export_address(&id, format)));
        view! {
            <p class="operation-export">
                "Export the jobs that it has changed, as they were: "
                <ExportLinks address what="the jobs that it has changed"/>
            </p>
        }
    });
    let undo = (operation.can_be_undone() && may(Right::ChangeJobs)).then(|| {
        let jobs = format::counted(operation.kept.entries, "job", "jobs");
        let until = operation
            .kept
            .until
            .map(|until| view! { " Possible until " <UtcTime at=until/> "." });
        let free = format!("{}?confirm=free", operation_path(&operation.id));
        view! {
            <section class="operation-undo" aria-label="Undo">
                <p>
                    "Undo puts " {jobs} " back where they were, exactly as they were. "
                    "What has run or was changed since stays, and is counted." {until}
                </p>
                <ActionForm action=turn attr:class="operation-turns">
                    <input type="hidden" name="id" value=operation.id.clone()/>
                    <button class="button button-primary" type="submit" name="verb" value="undo">
                        <Icon name=IconName::Retrying/>
                        {format!("Undo {}", format::counted(operation.kept.entries, "job", "jobs"))}
                    </button>
                    {may(Right::FreeUndo).then(|| view! {
                    <a class="button" href=link(free)>
                        {format!("Free {}", bytes(operation.kept.bytes))}
                    </a>
                    })}
                </ActionForm>
            </section>
        }
    });
    view! {
        {turns}
        {export}
        {undo}
    }
}

/// Who, when, why, how.
#[component]
fn Facts(operation: Operation) -> impl IntoView {
    let plan = &operation.plan;
    let link = |id: &String| {
        let (id, path) = (id.clone(), operation_path(id));
        view! { <a class="mono" href=link(path)>{id}</a> }
    };
    let canary = plan.canary.map(|canary| {
        format!(
            "{} first, then {} of waiting; goes on if {} % have succeeded",
            format::counted(u64::from(canary.jobs), "job", "jobs"),
            format::duration(f64::from(canary.wait_seconds)),
            canary.percent
        )
    });
    let rate = plan.rate.map(|rate| {
        format!(
            "{} a second at most",
            format::counted(u64::from(rate), "job", "jobs")
        )
    });
    view! {
        <dl class="facts operation-facts">
            <div><dt>"Name"</dt><dd class="mono">{operation.id.clone()}</dd></div>
            {plan.reason.clone().map(|reason| view! { <div><dt>"Why"</dt><dd>{reason}</dd></div> })}
            <div><dt>"Begun"</dt><dd><Time at=operation.created_at/></dd></div>
            {operation.finished_at.map(|at| view! { <div><dt>"Over"</dt><dd><Time at/></dd></div> })}
            // What a hold has held is meant whenever it came.
            {(plan.before <= operation.created_at)
                .then(|| {
                    view! {
                        <div>
                            <dt>"Meant"</dt>
                            <dd>"what was there at " <UtcTime at=plan.before/></dd>
                        </div>
                    }
                })}
            {rate.map(|rate| view! { <div><dt>"Speed"</dt><dd>{rate}</dd></div> })}
            {canary.map(|canary| view! { <div><dt>"Tried first"</dt><dd>{canary}</dd></div> })}
            {plan.undoes.as_ref().map(|id| view! { <div><dt>"Undoes"</dt><dd>{link(id)}</dd></div> })}
            {operation.undone_by.as_ref().map(|id| view! { <div><dt>"Undo"</dt><dd>{link(id)}</dd></div> })}
        </dl>
    }
}
