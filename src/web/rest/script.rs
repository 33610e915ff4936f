//! The same answers for the command line: `--json` prints what REST would answer.

use super::{
    body::{ActionBody, JobBody, PageBody},
    failures::GroupsBody,
    lists::complete,
    report::CancelBody,
};
use crate::admin::{Admin, AdminResult};
use crate::model::{
    ActionReport, CancelReport, FailureGroups, JobDetail, JobReport, Page, PageRequest, Place,
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

/// A page as REST answers it.
pub(crate) fn page_json(page: Page) -> String {
    json(&PageBody::from(page))
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

/// Groups of failures as REST answers them.
pub(crate) fn failures_json(list: FailureGroups) -> String {
    json(&GroupsBody::from(list))
}

fn json(body: &impl Serialize) -> String {
    serde_json::to_string(body).unwrap_or_default()
}
