//! Pages of queues and sets.

use super::{
    PageBody,
    body::{is_cut, uncut},
    error::{Answer, ErrorBody, Problem},
    extract::{Path, Query},
    query::ListQuery,
    script,
};
use crate::admin::{Admin, AdminResult};
use crate::model::{EntryId, Order, Page, Place, Set};
use crate::web::auth::Door;
use axum::Json;

/// Long entries that are read at a time.
const AT_A_TIME: usize = 20;

/// Jobs of a queue, next to run first.
#[utoipa::path(get, path = "/queues/{name}/jobs", tag = "jobs",
    params(("name" = String, Path, description = "The queue"), ListQuery),
    responses(
        (status = 200, body = PageBody),
        (status = "default", description = "It failed", body = ErrorBody),
    )
)]
pub(super) async fn queue_jobs(
    Door(admin): Door,
    Path(name): Path<String>,
    Query(query): Query<ListQuery>,
) -> Answer<Json<PageBody>> {
    page(&admin, Place::Queue(name), query, Order::Ascending).await
}

/// Entries of the scheduled, retry or dead set.
#[utoipa::path(get, path = "/sets/{set}/jobs", tag = "jobs",
    params(("set" = String, Path, description = "`scheduled`, `retries` or `dead`"), ListQuery),
    responses(
        (status = 200, body = PageBody),
        (status = "default", description = "It failed", body = ErrorBody),
    )
)]
pub(super) async fn set_jobs(
    Door(admin): Door,
    Path(set): Path<String>,
    Query(query): Query<ListQuery>,
) -> Answer<Json<PageBody>> {
    let Ok(set) = set.parse::<Set>() else {
        return Err(Problem::not_found(format!(
            "there is no set `{set}`: use `scheduled`, `retries` or `dead`"
        )));
    };
    let usual_order = match set {
        Set::Dead => Order::Descending,
        Set::Scheduled | Set::Retries => Order::Ascending,
    };
    page(&admin, set.into(), query, usual_order).await
}

async fn page(
    admin: &Admin,
    place: Place,
    query: ListQuery,
    usual_order: Order,
) -> Answer<Json<PageBody>> {
    let request = query.request(usual_order)?;
    let page = script::page(admin, &place, &request).await?;
    Ok(Json(page.into()))
}

/// Lists cut long arguments, as pages show them; scripts get them whole.
pub(super) async fn complete(admin: &Admin, page: &mut Page) -> AdminResult<()> {
    let cut: Vec<EntryId> = page
        .entries
        .iter()
        .filter(|entry| is_cut(entry))
        .map(|entry| entry.id.clone())
        .collect();
    let redactor = admin.shown_redactor();
    for ids in cut.chunks(AT_A_TIME) {
        for stored in admin.stored(ids).await? {
            if let Some(entry) = page
                .entries
                .iter_mut()
                .find(|entry| entry.id.digest == stored.id.digest && is_cut(entry))
            {
                *entry = uncut(entry.clone(), stored.raw, &redactor);
            }
        }
    }
    Ok(())
}
