//! What a script is told when something fails: `{"error": {"code", "message", "field"?}}`, always.

use crate::{admin::AdminError, store::StoreError, web::request_id};
use axum::{
    Json,
    http::{StatusCode, header::RETRY_AFTER},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

/// Body of every answer that is no success.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ErrorBody {
    /// What went wrong.
    pub(super) error: ErrorDetail,
}

/// What went wrong.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ErrorDetail {
    /// For programs: `invalid`, `not_found`, `unavailable`, ….
    pub(super) code: &'static str,
    /// For people: what is wrong, where, and what to do.
    pub(super) message: String,
    /// The field of the request that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) field: Option<String>,
    /// The character of the field at which it cannot be read, counted from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) position: Option<usize>,
    /// The id of the request (`X-Request-Id`), which the log names as well. An answer that had begun already names none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) request_id: Option<String>,
}

/// A failed call.
#[derive(Debug)]
pub(super) struct Problem {
    status: StatusCode,
    detail: ErrorDetail,
}

/// Result of a handler.
pub(super) type Answer<T> = Result<T, Problem>;

impl Problem {
    /// A problem with this status, code and text.
    pub(super) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            detail: ErrorDetail {
                code,
                message: message.into(),
                field: None,
                position: None,
                request_id: request_id::current(),
            },
        }
    }

    /// A field of the request that holds what it must not hold.
    pub(super) fn field(field: impl Into<String>, message: impl Into<String>) -> Self {
        let mut problem = Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", message);
        problem.detail.field = Some(field.into());
        problem
    }

    /// A value of the query that is not understood.
    pub(super) fn query(field: impl Into<String>, message: impl Into<String>) -> Self {
        let mut problem = Self::new(StatusCode::BAD_REQUEST, "bad_query", message);
        problem.detail.field = Some(field.into());
        problem
    }

    /// The body alone, for an answer that has begun already.
    pub(super) fn into_body(self) -> ErrorBody {
        ErrorBody { error: self.detail }
    }

    /// The same with a field named as this request names it.
    pub(super) fn renamed(mut self, from: &str, to: &str) -> Self {
        if self.detail.field.as_deref() == Some(from) {
            self.detail.field = Some(to.to_owned());
        }
        self
    }

    /// What was named is not there.
    pub(super) fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", message)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let is_unavailable = self.status == StatusCode::SERVICE_UNAVAILABLE;
        let body = Json(ErrorBody { error: self.detail });
        if is_unavailable {
            (self.status, [(RETRY_AFTER, "1")], body).into_response()
        } else {
            (self.status, body).into_response()
        }
    }
}

/// The one place where an error becomes a status.
impl From<AdminError> for Problem {
    fn from(error: AdminError) -> Self {
        let (status, code) = match &error {
            AdminError::Store(error) => store_status(error),
            AdminError::NotFound(_) => (StatusCode::NOT_FOUND, "not_found"),
            AdminError::Forbidden { .. } | AdminError::Beyond(_) => {
                (StatusCode::FORBIDDEN, "forbidden")
            }
            AdminError::Refused(_) => (StatusCode::CONFLICT, "refused"),
            AdminError::Field { .. } | AdminError::Job { .. } => {
                (StatusCode::UNPROCESSABLE_ENTITY, "invalid")
            }
        };
        let mut problem = Self::new(status, code, error.to_string());
        match error {
            AdminError::Job { error, .. } => problem.detail.field = Some(error.field),
            AdminError::Field { field, .. } => problem.detail.field = Some(field.to_owned()),
            AdminError::Store(StoreError::Query(error)) => {
                problem.detail.field = Some("filter".to_owned());
                problem.detail.position = Some(error.start);
            }
            _ => {}
        }
        problem
    }
}

fn store_status(error: &StoreError) -> (StatusCode, &'static str) {
    match error {
        StoreError::Unavailable { .. } => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
        StoreError::Address { .. } | StoreError::Unusable { .. } => {
            (StatusCode::SERVICE_UNAVAILABLE, "unusable")
        }
        StoreError::Refused { .. } => (StatusCode::INSUFFICIENT_STORAGE, "store_refused"),
        StoreError::Invalid(_) => (StatusCode::BAD_REQUEST, "invalid"),
        StoreError::Query(_) => (StatusCode::BAD_REQUEST, "bad_query"),
    }
}

/// A refusal before any handler saw the request: JSON for scripts, text for pages.
pub(in crate::web) fn refusal(
    path: &str,
    status: StatusCode,
    code: &'static str,
    message: &str,
) -> Response {
    if path.starts_with("/api/v1") {
        Problem::new(status, code, message.trim_end()).into_response()
    } else {
        (status, message.to_owned()).into_response()
    }
}

/// The answer after a fault in the program itself.
pub(in crate::web) fn internal_error() -> Response {
    Problem::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "internal",
        "Jobdeck failed to answer this; its log says why.",
    )
    .into_response()
}
