//! The address of a failure group.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// The address of a failure group: a digest of its signature, written as 16 lower-case hexadecimal digits.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(into = "String", try_from = "String")]
pub struct GroupDigest(pub u64);

/// A text that is no digest of a failure group.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no failure group: its address has 16 hexadecimal digits")]
pub struct GroupDigestError(pub String);

impl GroupDigest {
    /// From the beginning of a longer digest of hexadecimal digits; zero when it is none.
    #[must_use]
    pub fn of(digest: &str) -> Self {
        digest
            .get(..16)
            .and_then(|digits| u64::from_str_radix(digits, 16).ok())
            .map(Self)
            .unwrap_or_default()
    }
}

impl fmt::Display for GroupDigest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:016x}", self.0)
    }
}

impl FromStr for GroupDigest {
    type Err = GroupDigestError;

    fn from_str(text: &str) -> Result<Self, GroupDigestError> {
        let is_digest = text.len() == 16
            && text
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        is_digest
            .then(|| Self::of(text))
            .ok_or_else(|| GroupDigestError(text.chars().take(100).collect()))
    }
}

impl From<GroupDigest> for String {
    fn from(digest: GroupDigest) -> Self {
        digest.to_string()
    }
}

impl TryFrom<String> for GroupDigest {
    type Error = GroupDigestError;

    fn try_from(text: String) -> Result<Self, GroupDigestError> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::GroupDigest;

    #[test]
    fn its_text_is_sixteen_digits() {
        let digest = GroupDigest(0x00ab_cdef_0123_4567);
        assert_eq!(digest.to_string(), "00abcdef01234567");
        assert_eq!("00abcdef01234567".parse(), Ok(digest));
        assert_eq!(GroupDigest::of("00abcdef01234567ffff"), digest);
        for text in [
            "",
            "abc",
            "00ABCDEF01234567",
            "00abcdef012345678",
            "+0abcdef01234567",
            "éééééééé",
        ] {
            assert!(text.parse::<GroupDigest>().is_err(), "{text}");
        }
    }
}
