//! Which queues and stores somebody is limited to.

use super::NamePattern;
use serde::{Deserialize, Serialize};
use std::{fmt, sync::Arc};

/// Names that somebody is limited to, of queues for example; all, unless it says otherwise. Cheap to clone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "Option<Vec<String>>", try_from = "Option<Vec<String>>")]
pub struct Limit(Option<Arc<[NamePattern]>>);

impl Limit {
    /// No limit: all names.
    #[must_use]
    pub fn none() -> Self {
        Self(None)
    }

    /// Only names that one of these means.
    #[must_use]
    pub fn to(patterns: impl IntoIterator<Item = NamePattern>) -> Self {
        Self(Some(patterns.into_iter().collect()))
    }

    /// Whether there is no limit.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.0.is_none()
    }

    /// The patterns of the names; none where there is no limit.
    pub fn patterns(&self) -> impl Iterator<Item = &NamePattern> {
        self.0.iter().flat_map(|patterns| patterns.iter())
    }

    /// Whether this is one of the names. What has no name is none of them, where there is a limit.
    #[must_use]
    pub fn includes(&self, name: &str) -> bool {
        match &self.0 {
            None => true,
            Some(patterns) => {
                !name.is_empty() && patterns.iter().any(|pattern| pattern.matches(name))
            }
        }
    }

    /// Whether every name within another limit is within this one, as far as their patterns tell.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(own), Some(others)) => others
                .iter()
                .all(|other| own.iter().any(|pattern| pattern.covers(other))),
        }
    }

    /// What either of them allows.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        match (&self.0, &other.0) {
            (None, _) | (_, None) => Self::none(),
            (Some(own), Some(others)) => {
                let mut patterns = own.to_vec();
                patterns.extend(others.iter().filter(|other| !own.contains(other)).cloned());
                Self::to(patterns)
            }
        }
    }
}

impl From<Limit> for Option<Vec<String>> {
    fn from(limit: Limit) -> Self {
        let patterns = limit.0?;
        Some(patterns.iter().map(ToString::to_string).collect())
    }
}

impl TryFrom<Option<Vec<String>>> for Limit {
    type Error = String;

    fn try_from(texts: Option<Vec<String>>) -> Result<Self, String> {
        let Some(texts) = texts else {
            return Ok(Self::none());
        };
        let patterns: Result<Vec<_>, _> = texts.iter().map(|text| NamePattern::new(text)).collect();
        Ok(Self::to(patterns?))
    }
}

/// For people: `photos*, mail`; nothing where there is no limit.
impl fmt::Display for Limit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, pattern) in self.patterns().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            write!(formatter, "{comma}{pattern}")?;
        }
        Ok(())
    }
}

/// Which queues and stores somebody is limited to. Cheap to clone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Scope {
    /// Names of queues: only their jobs are shown, and can be changed.
    #[serde(skip_serializing_if = "Limit::is_none")]
    pub queues: Limit,
    /// Names of stores.
    #[serde(skip_serializing_if = "Limit::is_none")]
    pub stores: Limit,
}

impl Scope {
    /// Everything.
    #[must_use]
    pub fn all() -> Self {
        Self::default()
    }

    /// Whether there is no limit.
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.queues.is_none() && self.stores.is_none()
    }

    /// What either of them allows. Queues are those of some stores: where two differ in both, all queues of the one with all stores of the other
    /// would be more than either allows, and only this one counts.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        let covers = |one: &Self, other: &Self| {
            one.queues.covers(&other.queues) && one.stores.covers(&other.stores)
        };
        if covers(other, self) {
            return other.clone();
        }
        if self.stores == other.stores {
            return Self {
                queues: self.queues.or(&other.queues),
                stores: self.stores.clone(),
            };
        }
        if self.queues == other.queues {
            return Self {
                queues: self.queues.clone(),
                stores: self.stores.or(&other.stores),
            };
        }
        self.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::{Limit, Scope};
    use crate::model::NamePattern;

    fn limit(texts: &[&str]) -> Limit {
        Limit::to(texts.iter().map(|text| NamePattern::new(text).unwrap()))
    }

    #[test]
    fn only_what_one_of_the_patterns_means_is_within_a_limit() {
        let limit = limit(&["photos*", "mail"]);
        for name in ["photos", "photos_large", "mail"] {
            assert!(limit.includes(name), "{name}");
        }
        for name in ["", "mails", "photo", "secret"] {
            assert!(!limit.includes(name), "{name}");
            assert!(Limit::none().includes(name), "{name}");
        }
        assert!(!super::Limit::to([]).includes("mail"));
        assert!(
            !self::limit(&["*"]).includes(""),
            "no queue is none of them"
        );
    }

    #[test]
    fn a_limit_covers_what_is_narrower() {
        let wide = limit(&["photos*", "mail"]);
        assert!(wide.covers(&wide) && Limit::none().covers(&wide));
        assert!(wide.covers(&limit(&["photos_large"])) && wide.covers(&Limit::to([])));
        for other in [Limit::none(), limit(&["*"]), limit(&["mail", "other"])] {
            assert!(!wide.covers(&other), "{other}");
        }
    }

    #[test]
    fn of_two_limits_what_either_allows_is_allowed() {
        let both = limit(&["a", "b"]).or(&limit(&["b", "c*"]));
        assert_eq!(both.to_string(), "a, b, c*");
        assert!(limit(&["a"]).or(&Limit::none()).is_none());
    }

    #[test]
    fn a_scope_reads_back_and_what_was_written_without_one_has_none() {
        let scope = Scope {
            queues: limit(&["photos*"]),
            stores: Limit::none(),
        };
        let json = serde_json::to_string(&scope).unwrap();
        assert_eq!(json, r#"{"queues":["photos*"]}"#);
        assert_eq!(serde_json::from_str::<Scope>(&json).ok(), Some(scope));
        assert_eq!(serde_json::from_str::<Scope>("{}").ok(), Some(Scope::all()));
        // What cannot be read is no permission.
        assert!(serde_json::from_str::<Scope>(r#"{"queues":[" "]}"#).is_err());
        let none: Scope = serde_json::from_str(r#"{"queues":[]}"#).unwrap();
        assert!(!none.is_all() && !none.queues.includes("a"));
    }

    #[test]
    fn two_together_allow_no_more_than_one_or_the_other() {
        let scope = |queues: &[&str], stores: &[&str]| Scope {
            queues: if queues.is_empty() {
                Limit::none()
            } else {
                limit(queues)
            },
            stores: if stores.is_empty() {
                Limit::none()
            } else {
                limit(stores)
            },
        };
        for (one, other, together) in [
            // The same stores, or the same queues: both.
            (
                scope(&["mail"], &[]),
                scope(&["photos"], &[]),
                scope(&["mail", "photos"], &[]),
            ),
            (
                scope(&["mail"], &["eu"]),
                scope(&["mail"], &["us"]),
                scope(&["mail"], &["eu", "us"]),
            ),
            // One is within the other.
            (
                scope(&["mail"], &["eu"]),
                scope(&["mail*"], &[]),
                scope(&["mail*"], &[]),
            ),
            (scope(&[], &[]), scope(&["mail"], &["eu"]), scope(&[], &[])),
            // All queues of one with all stores of the other is what neither allows.
            (
                scope(&["mail"], &[]),
                scope(&[], &["staging"]),
                scope(&["mail"], &[]),
            ),
            (
                scope(&["mail"], &["eu"]),
                scope(&["photos"], &["us"]),
                scope(&["mail"], &["eu"]),
            ),
        ] {
            assert_eq!(one.or(&other), together, "{one:?} {other:?}");
        }
    }
}
