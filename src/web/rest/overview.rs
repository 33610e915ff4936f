//! All numbers at once.

use super::{
    OverviewBody,
    error::{Answer, ErrorBody},
};
use crate::admin::Admin;
use axum::{Json, extract::State};

/// All numbers at once, read now.
#[utoipa::path(get, path = "/overview", tag = "live", responses(
    (status = 200, body = OverviewBody),
    (status = "default", description = "It failed", body = ErrorBody),
))]
pub(super) async fn overview(State(admin): State<Admin>) -> Answer<Json<OverviewBody>> {
    Ok(Json(admin.overview().await?.into()))
}
