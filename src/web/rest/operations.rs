//! Changes of many jobs.

use super::{
    error::{Answer, ErrorBody},
    extract::{Json, MaybeJson, Path},
    operation_body::{KeptBody, OperationBody, PreviewBody},
    operation_request::OperationRequestBody,
};
use crate::admin::AdminResult;
use crate::model::Operation;
use crate::web::auth::Door;
use axum::http::{StatusCode, header::LOCATION};
use serde::Deserialize;
use std::time::Duration;
use utoipa::ToSchema;

/// How long a preview counts.
pub(super) const BUDGET: Duration = Duration::from_secs(2);

/// A new operation, and where it is.
pub(super) type Begun = (
    StatusCode,
    [(axum::http::HeaderName, String); 1],
    axum::Json<OperationBody>,
);

/// Why it is undone; the body may be left out.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct UndoRequest {
    /// Why, at most 500 characters.
    reason: Option<String>,
}

/// The newest operations, newest first.
#[utoipa::path(get, path = "/operations", tag = "operations", responses(
    (status = 200, body = Vec<OperationBody>),
    (status = "default", description = "It failed", body = ErrorBody),
))]
pub(super) async fn operations(Door(admin): Door) -> Answer<axum::Json<Vec<OperationBody>>> {
    let operations = admin.operations().await?;
    Ok(axum::Json(
        operations.into_iter().map(OperationBody::from).collect(),
    ))
}

/// Begin an operation. It goes on by itself, wherever a Jobdeck serves this store.
#[utoipa::path(post, path = "/operations", tag = "operations", request_body = OperationRequestBody, responses(
    (status = 202, description = "It goes on at `Location`", body = OperationBody, headers(("Location" = String, description = "The operation"))),
    (status = 422, description = "The request is wrong", body = ErrorBody),
    (status = "default", description = "It failed", body = ErrorBody),
))]
pub(super) async fn start(
    Door(admin): Door,
    Json(body): Json<OperationRequestBody>,
) -> Answer<Begun> {
    let operation = admin.start_operation(&body.request()?).await?;
    Ok(begun(operation))
}

/// What the same request to `/operations` would do. Counts for at most 2 seconds; changes nothing.
#[utoipa::path(post, path = "/operations/preview", tag = "operations", request_body = OperationRequestBody, responses(
    (status = 200, body = PreviewBody),
    (status = 422, description = "The request is wrong", body = ErrorBody),
    (status = "default", description = "It failed", body = ErrorBody),
))]
pub(super) async fn preview(
    Door(admin): Door,
    Json(body): Json<OperationRequestBody>,
) -> Answer<axum::Json<PreviewBody>> {
    let request = body.request()?;
    let preview = admin.preview_operation(&request, BUDGET).await?;
    Ok(axum::Json(PreviewBody::new(request.in_words(), preview)))
}

/// One operation.
#[utoipa::path(get, path = "/operations/{id}", tag = "operations",
    params(("id" = String, Path, description = "The operation")),
    responses(
        (status = 200, body = OperationBody),
        (status = "default", description = "It failed", body = ErrorBody),
    )
)]
pub(super) async fn operation(
    Door(admin): Door,
    Path(id): Path<String>,
) -> Answer<axum::Json<OperationBody>> {
    one(admin.operation(&id).await)
}

/// Pause an operation behind the step that it is at.
#[utoipa::path(post, path = "/operations/{id}/pause", tag = "operations",
    params(("id" = String, Path, description = "The operation")),
    responses(
        (status = 200, body = OperationBody),
        (status = 409, description = "It does not run", body = ErrorBody),
        (status = "default", description = "It failed", body = ErrorBody),
    )
)]
pub(super) async fn pause(
    Door(admin): Door,
    Path(id): Path<String>,
) -> Answer<axum::Json<OperationBody>> {
    one(admin.pause_operation(&id).await)
}

/// Let a paused operation go on.
#[utoipa::path(post, path = "/operations/{id}/resume", tag = "operations",
    params(("id" = String, Path, description = "The operation")),
    responses(
        (status = 200, body = OperationBody),
        (status = 409, description = "It is not paused", body = ErrorBody),
        (status = "default", description = "It failed", body = ErrorBody),
    )
)]
pub(super) async fn resume(
    Door(admin): Door,
    Path(id): Path<String>,
) -> Answer<axum::Json<OperationBody>> {
    one(admin.resume_operation(&id).await)
}

/// End an operation before its end. What it has changed can be undone.
#[utoipa::path(post, path = "/operations/{id}/stop", tag = "operations",
    params(("id" = String, Path, description = "The operation")),
    responses(
        (status = 200, body = OperationBody),
        (status = 409, description = "It is over", body = ErrorBody),
        (status = "default", description = "It failed", body = ErrorBody),
    )
)]
pub(super) async fn stop(
    Door(admin): Door,
    Path(id): Path<String>,
) -> Answer<axum::Json<OperationBody>> {
    one(admin.stop_operation(&id).await)
}

/// Begin an operation that puts back what another one has changed, as far as that is still where it was put.
#[utoipa::path(post, path = "/operations/{id}/undo", tag = "operations",
    params(("id" = String, Path, description = "The operation to undo")),
    request_body(content = Option<UndoRequest>),
    responses(
        (status = 202, description = "The undo goes on at `Location`", body = OperationBody, headers(("Location" = String, description = "The undo"))),
        (status = 409, description = "It is not over, is being undone, or nothing is kept of it", body = ErrorBody),
        (status = "default", description = "It failed", body = ErrorBody),
    )
)]
pub(super) async fn undo(
    Door(admin): Door,
    Path(id): Path<String>,
    MaybeJson(body): MaybeJson<UndoRequest>,
) -> Answer<Begun> {
    let undo = admin.undo_operation(&id, body.reason.as_deref()).await?;
    Ok(begun(undo))
}

/// Give up what is kept of an operation, which then cannot be undone any more. Answers what that was.
#[utoipa::path(post, path = "/operations/{id}/free", tag = "operations",
    params(("id" = String, Path, description = "The operation")),
    responses(
        (status = 200, body = KeptBody),
        (status = 409, description = "It is not over, or is being undone", body = ErrorBody),
        (status = "default", description = "It failed", body = ErrorBody),
    )
)]
pub(super) async fn free(
    Door(admin): Door,
    Path(id): Path<String>,
) -> Answer<axum::Json<KeptBody>> {
    Ok(axum::Json(admin.free_operation(&id).await?.into()))
}

/// Answers an operation that goes on now.
pub(super) fn begun(operation: Operation) -> Begun {
    let location = format!("/api/v1/operations/{}", operation.id);
    (
        StatusCode::ACCEPTED,
        [(LOCATION, location)],
        axum::Json(operation.into()),
    )
}

fn one(result: AdminResult<Operation>) -> Answer<axum::Json<OperationBody>> {
    Ok(axum::Json(result?.into()))
}
