//! `/api/v1`: the same reads and changes for scripts, as JSON.

mod error;

use super::AppState;
use axum::Router;

pub(super) use error::{internal_error, refusal};

/// Everything under `/api/v1`.
pub(super) fn router() -> Router<AppState> {
    Router::new()
}
