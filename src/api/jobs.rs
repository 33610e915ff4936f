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
    place: String,
    #[server(default)] query: String,
) -> Result<Page, ApiError> {
    use super::{ListQuery, server};
    use crate::model::Place;
    let place: Place = place
        .parse()
        .map_err(|error| server::invalid(format!("{error}")))?;
    let request = ListQuery::parse(&query)
        .to_request(&place)
        .map_err(server::invalid)?;
    let admin = server::admin()?;
    admin.page(&place, &request).await.map_err(server::respond)
}

/// Every place where a job is now: by its job id, with the entry as a hint where to look first; or by the entry alone.
/// A page about a job that is nowhere gets the status 404.
///
/// # Errors
/// Neither a job id nor an entry was given, or the entry is none; the store's trouble.
#[server(prefix = "/api/ui", endpoint = "jobs/show", input = GetUrl)]
pub async fn get_job(
    #[server(default)] jid: String,
    #[server(default)] entry: String,
) -> Result<JobDetail, ApiError> {
    use super::server;
    use crate::model::EntryId;
    let hint: Option<EntryId> = match entry.as_str() {
        "" => None,
        // A hint that is none is no hint; alone it is a mistake.
        text => match text.parse() {
            Ok(id) => Some(id),
            Err(_) if !jid.is_empty() => None,
            Err(error) => return Err(server::invalid(format!("{error}"))),
        },
    };
    let admin = server::admin()?;
    let detail = match (jid.as_str(), &hint) {
        ("", None) => {
            return Err(server::invalid(
                "Which job? Write its job id behind /jobs/.".to_owned(),
            ));
        }
        ("", Some(id)) => admin
            .entry(id)
            .await
            .map_err(server::respond)?
            .unwrap_or_else(|| JobDetail {
                jid: String::new(),
                locations: Vec::new(),
                scanned: 0,
                total: 0,
            }),
        (jid, hint) => admin
            .job(jid, hint.as_ref())
            .await
            .map_err(server::respond)?,
    };
    if detail.locations.is_empty() {
        server::page_not_found();
    }
    Ok(detail)
}
