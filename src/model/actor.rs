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
    /// From where: the address of the request; nothing where that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
}

/// How somebody came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Via {
    /// Not let in at all.
    Nowhere,
    /// By the command line; the name is that of the system's user.
    Command,
    /// The program itself.
    Program,
    /// To a server that has no log-in.
    Open,
    /// Logged in with a password.
    Session,
    /// Logged in at an OpenID Connect provider.
    Oidc,
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

    /// The command line: may do everything.
    #[must_use]
    pub fn command() -> Self {
        Self::unnamed(Role::Admin, Via::Command)
    }

    /// The command line, as this user of the system.
    #[must_use]
    pub fn command_of(name: impl Into<String>) -> Self {
        Self::named(name, Role::Admin, Via::Command)
    }

    /// The program's own work: may do everything.
    #[must_use]
    pub fn program() -> Self {
        Self::unnamed(Role::Admin, Via::Program)
    }

    /// Whoever asks a server that has no log-in: may do everything.
    #[must_use]
    pub fn anyone() -> Self {
        Self::unnamed(Role::Admin, Via::Open)
    }

    /// Somebody who is logged in with a password.
    #[must_use]
    pub fn user(name: impl Into<String>, role: Role) -> Self {
        Self::named(name, role, Via::Session)
    }

    /// Somebody who is logged in at an OpenID Connect provider.
    #[must_use]
    pub fn oidc(name: impl Into<String>, role: Role) -> Self {
        Self::named(name, role, Via::Oidc)
    }

    /// Somebody whom a proxy names.
    #[must_use]
    pub fn proxied(name: impl Into<String>, role: Role) -> Self {
        Self::named(name, role, Via::Proxy)
    }

    /// A program with a token.
    #[must_use]
    pub fn token(name: impl Into<String>, role: Role) -> Self {
        Self::named(name, role, Via::Token)
    }

    /// The same, from this address.
    #[must_use]
    pub fn at(self, address: Option<String>) -> Self {
        Self {
            from: address,
            ..self
        }
    }

    fn unnamed(role: Role, via: Via) -> Self {
        Self::named("", role, via)
    }

    fn named(name: impl Into<String>, role: Role, via: Via) -> Self {
        Self {
            name: name.into(),
            role,
            via,
            from: None,
        }
    }

    /// Whether it may come to the store of this name, where there are several.
    #[must_use]
    pub fn may_enter(&self, _store: &str) -> bool {
        true
    }

    /// Whether it has a right.
    #[must_use]
    pub fn may(&self, right: Right) -> bool {
        self.role.may(right)
    }
}

/// For the log: `user ada`, `token ci`, `command ada`, `jobdeck`.
impl fmt::Display for Actor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.via {
            Via::Nowhere => formatter.write_str("nobody"),
            Via::Command if self.name.is_empty() => formatter.write_str("command"),
            Via::Command => write!(formatter, "command {}", self.name),
            Via::Program => formatter.write_str("jobdeck"),
            Via::Open => formatter.write_str("anyone"),
            Via::Session | Via::Oidc | Via::Proxy => write!(formatter, "user {}", self.name),
            Via::Token => write!(formatter, "token {}", self.name),
        }
    }
}
