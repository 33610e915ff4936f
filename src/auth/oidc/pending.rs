//! Log-ins on their way: begun here, and not back from the provider yet. Kept in memory, as sessions are.

use crate::auth::secret::digest;
use openidconnect::{Nonce, PkceCodeVerifier, RedirectUrl};
use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use subtle::ConstantTimeEq as _;

/// How long a log-in may take.
pub(super) const LIFETIME: Duration = Duration::from_secs(600);
/// Log-ins that are remembered.
const MOST: usize = 10_000;
/// Of these, from one network; who begins more loses the oldest, and nobody else any.
const MOST_OF_NETWORK: usize = 100;

/// A log-in on its way.
pub(super) struct LogInOnItsWay {
    /// What the ID token must say.
    pub(super) nonce: Nonce,
    /// What proves that it was begun here.
    pub(super) verifier: PkceCodeVerifier,
    /// Where the provider was told to send the browser.
    pub(super) callback: RedirectUrl,
    /// The page that was asked for.
    pub(super) next: String,
    /// The hash of what the browser that began it was given.
    pub(super) browser: [u8; 32],
    /// Where it was begun from, if that is somebody.
    pub(super) network: Option<IpAddr>,
    pub(super) begun: Instant,
}

/// All log-ins on their way, by the hash of their state.
#[derive(Default)]
pub(super) struct Pending(Mutex<HashMap<[u8; 32], LogInOnItsWay>>);

impl LogInOnItsWay {
    fn is_over(&self, now: Instant) -> bool {
        now.duration_since(self.begun) >= LIFETIME
    }

    fn is_of(&self, browser: &[u8; 32]) -> bool {
        bool::from(self.browser.ct_eq(browser))
    }
}

impl Pending {
    /// Remembers one.
    pub(super) fn add(&self, state: &str, log_in: LogInOnItsWay, now: Instant) {
        let mut all = self.all();
        all.retain(|_, other| !other.is_over(now));
        let network = log_in.network;
        let own = all
            .values()
            .filter(|other| network.is_some() && other.network == network);
        if own.count() >= MOST_OF_NETWORK {
            forget_oldest(&mut all, |other| other.network == network);
        } else if all.len() >= MOST {
            forget_oldest(&mut all, |_| true);
        }
        all.insert(digest(state), log_in);
    }

    /// Whether this browser has begun one.
    pub(super) fn knows(&self, browser: &str, now: Instant) -> bool {
        let browser = digest(browser);
        self.all()
            .values()
            .any(|log_in| log_in.is_of(&browser) && !log_in.is_over(now))
    }

    /// The log-in of this state, once only; nothing when it was begun in another browser, or too long ago.
    pub(super) fn take(&self, state: &str, browser: &str, now: Instant) -> Option<LogInOnItsWay> {
        let key = digest(state);
        let mut all = self.all();
        // Who knows of another's state cannot spoil their log-in by that.
        all.get(&key)
            .filter(|log_in| log_in.is_of(&digest(browser)))?;
        all.remove(&key).filter(|log_in| !log_in.is_over(now))
    }

    fn all(&self) -> MutexGuard<'_, HashMap<[u8; 32], LogInOnItsWay>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn forget_oldest(
    all: &mut HashMap<[u8; 32], LogInOnItsWay>,
    is_meant: impl Fn(&LogInOnItsWay) -> bool,
) {
    let oldest = all
        .iter()
        .filter(|(_, log_in)| is_meant(log_in))
        .min_by_key(|(_, log_in)| log_in.begun)
        .map(|(key, _)| *key);
    if let Some(key) = oldest {
        all.remove(&key);
    }
}

/// Without what is secret.
impl std::fmt::Debug for Pending {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Pending")
            .field("log_ins", &self.all().len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log_in(browser: &str, network: Option<IpAddr>, begun: Instant) -> LogInOnItsWay {
        LogInOnItsWay {
            nonce: Nonce::new("n".to_owned()),
            verifier: PkceCodeVerifier::new("v".to_owned()),
            callback: RedirectUrl::new("http://a/login/oidc/callback".to_owned()).unwrap(),
            next: "/".to_owned(),
            browser: digest(browser),
            network,
            begun,
        }
    }

    #[test]
    fn a_log_in_ends_once_in_its_own_browser_within_ten_minutes() {
        let pending = Pending::default();
        let now = Instant::now();
        pending.add("one", log_in("mine", None, now), now);
        pending.add("two", log_in("mine", None, now), now);
        assert!(pending.knows("mine", now) && !pending.knows("other", now));
        assert!(pending.take("one", "other", now).is_none());
        assert!(pending.take("three", "mine", now).is_none());
        assert!(pending.take("one", "mine", now).is_some());
        assert!(pending.take("one", "mine", now).is_none());
        assert!(pending.take("two", "mine", now + LIFETIME).is_none());
    }

    #[test]
    fn who_begins_too_many_loses_their_own_oldest() {
        let pending = Pending::default();
        let start = Instant::now();
        let at = |text: &str| text.parse::<IpAddr>().ok();
        pending.add("ada", log_in("ada", at("192.0.2.1"), start), start);
        let mut now = start;
        for number in 0..=MOST_OF_NETWORK {
            now += Duration::from_millis(1);
            let state = format!("eve {number}");
            pending.add(&state, log_in("eve", at("192.0.2.2"), now), now);
        }
        assert!(pending.take("eve 0", "eve", now).is_none());
        assert!(pending.take("eve 1", "eve", now).is_some());
        assert!(pending.take("ada", "ada", now).is_some());
    }
}
