//! On whose behalf something is done.

use super::{Right, Role, Scope};
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
    /// Which queues and stores it is limited to.
    #[serde(default, skip_serializing_if = "Scope::is_all")]
    pub scope: Scope,
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

    /// The same, limited to this.
    #[must_use]
    pub fn within(self, scope: Scope) -> Self {
        Self { scope, ..self }
    }

    fn unnamed(role: Role, via: Via) -> Self {
        Self::named("", role, via)
    }

    fn named(name: impl Into<String>, role: Role, via: Via) -> Self {
        Self {
            name: name.into(),
            role,
            via,
            scope: Scope::all(),
            from: None,
        }
    }

    /// Whether it may come to the store of this name, where there are several.
    #[must_use]
    pub fn may_enter(&self, store: &str) -> bool {
        self.scope.stores.includes(store)
    }

    /// Whether it has a right: its role has, and it is none that reaches beyond the queues that it is limited to.
    #[must_use]
    pub fn may(&self, right: Right) -> bool {
        self.role.may(right) && (self.scope.queues.is_none() || right.is_about_queues())
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

#[cfg(test)]
mod tests {
    use super::Actor;
    use crate::model::{Limit, NamePattern, Right, Role, Scope};

    fn limited() -> Scope {
        let mail = NamePattern::new("mail").unwrap();
        Scope {
            queues: Limit::to([mail]),
            ..Scope::default()
        }
    }

    #[test]
    fn who_is_limited_to_queues_has_no_right_that_reaches_beyond() {
        let may = |scope: Scope, right| Actor::user("ada", Role::Admin).within(scope).may(right);
        for right in [Right::ChangeJobs, Right::ClearQueues, Right::RevealSecrets] {
            assert!(
                may(limited(), right) && may(Scope::all(), right),
                "{right:?}"
            );
        }
        for right in [Right::StopProcesses, Right::ReadAudit, Right::JudgeFailures] {
            assert!(
                !may(limited(), right) && may(Scope::all(), right),
                "{right:?}"
            );
        }
        // Stores are not looked at here.
        let stores = Scope {
            queues: Limit::none(),
            stores: limited().queues,
        };
        assert!(may(stores, Right::StopProcesses));
        assert!(
            !Actor::user("ada", Role::Viewer)
                .within(limited())
                .may(Right::ChangeJobs)
        );
    }

    #[test]
    fn who_was_written_down_before_there_were_limits_has_none() {
        let old = r#"{"name":"ada","role":"operator","via":"session"}"#;
        let actor = Actor::user("ada", Role::Operator);
        assert_eq!(serde_json::from_str::<Actor>(old).ok(), Some(actor.clone()));
        assert_eq!(serde_json::to_string(&actor).unwrap(), old);
        let actor = actor.within(limited());
        let json = serde_json::to_string(&actor).unwrap();
        assert_eq!(serde_json::from_str::<Actor>(&json).ok(), Some(actor));
    }
}
