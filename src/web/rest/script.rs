//! The same answers for the command line: `--json` prints what REST would answer.

use super::{
    body::{ActionBody, JobBody, PageBody},
    lists::complete,
    report::CancelBody,
    search::SearchLine,
};
use crate::admin::{Admin, AdminResult};
use crate::model::{
    ActionReport, CancelReport, JobDetail, JobReport, Page, PageRequest, Place, SearchEvent,
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

fn json(body: &impl Serialize) -> String {
    serde_json::to_string(body).unwrap_or_default()
}
