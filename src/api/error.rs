//! What a browser is told when a server function fails.

use crate::model::QueryError;
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
    /// The search cannot be read: what is wrong with it, and where.
    #[error("the search cannot be read {0}")]
    Query(QueryError),
    /// It exists, but this cannot be done to it.
    #[error("{0}")]
    Refused(String),
    /// Nobody is logged in (any more).
    #[error("{0}")]
    Unauthorized(String),
    /// Whoever is logged in may not do this.
    #[error("{0}")]
    Forbidden(String),
    /// The way between browser and server: nothing came back, or nothing that is understood.
    #[error("{0}")]
    Transport(String),
}

impl FromServerFnError for ApiError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            // A library's words for what a person has to know.
            ServerFnErrorErr::Request(_) => {
                Self::Transport("No answer from Jobdeck's server.".to_owned())
            }
            ServerFnErrorErr::Deserialization(_) => Self::Transport(
                "The answer is none of this version of Jobdeck: reload the page if that stays so."
                    .to_owned(),
            ),
            ServerFnErrorErr::Args(text) => Self::Invalid(text),
            ServerFnErrorErr::MissingArg(name) => Self::Invalid(format!("`{name}` is missing")),
            other => Self::Transport(other.to_string()),
        }
    }
}

impl ApiError {
    /// Whether the same request may be answered a little later, without anything being changed.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Transport(_))
    }
}

#[cfg(test)]
mod tests {
    use super::ApiError;
    use leptos::prelude::{FromServerFnError as _, ServerFnErrorErr};

    #[test]
    fn what_the_network_says_is_told_in_words() {
        let error = |error| ApiError::from_server_fn_error(error);
        let lost = error(ServerFnErrorErr::Request(
            "TypeError: Failed to fetch".into(),
        ));
        assert_eq!(lost.to_string(), "No answer from Jobdeck's server.");
        assert!(lost.is_passing());
        let foreign = error(ServerFnErrorErr::Deserialization(
            "expected value at line 1".into(),
        ));
        assert!(foreign.is_passing() && !foreign.to_string().contains("line 1"));
        let wrong = error(ServerFnErrorErr::Args("unknown field".into()));
        assert_eq!(wrong, ApiError::Invalid("unknown field".into()));
        assert!(!wrong.is_passing());
    }
}
