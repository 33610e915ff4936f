//! The stores of this server, and which of them a request is about.

use super::respond;
use crate::live::Stores;
use crate::model::{BasePath, StoreSign};
use leptos::prelude::use_context;

/// The stores of this server, if it has several, and which of them a request is about. Provided in context by the server.
#[derive(Clone, Debug, Default)]
pub struct StoresHere {
    /// What stands before the paths of all of them.
    pub base: BasePath,
    /// The name of the one that is asked for.
    pub name: Option<String>,
    /// All of them.
    pub all: Stores,
}

impl StoresHere {
    /// Those of this request.
    #[must_use]
    pub fn of_request() -> Self {
        use_context().unwrap_or_default()
    }

    /// Whether whoever asks may see one.
    #[must_use]
    pub fn shows(sign: &StoreSign) -> bool {
        respond::actor().is_some_and(|actor| actor.may_enter(&sign.name))
    }
}
