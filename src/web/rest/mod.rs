//! `/api/v1`: the same reads and changes for scripts, as JSON.
//!
//! One file a subject; `body.rs` has what crosses the wire. The OpenAPI document at `/api/v1/openapi.json` is made from these handlers.

mod actions;
mod alerts;
mod audit;
mod body;
mod end;
mod error;
mod export;
mod extract;
mod failure_body;
mod failures;
mod holds;
mod import;
mod jobs;
mod lists;
mod live;
mod nesting;
mod operation_body;
mod operation_request;
mod operations;
mod overview;
mod periodic;
mod processes;
mod query;
mod queues;
mod report;
mod request;
pub(crate) mod script;
mod search;
mod stores;

use super::{AppState, health, metrics};
use crate::model::BasePath;
use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, OriginalUri, State},
    http::{Method, StatusCode},
    response::IntoResponse,
    routing::get,
};
use error::Problem;
use utoipa::OpenApi;
use utoipa_axum::{
    router::{OpenApiRouter, UtoipaMethodRouterExt},
    routes,
};

use body::{
    ActionBody, EntryBody, JobBody, OverviewBody, PageBody, ProcessBody, QueueBody, RunningBody,
};

pub(super) use error::{internal_error, refusal};
pub(crate) use query::moment;

/// Largest body of a request that adds jobs.
const JOBS_BYTES: usize = 16 * 1024 * 1024;
/// Where the document is.
const DOCUMENT: &str = "/api/v1/openapi.json";
/// Largest body of any other request.
const BODY_BYTES: usize = 2 * 1024 * 1024;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Jobdeck",
        description = "Reads and changes the jobs of a store. Times are RFC 3339 in UTC. An entry is addressed by its `id`, which is good until the entry moves."
    ),
    servers((url = "/api/v1")),
    // Outside of `/api/v1`, where probes look for them.
    paths(health::alive, health::ready, metrics::metrics),
    tags(
        (name = "jobs", description = "Jobs and entries"),
        (name = "queues", description = "Queues"),
        (name = "processes", description = "Worker processes and what they run"),
        (name = "periodic", description = "Jobs that are enqueued by the calendar"),
        (name = "operations", description = "Changes of many jobs, in the background"),
        (name = "failures", description = "Groups of failures, deploy marks, and holds"),
        (name = "alerts", description = "What is wrong, and who knows of it"),
        (name = "audit", description = "Who did what"),
        (name = "live", description = "Numbers, now and as they change"),
        (name = "health", description = "For probes; not under `/api/v1`"),
    )
)]
struct Document;

/// Everything under `/api/v1`.
pub(super) fn router(base: &BasePath) -> Router<AppState> {
    let (router, mut document) = OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(overview::overview))
        .routes(routes!(queues::queues))
        .routes(routes!(queues::clear))
        .routes(routes!(queues::pause))
        .routes(routes!(queues::resume))
        .routes(routes!(lists::queue_jobs))
        .routes(routes!(lists::set_jobs))
        .routes(routes!(search::search))
        .routes(routes!(export::export))
        .routes(routes!(import::import))
        .routes(routes!(search::suggest))
        .routes(routes!(jobs::job))
        .routes(routes!(jobs::reveal))
        .routes(routes!(report::cancel))
        .routes(routes!(jobs::enqueue).layer(DefaultBodyLimit::max(JOBS_BYTES)))
        .routes(routes!(actions::act))
        .routes(routes!(processes::running))
        .routes(routes!(processes::processes))
        .routes(routes!(processes::dump))
        .routes(routes!(processes::quiet))
        .routes(routes!(processes::stop))
        .routes(routes!(periodic::periodic))
        .routes(routes!(periodic::periodic_job, periodic::delete))
        .routes(routes!(periodic::run))
        .routes(routes!(periodic::pause))
        .routes(routes!(periodic::resume))
        .routes(routes!(operations::operations, operations::start))
        .routes(routes!(operations::preview))
        .routes(routes!(operations::operation))
        .routes(routes!(operations::pause))
        .routes(routes!(operations::resume))
        .routes(routes!(operations::stop))
        .routes(routes!(operations::undo))
        .routes(routes!(operations::free))
        .routes(routes!(export::operation))
        .routes(routes!(failures::failures))
        .routes(routes!(failures::failure_group, failures::change_group))
        .routes(routes!(failures::deploys, failures::mark_deploy))
        .routes(routes!(holds::holds, holds::start_hold))
        .routes(routes!(holds::preview_hold))
        .routes(routes!(holds::hold, holds::end_hold))
        .routes(routes!(holds::release_hold))
        .routes(routes!(alerts::alerts))
        .routes(routes!(alerts::acknowledge))
        .routes(routes!(alerts::snooze))
        .routes(routes!(alerts::wake))
        .routes(routes!(audit::audit))
        .routes(routes!(audit::export))
        .routes(routes!(stores::stores))
        .routes(routes!(live::live))
        .split_for_parts();
    put_below(base, &mut document);
    router
        .route("/openapi.json", get(move || async move { Json(document) }))
        .fallback(unknown_path)
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::max(BODY_BYTES))
}

/// Writes where everything is below the base path.
fn put_below(base: &BasePath, document: &mut utoipa::openapi::OpenApi) {
    let of_paths = document.paths.paths.values_mut();
    let of_paths = of_paths
        .filter_map(|path| path.get.as_mut())
        .map(|operation| &mut operation.servers);
    let servers = of_paths.chain([&mut document.servers]).flatten().flatten();
    for server in servers {
        server.url = base.address(&server.url);
    }
}

/// The answer where there is nothing.
pub(super) async fn unknown_path(
    State(state): State<AppState>,
    OriginalUri(uri): OriginalUri,
) -> impl IntoResponse {
    Problem::not_found(format!(
        "there is nothing at `{}`; see {}",
        uri.path(),
        state.full_path().address(DOCUMENT)
    ))
}

async fn wrong_method(
    State(state): State<AppState>,
    method: Method,
    OriginalUri(uri): OriginalUri,
) -> Problem {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method_not_allowed",
        format!(
            "`{method}` cannot be done to `{}`; see {}",
            uri.path(),
            state.full_path().address(DOCUMENT)
        ),
    )
}
