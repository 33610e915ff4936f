//! Hashes of passwords.

use argon2::{
    Argon2, Params,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc},
};
use std::{fmt, str::FromStr};

/// The most memory that looking at one password may take, KiB.
const MOST_MEMORY: u32 = 1 << 20;
/// The most passes that it may take.
const MOST_PASSES: u32 = 100;

/// The argon2id hash of a password, as a PHC string: `$argon2id$v=19$m=19456,t=2,p=1$SALT$HASH`.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(phc::PasswordHash);

/// A text that is no such hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "it is no argon2id hash as `jobdeck hash-password` prints them: `$argon2id$v=19$m=…,t=…,p=…$…$…`"
)]
pub struct WrongHash;

impl PasswordHash {
    /// The hash of a password, with a salt of its own.
    ///
    /// # Errors
    /// When the system has no random numbers.
    pub fn of(password: &str) -> Result<Self, argon2::password_hash::Error> {
        Argon2::default()
            .hash_password(password.as_bytes())
            .map(Self)
    }

    /// Whether it is of this password. Takes its time, on purpose: some hundredths of a second of one processor.
    #[must_use]
    pub fn is_of(&self, password: &str) -> bool {
        Argon2::default()
            .verify_password(password.as_bytes(), &self.0)
            .is_ok()
    }

    /// How long looking at a password takes, in no unit.
    pub(super) fn cost(&self) -> u64 {
        Params::try_from(&self.0).map_or(0, |params| {
            u64::from(params.m_cost()) * u64::from(params.t_cost())
        })
    }

    /// One that is looked at in no time.
    #[cfg(test)]
    pub(crate) fn weak_for_tests(password: &str) -> Self {
        let params = Params::new(8, 1, 1, None).expect("parameters");
        let weak = Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params);
        Self(weak.hash_password(password.as_bytes()).expect("a hash"))
    }
}

impl FromStr for PasswordHash {
    type Err = WrongHash;

    fn from_str(text: &str) -> Result<Self, WrongHash> {
        let hash = phc::PasswordHash::new(text.trim()).map_err(|_| WrongHash)?;
        let is_whole = hash.salt.is_some() && hash.hash.is_some();
        let params = Params::try_from(&hash).map_err(|_| WrongHash)?;
        let is_bearable = params.m_cost() <= MOST_MEMORY && params.t_cost() <= MOST_PASSES;
        if hash.algorithm.as_str() == "argon2id" && is_whole && is_bearable {
            Ok(Self(hash))
        } else {
            Err(WrongHash)
        }
    }
}

impl fmt::Display for PasswordHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// Without the hash, which is worth guessing at.
impl fmt::Debug for PasswordHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("PasswordHash(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::{PasswordHash, WrongHash};

    #[test]
    fn a_hash_is_of_its_password_alone_and_never_the_same_twice() {
        let hash = PasswordHash::of("correct horse").unwrap();
        assert!(hash.is_of("correct horse"));
        assert!(!hash.is_of("correct horse "));
        assert!(!hash.is_of(""));
        let text = hash.to_string();
        assert!(text.starts_with("$argon2id$v=19$"), "{text}");
        assert_eq!(text.parse(), Ok(hash.clone()));
        assert_ne!(PasswordHash::of("correct horse").unwrap(), hash);
        assert!(!format!("{hash:?}").contains("argon2id"));
    }

    #[test]
    fn what_is_no_such_hash_is_refused() {
        let whole = PasswordHash::weak_for_tests("a").to_string();
        assert!(whole.parse::<PasswordHash>().is_ok());
        let cut = whole.rsplit_once('$').unwrap().0.to_owned();
        for text in [
            "",
            "secret",
            "$2y$05$abcdefghijklmnopqrstuuNMxPbQdMhBZFzsGjQzZ0tqbY1TzM6Sq",
            &whole.replace("argon2id", "argon2i"),
            &whole.replace("m=8", "m=4000000000"),
            &cut,
        ] {
            assert_eq!(text.parse::<PasswordHash>(), Err(WrongHash), "{text}");
        }
    }
}
