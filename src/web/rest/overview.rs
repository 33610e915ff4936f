//! All numbers at once.

use super::{
    OverviewBody,
    error::{Answer, ErrorBody},
};
use crate::web::auth::Door;
use axum::Json;

/// All numbers at once, read now.
#[utoipa::path(get, path = "/overview", tag = "live", responses(
    (status = 200, body = OverviewBody),
    (status = "default", description = "It failed", body = ErrorBody),
))]
pub(super) async fn overview(Door(admin): Door) -> Answer<Json<OverviewBody>> {
    Ok(Json(admin.overview().await?.into()))
}
