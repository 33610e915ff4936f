//! Who somebody is: users with passwords and sessions or named by a proxy, programs with tokens.
//!
//! What each may do stands in [`crate::model::Role`], and is looked at in one place, `admin`.
//!
//! | file | owns |
//! | --- | --- |
//! | `password` | hashes of passwords |
//! | `users` | whether a password is a user's |
//! | `proxy` | users whom a proxy names |
//! | `tokens` | whether a token is a program's |
//! | `sessions` | who is logged in |
//! | `throttle` | how long somebody waits who guesses |
//! | `network` | which addresses are one and the same somebody |
//! | `secret` | random names that nobody can guess |

mod network;
mod password;
mod proxy;
mod secret;
mod sessions;
mod throttle;
mod tokens;
mod users;

pub use network::network;
pub use password::{PasswordHash, WrongHash};
pub use proxy::{ProxyUser, ProxyUsers};
pub use secret::{digest, hash_text, new_secret};
pub use sessions::{Session, SessionLimits, Sessions};
pub use throttle::Throttle;
pub use tokens::{Token, Tokens};
pub use users::{Busy, LONGEST_PASSWORD, User, Users};

use crate::model::Actor;
use std::{
    net::IpAddr,
    time::{Duration, Instant},
};

/// Who may come in, and who is in.
#[derive(Debug, Default)]
pub struct Auth {
    users: Users,
    tokens: Tokens,
    sessions: Sessions,
    throttle: Throttle,
    /// Whether the cookie of a session is sent by TLS only.
    secure_cookies: bool,
    /// Users whom a proxy names.
    proxy: Option<ProxyUsers>,
}

/// What came of somebody's try to log in.
#[derive(Debug, PartialEq, Eq)]
pub enum LogIn {
    /// Done.
    Done {
        /// The session's secret, for the cookie.
        secret: String,
        /// Who it is.
        actor: Actor,
    },
    /// No such user, or not this password: nobody is told which.
    Refused,
    /// Not looked at: so long to wait.
    Later(Duration),
}

impl Auth {
    /// These users and tokens. With none of both nobody is asked who they are.
    #[must_use]
    pub fn new(
        users: Vec<User>,
        tokens: Vec<Token>,
        limits: SessionLimits,
        secure_cookies: bool,
    ) -> Self {
        Self {
            users: Users::new(users),
            tokens: Tokens::new(tokens),
            sessions: Sessions::new(limits),
            throttle: Throttle::default(),
            secure_cookies,
            proxy: None,
        }
    }

    /// The same, where a proxy may name users.
    #[must_use]
    pub fn with_proxy(mut self, proxy: Option<ProxyUsers>) -> Self {
        self.proxy = proxy;
        self
    }

    /// Users whom a proxy names, if one may.
    #[must_use]
    pub fn proxy(&self) -> Option<&ProxyUsers> {
        self.proxy.as_ref()
    }

    /// Whether there is somebody who can log in with a password.
    #[must_use]
    pub fn has_users(&self) -> bool {
        !self.users.is_empty()
    }

    /// Whether nobody is asked who they are.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.users.is_empty() && self.tokens.is_empty() && self.proxy.is_none()
    }

    /// Whether the cookie of a session is sent by TLS only.
    #[must_use]
    pub fn secure_cookies(&self) -> bool {
        self.secure_cookies
    }

    /// How long a session lasts at most.
    #[must_use]
    pub fn session_lifetime(&self) -> Duration {
        self.sessions.limits().lifetime
    }

    /// Looks at a name and a password, unless too many were wrong just before.
    pub async fn log_in(&self, name: &str, password: &str, address: Option<IpAddr>) -> LogIn {
        if let Err(wait) = self.throttle.begin(name, address, Instant::now()) {
            return LogIn::Later(wait);
        }
        match self.users.verify(name, password).await {
            Ok(Some(actor)) => {
                self.throttle.succeeded(name, address);
                match self.sessions.begin(actor.clone(), Instant::now()) {
                    Some(secret) => LogIn::Done { secret, actor },
                    None => LogIn::Later(BUSY),
                }
            }
            Ok(None) => LogIn::Refused,
            Err(Busy) => LogIn::Later(BUSY),
        }
    }

    /// The session with this secret, which is used by that.
    #[must_use]
    pub fn session(&self, secret: &str) -> Option<Session> {
        self.sessions.find(secret, Instant::now())
    }

    /// Who has this token.
    #[must_use]
    pub fn token(&self, token: &str) -> Option<Actor> {
        self.tokens.find(token, crate::job::now())
    }

    /// Ends a session, with `everywhere` all of the same user; answers whose it was, if there was one.
    pub fn log_out(&self, secret: &str, everywhere: bool) -> Option<Actor> {
        self.sessions.end(secret, everywhere)
    }
}

/// How long somebody waits whom a busy server has not looked at.
const BUSY: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Role;

    fn auth() -> Auth {
        let hash = PasswordHash::weak_for_tests("correct horse");
        let users = vec![User::new("ada", Role::Operator, hash)];
        Auth::new(users, Vec::new(), SessionLimits::default(), false)
    }

    #[tokio::test]
    async fn a_password_opens_a_session_until_the_log_out() {
        let auth = auth();
        assert!(!auth.is_open());
        let LogIn::Done { secret, .. } = auth.log_in("ada", "correct horse", None).await else {
            panic!("refused");
        };
        let session = auth.session(&secret).expect("a session");
        assert_eq!(session.actor, Actor::user("ada", Role::Operator));
        let left = auth.log_out(&secret, false);
        assert_eq!(left, Some(Actor::user("ada", Role::Operator)));
        assert!(auth.session(&secret).is_none());
        assert!(session.ended.is_cancelled());
    }

    #[tokio::test]
    async fn guessing_is_slowed_down_for_users_that_there_are_and_that_there_are_not() {
        for name in ["ada", "eve"] {
            let auth = auth();
            for _ in 0..5 {
                assert_eq!(auth.log_in(name, "guess", None).await, LogIn::Refused);
            }
            let sixth = auth.log_in(name, "correct horse", None).await;
            assert!(
                matches!(sixth, LogIn::Later(wait) if wait > Duration::ZERO),
                "{sixth:?}"
            );
            // The other is not touched by it.
            let other = auth.log_in("bob", "guess", None).await;
            assert_eq!(other, LogIn::Refused);
        }
    }
}
