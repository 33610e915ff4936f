//! What the address of a job's page says.

use crate::api::query_string;
use crate::app::{address, format};
use crate::model::{EntryId, JobDetail};
use serde::{Deserialize, Serialize};

/// What the address says: which job, and which of its entries.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Address {
    /// Job id; empty when only an entry is named.
    pub(super) jid: String,
    /// Where to look first, or the only way to an entry without a job id.
    pub(super) entry: String,
    /// Which of several entries is shown, while all are looked for.
    pub(super) pick: String,
}

impl Address {
    /// What the address of the page says; nothing when it is another page's.
    pub(super) fn of(path: &str, search: &str) -> Option<Self> {
        let jid = address::segment(path, "/jobs/");
        (jid.is_some() || path.trim_end_matches('/') == "/jobs").then(|| Self::read(jid, search))
    }

    /// From the path's job id and the query.
    pub(super) fn read(jid: Option<String>, search: &str) -> Self {
        let mut address = Self {
            jid: jid.unwrap_or_default(),
            ..Self::default()
        };
        for (name, value) in query_string::parse(search) {
            match name.as_str() {
                "jid" if address.jid.is_empty() => value.trim().clone_into(&mut address.jid),
                "entry" => address.entry = value,
                "pick" => address.pick = value,
                _ => {}
            }
        }
        address
    }

    /// Whether it names nothing.
    pub(super) fn is_empty(&self) -> bool {
        self.jid.is_empty() && self.entry.is_empty()
    }

    /// Which of the places is shown: the one that is named, else the one with the same bytes, else the first.
    pub(super) fn chosen(&self, detail: &JobDetail) -> usize {
        let named = if self.pick.is_empty() {
            &self.entry
        } else {
            &self.pick
        };
        let Ok(id) = named.parse::<EntryId>() else {
            return 0;
        };
        let position = |same: &dyn Fn(&EntryId) -> bool| {
            detail
                .locations
                .iter()
                .position(|location| same(&location.entry.id))
        };
        position(&|other| *other == id)
            .or_else(|| position(&|other| other.digest == id.digest))
            .unwrap_or(0)
    }
}

/// The address that shows one of several places of a job.
pub(super) fn pick_path(jid: &str, id: &EntryId) -> String {
    let pick = id.to_string();
    format::job_path_with(jid, &query_string::write([("pick", pick.as_str())]))
}

#[cfg(test)]
mod tests {
    use super::{Address, pick_path};
    use crate::app::pages::job::sample::stored;
    use crate::model::{JobDetail, Place, Set};

    #[test]
    fn a_job_is_named_by_the_path_or_by_the_search_box() {
        let path = Address::read(Some("abc".to_owned()), "?entry=dead~1~x&jid=other");
        assert_eq!(
            (path.jid.as_str(), path.entry.as_str()),
            ("abc", "dead~1~x")
        );
        assert_eq!(Address::read(None, "?jid=+abc%20").jid, "abc");
        assert!(Address::read(None, "?other=1").is_empty());
    }

    #[test]
    fn a_job_id_is_decoded_once_and_other_pages_name_none() {
        let jid = |path| Address::of(path, "").map(|address| address.jid);
        assert_eq!(jid("/jobs/a%2520b").as_deref(), Some("a%20b"));
        assert_eq!(jid("/jobs").as_deref(), Some(""));
        assert_eq!(jid("/dead"), None);
    }

    #[test]
    fn the_named_place_is_shown() {
        let places = [
            Place::Queue("a".to_owned()),
            Set::Dead.into(),
            Set::Retries.into(),
        ];
        let locations: Vec<_> = places.into_iter().map(stored).collect();
        let path = pick_path("j/1", &locations[2].entry.id);
        assert!(path.starts_with("/jobs/j%2F1?pick=retries~"), "{path}");
        let detail = JobDetail {
            jid: String::new(),
            locations,
            scanned: 3,
            total: 3,
            revealed: false,
        };
        let (_, query) = path.split_once('?').unwrap();
        assert_eq!(Address::read(None, query).chosen(&detail), 2);
        assert_eq!(Address::read(None, "pick=nonsense").chosen(&detail), 0);
    }
}
