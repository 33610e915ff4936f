//! Reading jobs: pages of lists, and one job.

use super::ApiError;
use crate::model::{JobDetail, Page};
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

/// A page of a queue or set. `place` is `scheduled`, `retries`, `dead` or `queue:NAME`; `query` is the page's own query
/// ([`super::ListQuery`]).
///
/// # Errors
/// What in the query is wrong; the store's trouble.
#[server(prefix = "/api/ui", endpoint = "jobs/page", input = GetUrl)]
pub async fn get_page(
    /// Set or queue.
    place: String,
    /// Filter, direction and cursor.
    #[server(default)]
    query: String,
) -> Result<Page, ApiError> {
    use super::{ListQuery, respond};
    use crate::model::Place;
    use std::str::FromStr as _;
    let place = Place::from_str(&place).map_err(|error| respond::invalid(error.to_string()))?;
    let request = ListQuery::parse(&query)
        .to_request(&place)
        .map_err(respond::invalid)?;
    let admin = respond::admin_for_page()?;
    respond::once(format!("{place} {query}"), async || {
        admin.page(&place, &request).await.map_err(respond::failed)
    })
    .await
}

/// Every place where a job is now: by its job id, with the entry as a hint where to look first; or by the entry alone.
/// A page about a job that is nowhere gets the status 404.
///
/// # Errors
/// Neither a job id nor an entry was given, or the entry is none; the store's trouble.
#[server(prefix = "/api/ui", endpoint = "jobs/show", input = GetUrl)]
pub async fn get_job(
    /// Job id; may be empty.
    #[server(default)]
    jid: String,
    /// Address of an entry; may be empty.
    #[server(default)]
    entry: String,
) -> Result<JobDetail, ApiError> {
    use super::{Revealed, respond};
    use crate::model::EntryId;
    let hint: Option<EntryId> = match entry.as_str() {
        "" => None,
        // A hint that is none is no hint; alone it is a mistake.
        text => match text.parse() {
            Ok(id) => Some(id),
            Err(_) if !jid.is_empty() => None,
            Err(error) => return Err(respond::invalid(error.to_string())),
        },
    };
    let admin = respond::admin_for_page()?;
    let detail = match (jid.as_str(), &hint, use_context::<Revealed>()) {
        (_, _, Some(Revealed(revealed))) => revealed.map_err(respond::failed)?,
        ("", None, None) => {
            return Err(respond::invalid("no job id and no entry is given"));
        }
        (jid, hint, None) => {
            respond::once(format!("{jid} {entry}"), async || match (jid, hint) {
                ("", Some(id)) => {
                    let found = admin.entry(id).await.map_err(respond::failed)?;
                    Ok(found.unwrap_or_default())
                }
                (jid, hint) => {
                    let hint = hint.as_ref();
                    admin.job(jid, hint).await.map_err(respond::failed)
                }
            })
            .await?
        }
    };
    // The page that tells of a job's deletion is not one that was never there.
    if detail.locations.is_empty() && !respond::has_notice() {
        respond::page_not_found();
    }
    Ok(detail)
}
