//! What is known of the job: the last reading, and what was seen before it.

use super::address::Address;
use crate::api::ApiError;
use crate::model::JobDetail;

/// A reading: for which address, and what came.
pub(super) type Read = (Address, Result<JobDetail, ApiError>);

/// What is known of the job.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Sight {
    /// Nothing yet, or it could not be read.
    #[default]
    Unknown,
    /// It is here.
    Here(JobDetail),
    /// It was here, and is nowhere now: as it was seen last, and the search that did not find it.
    Gone(JobDetail, Search),
    /// It is nowhere, and was not since the page was opened.
    Nowhere(Search),
}

/// How far a search went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Search {
    /// Entries that were looked at.
    pub(super) scanned: u64,
    /// Entries that there are.
    pub(super) total: u64,
}

impl Search {
    /// Whether not all entries were looked at.
    pub(super) fn is_cut_off(self) -> bool {
        self.scanned < self.total
    }
}

impl Sight {
    /// The job's places, as they are or were last.
    pub(super) fn detail(&self) -> Option<&JobDetail> {
        match self {
            Self::Here(detail) | Self::Gone(detail, _) => Some(detail),
            Self::Unknown | Self::Nowhere(_) => None,
        }
    }

    /// What is known after a reading. A failed one changes nothing, unless it is for another address.
    pub(super) fn after(last: Option<&(Address, Self)>, read: Option<&Read>) -> (Address, Self) {
        let Some((address, result)) = read else {
            return last.cloned().unwrap_or_default();
        };
        let last = last
            .filter(|(known, _)| known == address)
            .map(|(_, sight)| sight);
        let sight = match result {
            Err(_) => last.cloned().unwrap_or_default(),
            Ok(detail) if detail.locations.is_empty() => {
                let search = Search {
                    scanned: detail.scanned,
                    total: detail.total,
                };
                match last.and_then(Self::detail) {
                    Some(seen) => Self::Gone(seen.clone(), search),
                    None => Self::Nowhere(search),
                }
            }
            Ok(detail) => Self::Here(detail.clone()),
        };
        (address.clone(), sight)
    }
}

#[cfg(test)]
mod tests {
    use super::{Address, Sight};
    use crate::api::ApiError;
    use crate::app::pages::job::sample::stored;
    use crate::model::{JobDetail, Set};

    fn detail(found: bool) -> JobDetail {
        JobDetail {
            jid: "a".to_owned(),
            locations: found
                .then(|| stored(Set::Dead.into()))
                .into_iter()
                .collect(),
            scanned: 7,
            total: 9,
            revealed: false,
        }
    }

    #[test]
    fn a_job_that_was_seen_is_gone_and_one_that_was_not_is_nowhere() {
        let address = Address::default();
        let here = Sight::after(None, Some(&(address.clone(), Ok(detail(true)))));
        assert!(matches!(here.1, Sight::Here(_)));
        let gone = Sight::after(Some(&here), Some(&(address.clone(), Ok(detail(false)))));
        assert!(
            matches!(&gone.1, Sight::Gone(seen, search) if *seen == detail(true) && search.is_cut_off())
        );
        let back = Sight::after(Some(&gone), Some(&(address.clone(), Ok(detail(true)))));
        assert!(matches!(back.1, Sight::Here(_)));
        let nowhere = Sight::after(None, Some(&(address, Ok(detail(false)))));
        assert!(matches!(nowhere.1, Sight::Nowhere(_)));
    }

    #[test]
    fn a_failed_reading_changes_nothing_but_for_another_address() {
        let address = Address::default();
        let here = Sight::after(None, Some(&(address.clone(), Ok(detail(true)))));
        let lost = || Err(ApiError::Unavailable("away".to_owned()));
        let same = Sight::after(Some(&here), Some(&(address, lost())));
        assert_eq!(same, here);
        let other = Address {
            jid: "b".to_owned(),
            ..Address::default()
        };
        let unknown = Sight::after(Some(&here), Some(&(other, lost())));
        assert_eq!(unknown.1, Sight::Unknown);
        assert_eq!(Sight::after(Some(&here), None), here);
    }
}
