//! The same answers for the command line: `--json` prints what REST would answer.

use super::{
    alerts::{AlertBody, AlertsBody},
    audit::{AuditBody, AuditPageBody},
    body::{ActionBody, JobBody, PageBody},
    failure_body::GroupsBody,
    holds::{BegunHoldBody, HoldBody},
    import::ImportBody,
    lists::complete,
    operation_body::{KeptBody, OperationBody, PreviewBody},
    report::CancelBody,
    search::SearchLine,
};
use crate::admin::{Admin, AdminResult};
use crate::model::{
    ActionReport, Alert, AlertEpisode, AuditEntry, AuditPage, CancelReport, FailureGroups,
    HoldStatus, ImportReport, JobDetail, JobReport, Kept, Operation, OperationPreview, Page,
    PageRequest, Place, SearchEvent,
};
use serde::Serialize;

/// A page with whole arguments.
///
/// # Errors
/// As [`Admin::page`].
pub(crate) async fn page(admin: &Admin, place: &Place, request: &PageRequest) -> AdminResult<Page> {
    let mut page = admin.page(place, request).await?;
    complete(admin, &mut page).await?;
    Ok(page)
}

/// An alert as REST answers it.
pub(crate) fn alert_json(alert: Alert) -> String {
    json(&AlertBody::from(alert))
}

/// Alerts, and those that are over, as REST answers them.
pub(crate) fn alerts_json(alerts: Vec<Alert>, episodes: Vec<AlertEpisode>) -> String {
    json(&AlertsBody::new(alerts, episodes))
}

/// A page as REST answers it.
pub(crate) fn page_json(page: Page) -> String {
    json(&PageBody::from(page))
}

/// What a search tells, as a line of REST's answer.
pub(crate) fn search_json(event: SearchEvent) -> String {
    json(&SearchLine::from(Ok(event)))
}

/// A job as REST answers it.
pub(crate) fn job_json(detail: JobDetail, report: Option<JobReport>) -> String {
    json(&JobBody::new(detail, report))
}

/// Whom a request to end was left for, as REST answers it.
pub(crate) fn cancel_json(report: CancelReport) -> String {
    json(&CancelBody::from(report))
}

/// A report as REST answers it.
pub(crate) fn report_json(report: ActionReport) -> String {
    json(&ActionBody::from(report))
}

/// An operation as REST answers it.
pub(crate) fn operation_json(operation: Operation) -> String {
    json(&OperationBody::from(operation))
}

/// Operations as REST answers them.
pub(crate) fn operations_json(operations: Vec<Operation>) -> String {
    let bodies: Vec<OperationBody> = operations.into_iter().map(OperationBody::from).collect();
    json(&bodies)
}

/// A preview as REST answers it.
pub(crate) fn preview_json(in_words: String, preview: OperationPreview) -> String {
    json(&PreviewBody::new(in_words, preview))
}

/// What was freed, as REST answers it.
pub(crate) fn kept_json(kept: Kept) -> String {
    json(&KeptBody::from(kept))
}

/// What came of an import, as REST answers it.
pub(crate) fn import_json(report: ImportReport) -> String {
    json(&ImportBody::from(report))
}

/// Groups of failures as REST answers them.
pub(crate) fn failures_json(list: FailureGroups) -> String {
    json(&GroupsBody::from(list))
}

/// A hold as REST answers it.
pub(crate) fn hold_json(status: HoldStatus) -> String {
    json(&HoldBody::from(status))
}

/// Holds as REST answers them.
pub(crate) fn holds_json(holds: Vec<HoldStatus>) -> String {
    let bodies: Vec<HoldBody> = holds.into_iter().map(HoldBody::from).collect();
    json(&bodies)
}

/// A new hold as REST answers it.
pub(crate) fn begun_hold_json(status: HoldStatus, operation: Operation) -> String {
    json(&BegunHoldBody::new(status, operation))
}

/// A page of the audit as REST answers it.
pub(crate) fn audit_json(page: AuditPage) -> String {
    json(&AuditPageBody::from(page))
}

/// An event of the audit as a line of REST's file.
pub(crate) fn audit_event_json(entry: AuditEntry) -> String {
    json(&AuditBody::from(entry))
}

fn json(body: &impl Serialize) -> String {
    serde_json::to_string(body).unwrap_or_default()
}
