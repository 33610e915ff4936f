//! What the client of the gallery can run into.

use crate::worker::JobError;
use axum::http::StatusCode;
use std::time::Duration;

/// What the client of the gallery can run into.
#[derive(Debug, thiserror::Error)]
pub(super) enum GalleryError {
    /// There is no answer.
    #[error("{request} was not answered within {timeout:?}")]
    Timeout {
        request: String,
        timeout: Duration,
        #[source]
        source: reqwest::Error,
    },
    /// The connection broke.
    #[error("the connection was lost during {request}")]
    ConnectionLost {
        request: String,
        #[source]
        source: reqwest::Error,
    },
    /// Too many requests.
    #[error("{request} was answered 429: {reason}; to be tried again in {retry_after:?}")]
    RateLimited {
        request: String,
        reason: String,
        retry_after: Duration,
    },
    /// The picture is too large.
    #[error("{request} was answered 413: {reason}")]
    TooLarge { request: String, reason: String },
    /// The gallery refused, or is broken.
    #[error("{request} was answered {status}: {reason}")]
    Refused {
        request: String,
        status: StatusCode,
        reason: String,
    },
    /// The answer is not what it should be.
    #[error("the answer to {request} cannot be understood")]
    BadAnswer {
        request: String,
        #[source]
        source: serde_json::Error,
    },
}

impl GalleryError {
    /// No answer, or a broken one.
    pub(super) fn broken(request: String, timeout: Duration, source: reqwest::Error) -> Self {
        // The address is the same for all requests of the demo, and says nothing.
        let source = source.without_url();
        if source.is_timeout() {
            Self::Timeout {
                request,
                timeout,
                source,
            }
        } else {
            Self::ConnectionLost { request, source }
        }
    }

    /// The name that the job's error shows.
    fn class(&self) -> &'static str {
        match self {
            Self::Timeout { .. } => "gallery::Timeout",
            Self::ConnectionLost { .. } => "gallery::ConnectionLost",
            Self::RateLimited { .. } => "gallery::RateLimited",
            Self::TooLarge { .. } => "gallery::PictureTooLarge",
            Self::Refused { status, .. } if status.is_server_error() => "gallery::ServerError",
            Self::Refused { .. } => "gallery::Refused",
            Self::BadAnswer { .. } => "gallery::BadAnswer",
        }
    }

    /// As the job's error; a limited rate says itself when to try again.
    #[track_caller]
    pub(super) fn into_job_error(self) -> JobError {
        let class = self.class();
        let retry_after = match &self {
            Self::RateLimited { retry_after, .. } => Some(*retry_after),
            _ => None,
        };
        let error = JobError::from(self).with_class(class);
        match retry_after {
            Some(delay) => error.retry_after(delay),
            None => error,
        }
    }
}
