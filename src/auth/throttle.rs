//! How long somebody waits who guesses passwords.

use super::{network::network, secret::digest};
use std::{
    collections::HashMap,
    hash::Hash,
    net::IpAddr,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Wrong tries in a row that cost nothing.
const FREE: u32 = 5;
/// The wait after that, which doubles with every further one.
const FIRST: Duration = Duration::from_secs(1);
/// The longest wait.
const LONGEST: Duration = Duration::from_secs(300);
/// After so long without a try all is forgotten.
const MEMORY: Duration = Duration::from_secs(900);
/// Names, and addresses, that are remembered.
const MOST: usize = 10_000;

/// Counts wrong tries to log in, by name and by address. Names that no user has are counted like others, so that nothing shows which there are.
#[derive(Debug, Default)]
pub struct Throttle(Mutex<Tries>);

#[derive(Debug, Default)]
struct Tries {
    names: Counts<[u8; 32]>,
    addresses: Counts<IpAddr>,
}

#[derive(Debug)]
struct Counts<K>(HashMap<K, Count>);

impl<K> Default for Counts<K> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

#[derive(Clone, Copy, Debug)]
struct Count {
    tries: u32,
    last: Instant,
}

impl Throttle {
    /// A try begins: it counts as wrong until it has succeeded, so that many at the same time are no way around. Else how long to wait.
    pub(super) fn begin(
        &self,
        name: &str,
        address: Option<IpAddr>,
        now: Instant,
    ) -> Result<(), Duration> {
        let mut tries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (name, address) = (digest(name), address.and_then(network));
        let by_address = address.and_then(|address| tries.addresses.wait(&address, now));
        if let Some(wait) = tries.names.wait(&name, now).max(by_address) {
            return Err(wait);
        }
        tries.names.count(name, now);
        if let Some(address) = address {
            tries.addresses.count(address, now);
        }
        Ok(())
    }

    /// How long whoever comes from there has to wait, if at all, where there is no name to go by.
    pub(super) fn wait_at(&self, address: Option<IpAddr>, now: Instant) -> Option<Duration> {
        let tries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tries.addresses.wait(&network(address?)?, now)
    }

    /// A try from there was wrong.
    pub(super) fn wrong_at(&self, address: Option<IpAddr>, now: Instant) {
        if let Some(address) = address.and_then(network) {
            let mut tries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            tries.addresses.count(address, now);
        }
    }

    /// The try was right: those before it are forgotten.
    pub(super) fn succeeded(&self, name: &str, address: Option<IpAddr>) {
        let mut tries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tries.names.0.remove(&digest(name));
        if let Some(address) = address.and_then(network) {
            tries.addresses.0.remove(&address);
        }
    }
}

impl<K: Eq + Hash + Clone> Counts<K> {
    /// How long this one has to wait, if at all.
    fn wait(&self, key: &K, now: Instant) -> Option<Duration> {
        let count = self.0.get(key)?;
        let passed = now.duration_since(count.last);
        let over = count.tries.checked_sub(FREE)?;
        let wait = FIRST
            .saturating_mul(2_u32.saturating_pow(over))
            .min(LONGEST);
        wait.checked_sub(passed).filter(|wait| !wait.is_zero())
    }

    fn count(&mut self, key: K, now: Instant) {
        if self.0.len() >= MOST && !self.0.contains_key(&key) {
            self.make_room(now);
        }
        let count = self.0.entry(key).or_insert(Count {
            tries: 0,
            last: now,
        });
        if now.duration_since(count.last) >= MEMORY {
            count.tries = 0;
        }
        count.tries = count.tries.saturating_add(1);
        count.last = now;
    }

    /// Forgets what is old; if nothing is, the tenth with the fewest tries, so that those who go on guessing are not washed out by a flood of names.
    fn make_room(&mut self, now: Instant) {
        self.0
            .retain(|_, count| now.duration_since(count.last) < MEMORY);
        if self.0.len() < MOST {
            return;
        }
        let mut keys: Vec<(u32, Instant, K)> = self
            .0
            .iter()
            .map(|(key, count)| (count.tries, count.last, key.clone()))
            .collect();
        keys.sort_unstable_by_key(|(tries, last, _)| (*tries, *last));
        for (_, _, key) in keys.into_iter().take(MOST / 10) {
            self.0.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn after_five_wrong_tries_waits_grow_up_to_five_minutes() {
        let throttle = Throttle::default();
        let mut now = Instant::now();
        for _ in 0..5 {
            assert_eq!(throttle.begin("ada", None, now), Ok(()));
        }
        for seconds in [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300] {
            let wait = throttle.begin("ada", None, now).unwrap_err();
            assert_eq!(wait, seconds * SECOND);
            // Asking meanwhile makes it no longer.
            now += wait - SECOND / 2;
            assert_eq!(throttle.begin("ada", None, now), Err(SECOND / 2));
            now += SECOND / 2;
            assert_eq!(throttle.begin("ada", None, now), Ok(()));
        }
        assert_eq!(throttle.begin("bob", None, now), Ok(()));
        now += MEMORY;
        for _ in 0..5 {
            assert_eq!(throttle.begin("ada", None, now), Ok(()));
        }
    }

    #[test]
    fn a_right_password_makes_up_for_those_before() {
        let throttle = Throttle::default();
        let now = Instant::now();
        for _ in 0..20 {
            assert_eq!(throttle.begin("ada", None, now), Ok(()));
            throttle.succeeded("ada", None);
        }
    }

    #[test]
    fn who_guesses_at_many_names_is_known_by_the_address() {
        let throttle = Throttle::default();
        let now = Instant::now();
        let at = |text: &str| text.parse::<IpAddr>().ok();
        for name in ["a", "b", "c", "d", "e"] {
            assert_eq!(throttle.begin(name, at("192.0.2.1"), now), Ok(()));
        }
        assert_eq!(throttle.begin("f", at("192.0.2.1"), now), Err(SECOND));
        assert_eq!(
            throttle.begin("f", at("::ffff:192.0.2.1"), now),
            Err(SECOND)
        );
        assert_eq!(throttle.begin("f", at("192.0.2.2"), now), Ok(()));
        for host in 1..=5 {
            let address = at(&format!("2001:db8::{host}"));
            assert_eq!(throttle.begin(&format!("six{host}"), address, now), Ok(()));
        }
        assert_eq!(throttle.begin("g", at("2001:db8::ffff"), now), Err(SECOND));
        // Everybody comes by the proxy of this machine.
        for name in 0..20 {
            assert_eq!(
                throttle.begin(&format!("n{name}"), at("127.0.0.1"), now),
                Ok(())
            );
        }
    }

    #[test]
    fn who_has_no_name_waits_by_the_address() {
        let throttle = Throttle::default();
        let now = Instant::now();
        let address = "192.0.2.1".parse::<IpAddr>().ok();
        for _ in 0..5 {
            assert_eq!(throttle.wait_at(address, now), None);
            throttle.wrong_at(address, now);
        }
        assert_eq!(throttle.wait_at(address, now), Some(SECOND));
        assert_eq!(throttle.wait_at(None, now), None);
        assert_eq!(throttle.begin("ada", address, now), Err(SECOND));
        assert_eq!(throttle.begin("ada", None, now), Ok(()));
    }

    #[test]
    fn a_flood_of_names_is_not_remembered_but_who_was_guessed_at_is() {
        let throttle = Throttle::default();
        let now = Instant::now();
        for _ in 0..5 {
            assert_eq!(throttle.begin("ada", None, now), Ok(()));
        }
        for name in 0..3 * MOST {
            assert_eq!(throttle.begin(&name.to_string(), None, now), Ok(()));
        }
        assert!(throttle.0.lock().unwrap().names.0.len() <= MOST);
        assert_eq!(throttle.begin("ada", None, now), Err(SECOND));
    }
}
