//! Who somebody is: users who log in with a password or at a provider, or whom a proxy names; programs with tokens.
//!
//! What each may do stands in [`crate::model::Role`], and is looked at in one place, `admin`.
//!
//! | file | owns |
//! | --- | --- |
//! | `password` | hashes of passwords |
//! | `users` | whether a password is a user's |
//! | `group_roles` | what the groups of somebody let them do |
//! | `proxy` | users whom a proxy names |
//! | `oidc`, `provider_log_in` | users who log in at an OpenID Connect provider, and the sessions that they get |
//! | `tokens` | whether a token is a program's |
//! | `sessions` | who is logged in |
//! | `throttle` | how long somebody waits who guesses |
//! | `network` | which addresses are one and the same somebody |
//! | `secret` | random names that nobody can guess |

mod group_roles;
mod network;
mod oidc;
mod password;
mod provider_log_in;
mod proxy;
mod secret;
mod sessions;
mod throttle;
mod tokens;
mod users;

pub use group_roles::GroupRoles;
pub use network::network;
pub use oidc::{
    OIDC_CALLBACK, OIDC_LIFETIME, Oidc, OidcAnswer, OidcBegun, OidcError, OidcFound, OidcSettings,
    check_issuer, check_redirect,
};
pub use password::{PasswordHash, WrongHash};
pub use provider_log_in::ProviderLogIn;
pub use proxy::{ProxyUser, ProxyUsers};
pub use secret::{digest, hash_text, new_secret};
pub use sessions::{Session, SessionLimits, Sessions};
pub use throttle::Throttle;
pub use tokens::{Token, Tokens};
pub use users::{Busy, LONGEST_PASSWORD, User, Users};

use crate::model::Actor;
use std::{
    net::IpAddr,
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

/// Who may come in, and who is in.
#[derive(Debug)]
pub struct Auth {
    /// Whether nobody is asked who they are. It stands apart from the lists, which cannot be replaced both at once: between them there may
    /// seem to be nobody.
    is_open: AtomicBool,
    users: Users,
    tokens: Tokens,
    sessions: Sessions,
    throttle: Throttle,
    /// Whether the cookie of a session is sent by TLS only.
    secure_cookies: bool,
    /// Users whom a proxy names.
    proxy: Option<ProxyUsers>,
    /// Users who log in at a provider.
    oidc: Option<Oidc>,
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
    /// Not looked at, because too many were wrong: so long to wait.
    Later(Duration),
    /// Not looked at, because too many others are: so long to wait.
    Busy(Duration),
}

/// Nobody.
impl Default for Auth {
    fn default() -> Self {
        Self::new(Vec::new(), Vec::new(), SessionLimits::default(), false)
    }
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
            is_open: AtomicBool::new(users.is_empty() && tokens.is_empty()),
            users: Users::new(users),
            tokens: Tokens::new(tokens),
            sessions: Sessions::new(limits),
            throttle: Throttle::default(),
            secure_cookies,
            proxy: None,
            oidc: None,
        }
    }

    /// The same, where a proxy may name users.
    #[must_use]
    pub fn with_proxy(mut self, proxy: Option<ProxyUsers>) -> Self {
        self.proxy = proxy;
        if self.proxy.is_some() {
            self.is_open = AtomicBool::new(false);
        }
        self
    }

    /// The same, where users may log in at a provider.
    #[must_use]
    pub fn with_oidc(mut self, oidc: Option<Oidc>) -> Self {
        self.oidc = oidc;
        if self.oidc.is_some() {
            self.is_open = AtomicBool::new(false);
        }
        self
    }

    /// The provider at which users may log in, if there is one.
    #[must_use]
    pub fn oidc(&self) -> Option<&Oidc> {
        self.oidc.as_ref()
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

    /// Whether there is a log-in, by a password or at a provider.
    #[must_use]
    pub fn has_log_in(&self) -> bool {
        self.has_users() || self.oidc.is_some()
    }

    /// From now on there are these users and tokens, and sessions last so long. Sessions of users that are gone, or have another password, end;
    /// another role or limit counts at once.
    pub fn replace(&self, users: Vec<User>, tokens: Vec<Token>, limits: SessionLimits) {
        let is_open =
            users.is_empty() && tokens.is_empty() && self.proxy.is_none() && self.oidc.is_none();
        if !is_open {
            self.is_open.store(false, Ordering::SeqCst);
        }
        self.users.replace(users);
        self.tokens.replace(tokens);
        if is_open {
            self.is_open.store(true, Ordering::SeqCst);
        }
        self.sessions.set_limits(limits);
        self.review_sessions();
    }

    fn review_sessions(&self) {
        let users = &self.users;
        for user in self
            .sessions
            .review(|name, hash| users.grant_of(name, hash))
        {
            tracing::info!(target: LOG, user, "logged out: the user is gone, or has another password");
        }
    }

    /// Whether nobody is asked who they are.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.is_open.load(Ordering::SeqCst)
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
            Ok(Some(let_in)) => {
                self.throttle.succeeded(name, address);
                let actor = let_in.actor.clone();
                let Some(secret) = self.sessions.begin(let_in, Instant::now()) else {
                    return LogIn::Busy(BUSY);
                };
                // The user may have been removed while the password was looked at.
                self.review_sessions();
                LogIn::Done { secret, actor }
            }
            Ok(None) => LogIn::Refused,
            Err(Busy) => LogIn::Busy(BUSY),
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

/// Log target of what comes of sessions, the same as that of changes.
const LOG: &str = "jobdeck::audit";

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
    async fn users_that_are_replaced_are_known_at_once() {
        let auth = auth();
        let user = |role, password| {
            let hash = PasswordHash::weak_for_tests(password);
            vec![User::new("ada", role, hash)]
        };
        let log_in = async |password| match auth.log_in("ada", password, None).await {
            LogIn::Done { secret, .. } => Some(secret),
            _ => None,
        };
        let replace = |users| auth.replace(users, Vec::new(), SessionLimits::default());
        let role = |secret: &str| auth.session(secret).map(|session| session.actor.role);
        let hash = PasswordHash::weak_for_tests("battery");
        replace(vec![User::new("ada", Role::Viewer, hash.clone())]);
        let secret = log_in("battery").await.expect("a session");
        assert_eq!(role(&secret), Some(Role::Viewer));
        replace(vec![User::new("ada", Role::Admin, hash)]);
        assert_eq!(role(&secret), Some(Role::Admin));
        // Another password ends what was begun with the old one.
        replace(user(Role::Admin, "staple"));
        assert_eq!(role(&secret), None);
        assert!(log_in("battery").await.is_none());
        let secret = log_in("staple").await.expect("a session");
        replace(Vec::new());
        assert_eq!(role(&secret), None);
        assert!(auth.is_open());
    }

    #[test]
    fn while_users_give_way_to_tokens_nobody_is_let_in_without_being_asked() {
        let hash = PasswordHash::weak_for_tests("correct horse");
        let users = || vec![User::new("ada", Role::Viewer, hash.clone())];
        let tokens = || {
            let token = Token::new("ci", Role::Viewer, &hash_text("ci"), None);
            vec![token.expect("a token")]
        };
        let limits = SessionLimits::default();
        let auth = Auth::new(users(), Vec::new(), limits, false);
        std::thread::scope(|scope| {
            let changes = scope.spawn(|| {
                for _ in 0..2_000 {
                    auth.replace(Vec::new(), tokens(), limits);
                    auth.replace(users(), Vec::new(), limits);
                }
            });
            while !changes.is_finished() {
                assert!(!auth.is_open());
            }
        });
        auth.replace(Vec::new(), Vec::new(), limits);
        assert!(auth.is_open());
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
