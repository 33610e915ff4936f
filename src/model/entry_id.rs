//! The address of one entry.

use super::Place;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// The address of one entry: where it stands, its position there, and a digest of its exact bytes.
///
/// Malformed entries and entries with equal scores have addresses too. As text: `PLACE~POSITION~DIGEST`, for example
/// `dead~1795470707.8316345~2fd4e1c67a2d28fced849ee1bb76e7391b93eb12`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct EntryId {
    /// Where the entry stands.
    pub place: Place,
    /// In a set: the score, seconds since the epoch. In a queue: a hint where to look for it, which only its store understands.
    pub position: f64,
    /// SHA-1 of the stored bytes, 40 lower-case hexadecimal digits.
    pub digest: String,
}

/// A text that is no entry id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no entry id: it has the form `PLACE~POSITION~DIGEST`")]
pub struct EntryIdError(pub String);

impl fmt::Display for EntryId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{}~{}~{}",
            self.place, self.position, self.digest
        )
    }
}

impl FromStr for EntryId {
    type Err = EntryIdError;

    fn from_str(text: &str) -> Result<Self, EntryIdError> {
        let error = || EntryIdError(text.chars().take(200).collect());
        // From the right: a queue's name may hold the separator.
        let mut parts = text.rsplitn(3, '~');
        let (Some(digest), Some(position), Some(place)) =
            (parts.next(), parts.next(), parts.next())
        else {
            return Err(error());
        };
        let position: f64 = position.parse().map_err(|_| error())?;
        let is_digest = digest.len() == 40
            && digest
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if position.is_nan() || !is_digest {
            return Err(error());
        }
        Ok(Self {
            place: place.parse().map_err(|_| error())?,
            position,
            digest: digest.to_owned(),
        })
    }
}

impl From<EntryId> for String {
    fn from(id: EntryId) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for EntryId {
    type Error = EntryIdError;

    fn try_from(text: String) -> Result<Self, EntryIdError> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::EntryId;
    use crate::model::{Place, Set};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn text_form_round_trips(name in ".{1,20}", position in prop::num::f64::NORMAL | prop::num::f64::ZERO, digest in "[0-9a-f]{40}", queue: bool) {
            let place = if queue { Place::Queue(name) } else { Place::Set(Set::Dead) };
            let id = EntryId { place, position, digest };
            prop_assert_eq!(id.to_string().parse::<EntryId>(), Ok(id));
        }

        #[test]
        fn any_text_is_an_id_or_an_error(text in "\\PC*") {
            let _ = text.parse::<EntryId>();
        }
    }
}
