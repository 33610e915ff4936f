//! Whether a password is a user's.

use super::PasswordHash;
use crate::model::{Actor, Role, Scope};
use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};
use tokio::{sync::Semaphore, time::timeout};

/// Passwords that are looked at at the same time: each takes a processor and some memory for a while.
const AT_ONCE: usize = 2;
/// How long somebody waits for their turn.
const PATIENCE: Duration = Duration::from_secs(5);
/// Longest password, bytes: hashing is no work to be asked for in any amount.
pub const LONGEST_PASSWORD: usize = 1024;

/// Somebody who logs in with a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    name: String,
    role: Role,
    scope: Scope,
    hash: PasswordHash,
}

impl User {
    /// A user with the hash of the password.
    #[must_use]
    pub fn new(name: impl Into<String>, role: Role, hash: PasswordHash) -> Self {
        Self {
            name: name.into(),
            role,
            scope: Scope::all(),
            hash,
        }
    }

    /// The same, limited to this.
    #[must_use]
    pub fn within(self, scope: Scope) -> Self {
        Self { scope, ..self }
    }
}

/// Too many passwords are being looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Busy;

/// All users.
#[derive(Debug)]
pub struct Users {
    known: RwLock<Arc<Known>>,
    turns: Arc<Semaphore>,
}

#[derive(Debug, Default)]
struct Known {
    by_name: HashMap<String, Account>,
    /// What a password is compared with when there is no such user, so that the answer takes as long.
    decoy: Option<Arc<PasswordHash>>,
}

/// A user.
#[derive(Clone, Debug)]
struct Account {
    grant: Grant,
    hash: Arc<PasswordHash>,
}

/// What somebody may do, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Grant {
    pub(super) role: Role,
    pub(super) scope: Scope,
}

/// Somebody who was let in, and by what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LetIn {
    pub(super) actor: Actor,
    pub(super) proof: Proof,
}

/// What somebody was let in by.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Proof {
    /// A password with this hash.
    Password(Arc<PasswordHash>),
    /// The word of the provider: its ID token, unless that is too long to be kept.
    Provider(Option<String>),
}

/// Without the token.
impl fmt::Debug for Proof {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Password(_) => "Password(…)",
            Self::Provider(_) => "Provider(…)",
        })
    }
}

impl Known {
    fn new(users: Vec<User>) -> Self {
        let by_name: HashMap<_, _> = users
            .into_iter()
            .map(|user| {
                let account = Account {
                    grant: Grant {
                        role: user.role,
                        scope: user.scope,
                    },
                    hash: Arc::new(user.hash),
                };
                (user.name, account)
            })
            .collect();
        let hashes = by_name.values().map(|account| &account.hash);
        Self {
            decoy: hashes.max_by_key(|hash| hash.cost()).cloned(),
            by_name,
        }
    }
}

impl Default for Users {
    fn default() -> Self {
        Self::new(Vec::new())
    }
}

impl Users {
    pub(super) fn new(users: Vec<User>) -> Self {
        Self {
            known: RwLock::new(Arc::new(Known::new(users))),
            turns: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.known().by_name.is_empty()
    }

    /// From now on there are these.
    pub(super) fn replace(&self, users: Vec<User>) {
        let known = Arc::new(Known::new(users));
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = known;
    }

    fn known(&self) -> Arc<Known> {
        Arc::clone(&self.known.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// What somebody who was let in may do now; nothing when they would not be let in by the same hash any more.
    pub(super) fn grant_of(&self, name: &str, hash: &PasswordHash) -> Option<Grant> {
        let known = self.known();
        let account = known.by_name.get(name)?;
        (*account.hash == *hash).then(|| account.grant.clone())
    }

    /// The user with this name and password. Whether there is such a user does not show in how long it takes.
    pub(super) async fn verify(&self, name: &str, password: &str) -> Result<Option<LetIn>, Busy> {
        let all = self.known();
        let known = all.by_name.get(name);
        let hash = known.map(|account| &account.hash);
        let hash = hash.or(all.decoy.as_ref()).cloned();
        let Some(hash) = hash.filter(|_| password.len() <= LONGEST_PASSWORD) else {
            return Ok(None);
        };
        let turn = timeout(PATIENCE, Arc::clone(&self.turns).acquire_owned()).await;
        let turn = turn.map_err(|_| Busy)?.map_err(|_| Busy)?;
        let password = password.to_owned();
        let compared = Arc::clone(&hash);
        let looked = tokio::task::spawn_blocking(move || {
            // Given back when the work is done, also when nobody waits for it any more.
            let _turn = turn;
            compared.is_of(&password)
        });
        let is_right = looked.await.map_err(|_| Busy)?;
        Ok(known.filter(|_| is_right).map(|account| LetIn {
            actor: Actor::user(name, account.grant.role).within(account.grant.scope.clone()),
            proof: Proof::Password(hash),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn users() -> Users {
        let user =
            |name, role, password| User::new(name, role, PasswordHash::weak_for_tests(password));
        Users::new(vec![
            user("ada", Role::Admin, "one"),
            user("bob", Role::Viewer, "two"),
        ])
    }

    #[tokio::test]
    async fn each_comes_in_with_their_own_password_only() {
        let users = users();
        let verify = async |name, password| {
            let found = users.verify(name, password).await;
            found.map(|found| found.map(|found| found.actor))
        };
        assert_eq!(
            verify("ada", "one").await,
            Ok(Some(Actor::user("ada", Role::Admin)))
        );
        assert_eq!(
            verify("bob", "two").await,
            Ok(Some(Actor::user("bob", Role::Viewer)))
        );
        for (name, password) in [("ada", "two"), ("bob", "one"), ("ada", ""), ("Ada", "one")] {
            assert_eq!(verify(name, password).await, Ok(None), "{name}");
        }
    }

    #[tokio::test]
    async fn nobody_comes_in_by_the_password_that_an_unknown_name_is_compared_with() {
        let users = users();
        for password in ["one", "two"] {
            assert_eq!(users.verify("eve", password).await, Ok(None));
        }
        assert_eq!(Users::default().verify("eve", "one").await, Ok(None));
        let long = "x".repeat(LONGEST_PASSWORD + 1);
        assert_eq!(users.verify("ada", &long).await, Ok(None));
    }

    #[tokio::test(start_paused = true)]
    async fn who_gets_no_turn_is_told_to_come_back() {
        let users = users();
        let _turns = users.turns.acquire_many(2).await.expect("turns");
        assert_eq!(users.verify("ada", "one").await, Err(Busy));
    }
}
