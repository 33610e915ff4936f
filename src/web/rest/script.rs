//! The same answers for the command line: `--json` prints what REST would answer.

use super::{
    body::{ActionBody, JobBody, PageBody},
    lists::complete,
};
use crate::admin::{Admin, AdminResult};
use crate::model::{ActionReport, JobDetail, Page, PageRequest, Place};
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
pub(crate) fn job_json(detail: JobDetail) -> String {
    json(&JobBody::from(detail))
}

/// A report as REST answers it.
pub(crate) fn report_json(report: ActionReport) -> String {
    json(&ActionBody::from(report))
}

fn json(body: &impl Serialize) -> String {
    serde_json::to_string(body).unwrap_or_default()
}
