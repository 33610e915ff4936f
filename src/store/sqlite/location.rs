//! Where the file is: what stands behind `sqlite:`.

use crate::store::{StoreError, StoreResult};
use std::path::PathBuf;

/// A store's file and how to write it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Location {
    /// The file.
    pub(super) path: PathBuf,
    /// How often a change is forced to the disk.
    pub(super) synchronous: Synchronous,
    /// What to call it in messages: `sqlite:PATH`.
    pub(super) address: String,
}

/// How often a change is forced to the disk. Either way the end of a process, however sudden, loses nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Synchronous {
    /// Before each answer: a loss of power loses nothing either.
    #[default]
    Full,
    /// Now and then: a loss of power may take the last changes with it, the file stays sound.
    Normal,
}

impl Synchronous {
    /// The pragma's value.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Full => "FULL",
            Self::Normal => "NORMAL",
        }
    }
}

impl Location {
    /// Reads `PATH`, `//PATH`, each with or without `?synchronous=full|normal`.
    pub(super) fn parse(text: &str) -> StoreResult<Self> {
        let error = |reason: String| StoreError::Address {
            address: format!("sqlite:{text}"),
            reason,
        };
        let (path, options) = text.split_once('?').unwrap_or((text, ""));
        let path = path.strip_prefix("//").unwrap_or(path);
        if path.is_empty() {
            return Err(error(
                "it names no file: write `sqlite:PATH`, such as `sqlite:jobdeck.db`".to_owned(),
            ));
        }
        if path.starts_with(":memory:") {
            return Err(error(
                "jobs kept in memory only would be lost with the process: name a file, such as `sqlite:jobdeck.db`"
                    .to_owned(),
            ));
        }
        if path.contains('\0') {
            return Err(error("a file's name cannot hold a zero byte".to_owned()));
        }
        let synchronous = match options {
            "" | "synchronous=full" => Synchronous::Full,
            "synchronous=normal" => Synchronous::Normal,
            other => {
                return Err(error(format!(
                    "`{other}` is no option: there are `?synchronous=full` (default) and `?synchronous=normal`; \
                     a file's name cannot hold a question mark"
                )));
            }
        };
        Ok(Self {
            path: PathBuf::from(path),
            synchronous,
            address: format!("sqlite:{path}"),
        })
    }

    /// The error that this file is no use, and why.
    pub(super) fn unusable(&self, reason: impl Into<String>) -> StoreError {
        StoreError::Unusable {
            address: self.address.clone(),
            reason: reason.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Location, Synchronous};
    use std::path::Path;

    #[test]
    fn each_form_of_address_names_its_file() {
        for (text, path) in [
            ("jobdeck.db", "jobdeck.db"),
            ("//jobdeck.db", "jobdeck.db"),
            ("/var/lib/jobs.db", "/var/lib/jobs.db"),
            ("///var/lib/jobs.db", "/var/lib/jobs.db"),
            ("some folder/jobs 1.db", "some folder/jobs 1.db"),
        ] {
            let location = Location::parse(text).unwrap();
            assert_eq!(location.path, Path::new(path));
            assert_eq!(location.address, format!("sqlite:{path}"));
            assert_eq!(location.synchronous, Synchronous::Full);
        }
        let location = Location::parse("jobs.db?synchronous=normal").unwrap();
        assert_eq!(location.path, Path::new("jobs.db"));
        assert_eq!(location.synchronous, Synchronous::Normal);
    }

    #[test]
    fn what_names_no_file_is_refused_with_what_to_write_instead() {
        for (text, expected) in [
            ("", "names no file"),
            ("//", "names no file"),
            (":memory:", "name a file"),
            ("jobs.db?mode=ro", "`mode=ro` is no option"),
            ("a\0b", "zero byte"),
        ] {
            let error = Location::parse(text).unwrap_err().to_string();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}
