//! One event.

use crate::app::address::link;
use crate::app::components::{Icon, IconName, JobState, Time};
use crate::app::format;
use crate::app::pages::job_list::place_path;
use crate::model::{AuditAction, AuditEntry, AuditEvent, AuditOutcome, Via};
use leptos::prelude::*;

/// Job ids that are shown at once; the others can be opened.
const SHOWN: usize = 3;

/// One event: when, who and from where, what and why, what came of it, and the way to its operation.
#[component]
pub(super) fn AuditRow(entry: AuditEntry) -> impl IntoView {
    let AuditEntry { id, event } = entry;
    view! {
        <tr id=format!("event-{id}")>
            <td class="nowrap"><Time at=Signal::stored(id.at())/></td>
            <td class="audit-who">
                <bdi class="audit-name">{event.who()}</bdi>
                {origin(&event).map(|origin| view! { <div class="second-line">{origin}</div> })}
            </td>
            <td class="audit-what">
                <bdi>{event.in_words()}</bdi>
                {(!event.reason.is_empty()).then(|| view! {
                    <div class="audit-reason">"“"<bdi>{event.reason.clone()}</bdi>"”"</div>
                })}
                <div class="second-line audit-links">
                    {places(&event)}
                    {object(&event)}
                    {jobs(&event.jids, event.count)}
                </div>
            </td>
            <td class="audit-result">
                {result(&event)}
                {operation(&event)}
            </td>
        </tr>
    }
}

/// The role, and the address; nothing for what has neither.
fn origin(event: &AuditEvent) -> Option<String> {
    let actor = &event.actor;
    let role = match actor.via {
        Via::Session | Via::Oidc | Via::Proxy | Via::Token => Some(actor.role.name()),
        Via::Nowhere | Via::Command | Via::Open | Via::Program => None,
    };
    let parts: Vec<&str> = role.into_iter().chain(actor.from.as_deref()).collect();
    (!parts.is_empty()).then(|| parts.join(" · "))
}

/// Links to where the jobs are or were.
fn places(event: &AuditEvent) -> impl IntoView + use<> {
    let links = event.places.iter().map(|name| {
        let href = name.parse().ok().map(|place| place_path(&place));
        match href {
            Some(href) => view! { <a href=link(href)><bdi>{name.clone()}</bdi></a> }.into_any(),
            None => view! { <bdi>{name.clone()}</bdi> }.into_any(),
        }
    });
    links.collect_view()
}

/// A link to what was changed, where it has a page.
fn object(event: &AuditEvent) -> Option<impl IntoView + use<>> {
    let (href, word) = match event.action {
        AuditAction::ChangeGroup => (
            format!("/failures/{}", format::url_encode(&event.object)),
            "failure group",
        ),
        AuditAction::StartHold => ("/holds".to_owned(), "holds"),
        AuditAction::AcknowledgeAlert | AuditAction::SnoozeAlert | AuditAction::WakeAlert => {
            ("/alerts".to_owned(), "alerts")
        }
        AuditAction::QuietProcess | AuditAction::StopProcess | AuditAction::DumpProcess => {
            ("/processes".to_owned(), "processes")
        }
        AuditAction::RunPeriodic | AuditAction::PausePeriodic | AuditAction::ResumePeriodic => {
            ("/periodic".to_owned(), "periodic jobs")
        }
        _ => return None,
    };
    Some(view! { <a href=link(href)>{word}</a> })
}

/// Links to the first jobs; the others behind a click.
fn jobs(jids: &[String], count: Option<u64>) -> impl IntoView + use<> {
    let link = |jid: &String| {
        view! { <a class="mono" href=link(format::job_path(jid))><bdi>{jid.clone()}</bdi></a> }
    };
    let named: Vec<&String> = jids.iter().filter(|jid| !jid.is_empty()).collect();
    let (shown, rest) = named.split_at(named.len().min(SHOWN));
    let unnamed = count
        .unwrap_or(0)
        .saturating_sub(u64::try_from(named.len()).unwrap_or(u64::MAX));
    let unnamed =
        (unnamed > 0 && !rest.is_empty()).then(|| format!("and {} more", format::count(unnamed)));
    let shown = shown.iter().map(|jid| link(jid)).collect_view();
    let more = (!rest.is_empty()).then(|| {
        let links = rest.iter().map(|jid| link(jid)).collect_view();
        view! {
            <details class="audit-jobs">
                <summary>{format!("{} more", format::counted(rest.len() as u64, "job", "jobs"))}</summary>
                <div>{links} {unnamed}</div>
            </details>
        }
    });
    view! { {shown} {more} }
}

/// What came of it, with a drawing; what went wrong in the colour of failures.
fn result(event: &AuditEvent) -> impl IntoView + use<> {
    let (icon, class) = match event.outcome {
        AuditOutcome::Done => (IconName::Processed, "audit-outcome"),
        AuditOutcome::Refused => (IconName::Stop, "audit-outcome"),
        AuditOutcome::Failed => (IconName::Failed, JobState::Failed.class()),
        AuditOutcome::Unknown => (IconName::Info, "audit-outcome"),
    };
    view! {
        <div class=format!("audit-line {class}")>
            <Icon name=icon/>
            <bdi>{event.result_in_words()}</bdi>
        </div>
    }
}

/// The way to the operation, where what can be undone is undone.
fn operation(event: &AuditEvent) -> Option<impl IntoView + use<>> {
    let id = event.operation.as_deref()?;
    let href = format!("/operations/{}", format::url_encode(id));
    let word = match event.action {
        AuditAction::Retry
        | AuditAction::Enqueue
        | AuditAction::Reschedule
        | AuditAction::Kill
        | AuditAction::Delete
        | AuditAction::StartOperation
        | AuditAction::StopOperation
        | AuditAction::EndOperation
        | AuditAction::StartHold
        | AuditAction::ReleaseHold => "Operation, undo",
        _ => "Operation",
    };
    let label = format!("{word}: {}", event.in_words());
    Some(view! {
        <div class="second-line"><a href=link(href) aria-label=label>{word}</a></div>
    })
}
