//! What a browser is told when a server function fails.

use leptos::prelude::{FromServerFnError, ServerFnErrorErr};
use leptos::server_fn::codec::JsonEncoding;
use serde::{Deserialize, Serialize};

/// What a browser is told when a server function fails.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum ApiError {
    /// The store does not answer; it may be back soon.
    #[error("{0}")]
    Unavailable(String),
    /// What was named does not exist (any more).
    #[error("{0}")]
    NotFound(String),
    /// The request is wrong: which field, and what to write instead.
    #[error("{0}")]
    Invalid(String),
    /// It exists, but this cannot be done to it.
    #[error("{0}")]
    Refused(String),
    /// The way between browser and server.
    #[error("{0}")]
    Transport(String),
}

impl FromServerFnError for ApiError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        Self::Transport(error.to_string())
    }
}
