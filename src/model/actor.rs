//! On whose behalf something is done.

use super::{Right, Role};
use serde::{Deserialize, Serialize};
use std::fmt;

/// On whose behalf something is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// The name in the configuration; empty where nobody has one.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// How it came.
    pub via: Via,
}

/// How somebody came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Via {
    /// Not let in at all.
    Nowhere,
    /// By the command line, or the program itself.
    Command,
    /// To a server that has no log-in.
    Open,
    /// Logged in.
    Session,
    /// Named by a proxy that has asked who it is.
    Proxy,
    /// With a token.
    Token,
}

impl Actor {
    /// Nobody: changes nothing.
    #[must_use]
    pub fn nobody() -> Self {
        Self::unnamed(Role::Viewer, Via::Nowhere)
    }

    /// The command line and the program's own work: may do everything.
    #[must_use]
    pub fn command() -> Self {
        Self::unnamed(Role::Admin, Via::Command)
    }

    /// Whoever asks a server that has no log-in: may do everything.
    #[must_use]
    pub fn anyone() -> Self {
        Self::unnamed(Role::Admin, Via::Open)
    }

    /// Somebody who is logged in.
    #[must_use]
    pub fn user(name: impl Into<String>, role: Role) -> Self {
        let (name, via) = (name.into(), Via::Session);
        Self { name, role, via }
    }

    /// Somebody whom a proxy names.
    #[must_use]
    pub fn proxied(name: impl Into<String>, role: Role) -> Self {
        let (name, via) = (name.into(), Via::Proxy);
        Self { name, role, via }
    }

    /// A program with a token.
    #[must_use]
    pub fn token(name: impl Into<String>, role: Role) -> Self {
        let (name, via) = (name.into(), Via::Token);
        Self { name, role, via }
    }

    fn unnamed(role: Role, via: Via) -> Self {
        let name = String::new();
        Self { name, role, via }
    }

    /// Whether it has a right.
    #[must_use]
    pub fn may(&self, right: Right) -> bool {
        self.role.may(right)
    }
}

/// For the log: `user ada`, `token ci`, `command`.
impl fmt::Display for Actor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.via {
            Via::Nowhere => formatter.write_str("nobody"),
            Via::Command => formatter.write_str("command"),
            Via::Open => formatter.write_str("anyone"),
            Via::Session | Via::Proxy => write!(formatter, "user {}", self.name),
            Via::Token => write!(formatter, "token {}", self.name),
        }
    }
}
