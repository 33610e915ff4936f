//! Who is logged in: kept in memory, so a restart logs everybody out.

use super::{
    PasswordHash,
    secret::{digest, new_secret},
    users::{Grant, LetIn, Proof},
};
use crate::model::Actor;
use std::{
    collections::{BTreeSet, HashMap},
    sync::{Mutex, MutexGuard, PoisonError, RwLock},
    time::{Duration, Instant},
};
use tokio_util::sync::CancellationToken;

/// Sessions of one user; whoever begins another ends the one that was used longest ago.
const MOST: usize = 50;

/// How long a session lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionLimits {
    /// Without a request.
    pub idle: Duration,
    /// At most.
    pub lifetime: Duration,
}

impl Default for SessionLimits {
    fn default() -> Self {
        Self {
            idle: Duration::from_secs(8 * 3_600),
            lifetime: Duration::from_secs(7 * 86_400),
        }
    }
}

/// A session that is going on.
#[derive(Clone, Debug)]
pub struct Session {
    /// Who it is.
    pub actor: Actor,
    /// It was ended.
    pub ended: CancellationToken,
    /// It ends by then if nothing is asked any more.
    pub rest: Duration,
}

#[derive(Debug)]
struct Kept {
    actor: Actor,
    /// What it was begun with.
    proof: Proof,
    ended: CancellationToken,
    begun: Instant,
    used: Instant,
}

/// All sessions, by the hash of their secret: who reads the memory cannot take one over.
#[derive(Debug, Default)]
pub struct Sessions {
    limits: RwLock<SessionLimits>,
    kept: Mutex<HashMap<[u8; 32], Kept>>,
}

impl Kept {
    /// How long it lasts without a request; nothing when it is over.
    fn rest(&self, limits: SessionLimits, now: Instant) -> Option<Duration> {
        let idle = limits.idle.checked_sub(now.duration_since(self.used))?;
        let life = limits
            .lifetime
            .checked_sub(now.duration_since(self.begun))?;
        Some(idle.min(life)).filter(|rest| !rest.is_zero())
    }
}

/// Whether both are the same user: a name that the provider says is another one's than the same name with a password.
fn are_one(one: &Actor, other: &Actor) -> bool {
    one.name == other.name && one.via == other.via
}

impl Sessions {
    pub(super) fn new(limits: SessionLimits) -> Self {
        Self {
            limits: RwLock::new(limits),
            kept: Mutex::default(),
        }
    }

    pub(super) fn limits(&self) -> SessionLimits {
        *self.limits.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on sessions last so long, those that there are as well.
    pub(super) fn set_limits(&self, limits: SessionLimits) {
        *self.limits.write().unwrap_or_else(PoisonError::into_inner) = limits;
    }

    /// Gives each session the role and the limits that its user has now, and ends those of users that would not be let in any more; their
    /// names. What a session with other limits reads at this moment ends: it is asked for again. Who came by the provider stays: what they are
    /// there, it says when they log in again.
    pub(super) fn review(
        &self,
        grant_of: impl Fn(&str, &PasswordHash) -> Option<Grant>,
    ) -> BTreeSet<String> {
        let mut ended = BTreeSet::new();
        self.kept().retain(|_, session| {
            let Proof::Password(hash) = &session.proof else {
                return true;
            };
            match grant_of(&session.actor.name, hash) {
                Some(Grant { role, scope }) => {
                    session.actor.role = role;
                    if session.actor.scope != scope {
                        session.actor.scope = scope;
                        std::mem::take(&mut session.ended).cancel();
                    }
                    true
                }
                None => {
                    session.ended.cancel();
                    ended.insert(session.actor.name.clone());
                    false
                }
            }
        });
        ended
    }

    /// Begins a session of somebody who was let in; its secret.
    pub(super) fn begin(&self, LetIn { actor, proof }: LetIn, now: Instant) -> Option<String> {
        let secret = match new_secret() {
            Ok(secret) => secret,
            Err(error) => {
                tracing::error!(%error, "the system has no random numbers: nobody can log in");
                return None;
            }
        };
        let mut kept = self.kept();
        let limits = self.limits();
        kept.retain(|_, session| session.rest(limits, now).is_some());
        let own = kept
            .iter()
            .filter(|(_, other)| are_one(&other.actor, &actor));
        if own.clone().count() >= MOST {
            let oldest = own.min_by_key(|(_, other)| other.used).map(|(key, _)| *key);
            if let Some(session) = oldest.and_then(|key| kept.remove(&key)) {
                session.ended.cancel();
            }
        }
        let session = Kept {
            actor,
            proof,
            ended: CancellationToken::new(),
            begun: now,
            used: now,
        };
        kept.insert(digest(&secret), session);
        Some(secret)
    }

    /// The session with this secret, which is used by that.
    pub(super) fn find(&self, secret: &str, now: Instant) -> Option<Session> {
        let key = digest(secret);
        let mut kept = self.kept();
        let session = kept.get_mut(&key)?;
        let limits = self.limits();
        if session.rest(limits, now).is_none() {
            session.ended.cancel();
            kept.remove(&key);
            return None;
        }
        session.used = now;
        Some(Session {
            actor: session.actor.clone(),
            ended: session.ended.clone(),
            rest: session.rest(limits, now)?,
        })
    }

    /// The ID token of a session that was begun by the provider; nothing of another one.
    pub(super) fn id_token(&self, secret: &str) -> Option<Option<String>> {
        match &self.kept().get(&digest(secret))?.proof {
            Proof::Provider(id_token) => Some(id_token.clone()),
            Proof::Password(_) => None,
        }
    }

    /// Ends a session, and with `everywhere` all of the same user; whose it was.
    pub(super) fn end(&self, secret: &str, everywhere: bool) -> Option<Actor> {
        let mut kept = self.kept();
        let ended = kept.remove(&digest(secret))?;
        ended.ended.cancel();
        let actor = ended.actor;
        if everywhere {
            kept.retain(|_, session| {
                let stays = !are_one(&session.actor, &actor);
                if !stays {
                    session.ended.cancel();
                }
                stays
            });
        }
        Some(actor)
    }

    fn kept(&self) -> MutexGuard<'_, HashMap<[u8; 32], Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Limit, Role, Scope};
    use std::sync::Arc;

    const HOUR: Duration = Duration::from_secs(3_600);

    fn ada() -> Actor {
        Actor::user("ada", Role::Viewer)
    }

    fn let_in(actor: Actor) -> LetIn {
        let proof = Proof::Password(Arc::new(PasswordHash::weak_for_tests("secret")));
        LetIn { actor, proof }
    }

    #[test]
    fn sessions_go_by_what_their_users_are_now() {
        let sessions = Sessions::default();
        let now = Instant::now();
        let begin = |actor| sessions.begin(let_in(actor), now).unwrap();
        let (ada, bob) = (begin(ada()), begin(Actor::user("bob", Role::Viewer)));
        let gone = sessions.find(&bob, now).unwrap();
        let streams = sessions.find(&ada, now).unwrap();
        let scope = Scope {
            queues: Limit::to([]),
            ..Scope::default()
        };
        let grant = Grant {
            role: Role::Admin,
            scope: scope.clone(),
        };
        let ended = sessions.review(|name, _| (name == "ada").then(|| grant.clone()));
        assert_eq!(ended.into_iter().collect::<Vec<_>>(), ["bob"]);
        assert!(gone.ended.is_cancelled());
        assert!(sessions.find(&bob, now).is_none());
        let session = sessions.find(&ada, now).unwrap();
        assert!(!session.ended.is_cancelled());
        assert!(
            streams.ended.is_cancelled(),
            "what it read with other limits goes on"
        );
        let expected = Actor::user("ada", Role::Admin).within(scope);
        assert_eq!(session.actor, expected);
    }

    #[test]
    fn a_session_ends_when_nothing_is_asked_for_long() {
        let sessions = Sessions::default();
        let start = Instant::now();
        let secret = sessions.begin(let_in(ada()), start).unwrap();
        assert!(sessions.find(&secret, start + 7 * HOUR).is_some());
        // Each request counts.
        assert!(sessions.find(&secret, start + 14 * HOUR).is_some());
        assert!(sessions.find(&secret, start + 22 * HOUR).is_none());
        assert!(sessions.find(&secret, start + 14 * HOUR).is_none());
    }

    #[test]
    fn a_session_ends_some_day_however_much_is_asked() {
        let sessions = Sessions::default();
        let start = Instant::now();
        let secret = sessions.begin(let_in(ada()), start).unwrap();
        for hour in 1..7 * 24 {
            assert!(
                sessions.find(&secret, start + hour * HOUR).is_some(),
                "{hour}"
            );
        }
        let last = sessions.find(&secret, start + 167 * HOUR).unwrap();
        assert_eq!(last.rest, HOUR);
        assert!(sessions.find(&secret, start + 168 * HOUR).is_none());
        assert!(last.ended.is_cancelled());
    }

    #[test]
    fn who_logs_out_everywhere_ends_their_own_sessions_only() {
        let sessions = Sessions::default();
        let now = Instant::now();
        let begin = |actor| sessions.begin(let_in(actor), now).unwrap();
        let (one, two, three) = (begin(ada()), begin(ada()), begin(ada()));
        let bob = begin(Actor::user("bob", Role::Viewer));
        assert_eq!(sessions.end(&one, false), Some(ada()));
        assert!(sessions.find(&one, now).is_none());
        let session = sessions.find(&three, now).unwrap();
        assert_eq!(sessions.end(&two, true), Some(ada()));
        assert!(session.ended.is_cancelled());
        assert!(sessions.find(&three, now).is_none());
        assert!(sessions.find(&bob, now).is_some());
        assert_eq!(sessions.end("nonsense", true), None);
    }

    #[test]
    fn who_came_by_the_provider_is_another_than_the_user_with_the_same_name() {
        let sessions = Sessions::default();
        let now = Instant::now();
        let by_provider = |token: &str| LetIn {
            actor: Actor::oidc("ada", Role::Operator),
            proof: Proof::Provider(Some(token.to_owned())),
        };
        let password = sessions.begin(let_in(ada()), now).unwrap();
        let provider = sessions.begin(by_provider("one"), now).unwrap();
        let other = sessions.begin(by_provider("two"), now).unwrap();
        assert_eq!(sessions.id_token(&provider), Some(Some("one".to_owned())));
        assert_eq!(sessions.id_token(&password), None);
        // No user with a password is left.
        assert_eq!(sessions.review(|_, _| None).len(), 1);
        assert!(sessions.find(&password, now).is_none());
        let password = sessions.begin(let_in(ada()), now).unwrap();
        assert_eq!(
            sessions.end(&provider, true),
            Some(Actor::oidc("ada", Role::Operator))
        );
        assert!(sessions.find(&other, now).is_none());
        assert!(sessions.find(&password, now).is_some());
    }

    #[test]
    fn of_too_many_sessions_the_one_that_was_used_longest_ago_ends() {
        let sessions = Sessions::default();
        let start = Instant::now();
        let mut at = start;
        let secrets: Vec<String> = (0..MOST)
            .map(|_| {
                at += Duration::from_secs(1);
                sessions.begin(let_in(ada()), at).unwrap()
            })
            .collect();
        at += Duration::from_secs(1);
        assert!(sessions.find(&secrets[0], at).is_some());
        let newest = sessions.begin(let_in(ada()), at).unwrap();
        assert!(sessions.find(&secrets[0], at).is_some());
        assert!(sessions.find(&secrets[1], at).is_none());
        assert!(sessions.find(&newest, at).is_some());
    }
}
