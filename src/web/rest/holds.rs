//! Holds: retries that are kept from being tried for a while.

use super::{
    end::end,
    error::{Answer, ErrorBody, Problem},
    extract::{Json as JsonBody, MaybeJson, Path},
    operation_body::{OperationBody, PreviewBody},
    operations::{BUDGET, Begun, begun},
};
use crate::admin::{Admin, AdminError, Release};
use crate::model::{HoldRequest, HoldStatus};
use crate::web::auth::Door;
use axum::{
    Json,
    http::{HeaderName, StatusCode, header::LOCATION},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which retries are held, and until when.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewHoldBody {
    /// Which retries, as a search: `group:5f0c…`, `class:PublishPhoto error:Timeout`.
    query: String,
    /// Until when, RFC 3339; a year from now at most.
    until: Option<String>,
    /// In place of `until`: for so many seconds from now.
    seconds: Option<i64>,
    /// Why, at most 500 characters.
    reason: Option<String>,
}

/// How what is held is released; the body may be left out.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct ReleaseBody {
    /// Most jobs a second; as fast as the store can without others noticing, unless said.
    rate: Option<u32>,
    /// Each job becomes due at a time from now to so many seconds later, a week at most; unless said, all go into their queues at once.
    spread_seconds: u32,
    /// Why, for the audit; at most 500 characters.
    reason: Option<String>,
}

/// A hold that is in force.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct HoldBody {
    /// Name.
    id: String,
    /// Which retries, as a search.
    query: String,
    /// What these are, when it is known: class and error of a group of failures.
    name: Option<String>,
    /// The group of failures, if it is about one.
    group: Option<String>,
    /// When it ends by itself.
    #[schema(format = DateTime)]
    until: String,
    /// Why.
    reason: Option<String>,
    /// When it was made.
    #[schema(format = DateTime)]
    created_at: String,
    /// Retries that wait for its end now.
    held: u64,
}

/// A new hold, and the operation that moves what there is.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BegunHoldBody {
    /// The hold.
    hold: HoldBody,
    /// The operation.
    operation: OperationBody,
}

impl From<HoldStatus> for HoldBody {
    fn from(HoldStatus { hold, held }: HoldStatus) -> Self {
        Self {
            group: hold.group().map(|group| group.to_string()),
            name: Some(hold.name).filter(|name| !name.is_empty()),
            id: hold.id,
            query: hold.query,
            until: hold.until.to_string(),
            reason: hold.reason,
            created_at: hold.created_at.to_string(),
            held,
        }
    }
}

impl BegunHoldBody {
    /// As it is answered.
    pub(super) fn new(status: HoldStatus, operation: crate::model::Operation) -> Self {
        Self {
            hold: status.into(),
            operation: operation.into(),
        }
    }
}

impl NewHoldBody {
    async fn request(self, admin: &Admin) -> Answer<HoldRequest> {
        Ok(HoldRequest {
            query: self.query,
            until: end(admin, self.until, self.seconds).await?,
            reason: self.reason,
        })
    }
}

/// The holds that are in force, those that end first first.
#[utoipa::path(get, path = "/holds", tag = "failures", responses(
    (status = 200, body = Vec<HoldBody>),
    (status = "default", description = "It failed", body = ErrorBody),
))]
pub(super) async fn holds(Door(admin): Door) -> Answer<Json<Vec<HoldBody>>> {
    let holds = admin.holds().await?;
    Ok(Json(holds.into_iter().map(HoldBody::from).collect()))
}

/// Hold the retries that a search means: from now on none that comes due is tried, and an operation moves those that there are to the hold's
/// end. A hold with the same search that ends before is replaced.
#[utoipa::path(post, path = "/holds", tag = "failures", request_body = NewHoldBody, responses(
    (status = 201, description = "It is at `Location`", body = BegunHoldBody, headers(("Location" = String, description = "The hold"))),
    (status = 409, description = "The same is held for as long already, or there are too many holds", body = ErrorBody),
    (status = 422, description = "The request is wrong", body = ErrorBody),
    (status = "default", description = "It failed", body = ErrorBody),
))]
pub(super) async fn start_hold(
    Door(admin): Door,
    JsonBody(body): JsonBody<NewHoldBody>,
) -> Answer<(StatusCode, [(HeaderName, String); 1], Json<BegunHoldBody>)> {
    let request = body.request(&admin).await?;
    let (status, operation) = admin.start_hold(&request).await.map_err(problem)?;
    let location = format!("/api/v1/holds/{}", status.hold.id);
    Ok((
        StatusCode::CREATED,
        [(LOCATION, location)],
        Json(BegunHoldBody::new(status, operation)),
    ))
}

/// Which retries the same request to `/holds` would move now. Counts for at most 2 seconds; changes nothing.
#[utoipa::path(post, path = "/holds/preview", tag = "failures", request_body = NewHoldBody, responses(
    (status = 200, body = PreviewBody),
    (status = 422, description = "The request is wrong", body = ErrorBody),
    (status = "default", description = "It failed", body = ErrorBody),
))]
pub(super) async fn preview_hold(
    Door(admin): Door,
    JsonBody(body): JsonBody<NewHoldBody>,
) -> Answer<Json<PreviewBody>> {
    let request = body.request(&admin).await?;
    let preview = admin
        .preview_hold(&request, BUDGET)
        .await
        .map_err(problem)?;
    Ok(Json(PreviewBody::new(request.in_words(), preview)))
}

/// One hold.
#[utoipa::path(get, path = "/holds/{id}", tag = "failures",
    params(("id" = String, Path, description = "The hold")),
    responses(
        (status = 200, body = HoldBody),
        (status = "default", description = "It failed", body = ErrorBody),
    )
)]
pub(super) async fn hold(Door(admin): Door, Path(id): Path<String>) -> Answer<Json<HoldBody>> {
    Ok(Json(admin.hold(&id).await?.into()))
}

/// End a hold, and leave what waits for its end where it is: due then. Answers what it was.
#[utoipa::path(delete, path = "/holds/{id}", tag = "failures",
    params(("id" = String, Path, description = "The hold")),
    responses(
        (status = 200, body = HoldBody),
        (status = "default", description = "It failed", body = ErrorBody),
    )
)]
pub(super) async fn end_hold(Door(admin): Door, Path(id): Path<String>) -> Answer<Json<HoldBody>> {
    Ok(Json(admin.end_hold(&id).await?.into()))
}

/// End a hold, and begin an operation that lets what waits for its end be tried now.
#[utoipa::path(post, path = "/holds/{id}/release", tag = "failures",
    params(("id" = String, Path, description = "The hold")),
    request_body(content = Option<ReleaseBody>),
    responses(
        (status = 202, description = "The operation goes on at `Location`", body = OperationBody, headers(("Location" = String, description = "The operation"))),
        (status = 422, description = "The request is wrong", body = ErrorBody),
        (status = "default", description = "It failed", body = ErrorBody),
    )
)]
pub(super) async fn release_hold(
    Door(admin): Door,
    Path(id): Path<String>,
    MaybeJson(body): MaybeJson<ReleaseBody>,
) -> Answer<Begun> {
    let release = Release {
        rate: body.rate,
        spread_seconds: body.spread_seconds,
    };
    let admin = admin.because(body.reason.as_deref())?;
    Ok(begun(admin.release_hold(&id, release).await?))
}

/// Here the search is called `query`.
fn problem(error: AdminError) -> Problem {
    Problem::from(error).renamed("filter", "query")
}
