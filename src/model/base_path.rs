//! What stands before the path of everything that is served.

use serde::Deserialize;
use std::{fmt, str::FromStr, sync::Arc};

/// Longest base path.
const LONGEST: usize = 200;

/// What stands before the path of everything that is served: `/jobs`, or nothing. Everywhere else paths are written without it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct BasePath(Option<Arc<str>>);

/// Why a text is no base path; says what to write instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no base path: {reason}")]
pub struct BasePathError {
    text: String,
    reason: &'static str,
}

impl BasePath {
    /// What answers at the root as well, because probes that ask there know of no base path.
    pub const AT_THE_ROOT: [&'static str; 3] = ["/healthz", "/readyz", "/metrics"];

    /// As text, without a slash at its end; empty when there is none.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_deref().unwrap_or_default()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// The address of a path of this server, with its query and fragment if it has them. What is relative to a page stays as it is.
    #[must_use]
    pub fn address(&self, path: &str) -> String {
        let base = self.as_str();
        match path.strip_prefix('/') {
            // The first page is at the base path itself.
            Some(rest) if !base.is_empty() && (rest.is_empty() || rest.starts_with(['?', '#'])) => {
                format!("{base}{rest}")
            }
            Some(_) => format!("{base}{path}"),
            None => path.to_owned(),
        }
    }

    /// What stands before the paths of something that is below it, such as `/s/emails`.
    #[must_use]
    pub fn join(&self, below: &str) -> Self {
        let path = format!("{self}{}", below.trim_end_matches('/'));
        Self((!path.is_empty()).then(|| path.into()))
    }

    /// The path behind it, always with a slash before it; nothing for a path of something else.
    #[must_use]
    pub fn behind<'path>(&self, path: &'path str) -> Option<&'path str> {
        match path.strip_prefix(self.as_str())? {
            "" => Some("/"),
            rest if rest.starts_with('/') => Some(rest),
            _ => None,
        }
    }
}

impl fmt::Display for BasePath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl TryFrom<String> for BasePath {
    type Error = BasePathError;

    fn try_from(text: String) -> Result<Self, BasePathError> {
        text.parse()
    }
}

impl FromStr for BasePath {
    type Err = BasePathError;

    fn from_str(text: &str) -> Result<Self, BasePathError> {
        let wrong = |reason| {
            Err(BasePathError {
                text: text.chars().take(LONGEST).collect(),
                reason,
            })
        };
        let path = text.strip_suffix('/').unwrap_or(text);
        if path.is_empty() {
            return Ok(Self(None));
        }
        if path.contains("://") {
            return wrong("write the path alone, without scheme and host, such as `/jobs`");
        }
        let Some(segments) = path.strip_prefix('/') else {
            return wrong("begin it with a slash, such as `/jobs`");
        };
        if path.contains(['?', '#']) {
            return wrong("leave out its query and fragment");
        }
        if path.len() > LONGEST {
            return wrong("it may have 200 characters");
        }
        for segment in segments.split('/') {
            if segment.is_empty() {
                return wrong("two slashes stand side by side");
            }
            if segment == "." || segment == ".." {
                return wrong("browsers leave out `.` and `..`: write where it leads");
            }
            let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
            if !segment.bytes().all(is_plain) {
                return wrong("it may have letters from a to z, digits, `-`, `.`, `_` and `~`");
            }
        }
        if Self::AT_THE_ROOT.contains(&path) {
            return wrong("probes ask there: choose another one");
        }
        Ok(Self(Some(path.into())))
    }
}

#[cfg(test)]
mod tests {
    use super::BasePath;

    fn base(text: &str) -> BasePath {
        text.parse().unwrap()
    }

    #[test]
    fn a_slash_at_its_end_counts_for_nothing() {
        assert_eq!(base("/jobs/"), base("/jobs"));
        assert_eq!(base("/"), BasePath::default());
        assert_eq!(base(""), BasePath::default());
        assert_eq!(base("/tools/jobs-2.0_a~b").as_str(), "/tools/jobs-2.0_a~b");
    }

    #[test]
    fn what_is_none_says_why() {
        for (text, reason) in [
            ("jobs", "begin it with a slash"),
            ("https://example.com/jobs", "without scheme and host"),
            ("//example.com", "two slashes"),
            ("/a//b", "two slashes"),
            ("/jobs//", "two slashes"),
            ("/a/../b", "`..`"),
            ("/.", "`.`"),
            ("/jobs?a=b", "query"),
            ("/jobs#a", "fragment"),
            ("/my jobs", "letters"),
            ("/a%2Fb", "letters"),
            ("/über", "letters"),
            ("/a\"b", "letters"),
            ("/healthz", "probes"),
        ] {
            let error = text.parse::<BasePath>().unwrap_err().to_string();
            assert!(error.starts_with(&format!("`{text}` is no")), "{error}");
            assert!(error.contains(reason), "{text}: {error}");
        }
        assert!(format!("/{}", "a".repeat(200)).parse::<BasePath>().is_err());
    }

    #[test]
    fn an_address_has_it_once() {
        for (path, address) in [
            ("/", "/jobs"),
            ("/dead", "/jobs/dead"),
            ("/jobs/a%2520b", "/jobs/jobs/a%2520b"),
            ("/?a=b", "/jobs?a=b"),
            ("/#main", "/jobs#main"),
            ("?sort=size", "?sort=size"),
            ("#main", "#main"),
            ("", ""),
        ] {
            assert_eq!(base("/jobs").address(path), address, "{path}");
            assert_eq!(base("").address(path), path);
        }
    }

    #[test]
    fn only_whole_parts_of_a_path_are_it() {
        let jobs = base("/jobs");
        for (path, behind) in [
            ("/jobs", Some("/")),
            ("/jobs/", Some("/")),
            ("/jobs/jobs/x", Some("/jobs/x")),
            ("/jobs//x", Some("//x")),
            ("/jobsx", None),
            ("/", None),
            ("/dead", None),
        ] {
            assert_eq!(jobs.behind(path), behind, "{path}");
        }
        assert_eq!(base("").behind("/dead"), Some("/dead"));
        assert_eq!(base("").behind("/"), Some("/"));
    }
}
