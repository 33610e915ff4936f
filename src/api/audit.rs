//! Who did what.

use super::ApiError;
use crate::model::AuditPage;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

/// A page of the audit, newest first.
///
/// # Errors
/// [`ApiError::Invalid`]: what is wrong with the filter; [`ApiError::Forbidden`]; the store's.
#[server(prefix = "/api/ui", endpoint = "audit", input = GetUrl)]
pub async fn get_audit(
    /// The address's query.
    #[server(default)]
    query: String,
) -> Result<AuditPage, ApiError> {
    use super::{AuditQuery, respond};
    use crate::admin::AuditRequest;
    let asked = query;
    let query = AuditQuery::parse(&asked);
    let admin = respond::admin_for_page()?;
    let request = AuditRequest {
        filter: query.filter().map_err(respond::missing)?,
        after: query.after,
        before: query.before,
        limit: 0,
    };
    respond::once(asked, async || {
        admin.audit(&request).await.map_err(respond::failed)
    })
    .await
}
