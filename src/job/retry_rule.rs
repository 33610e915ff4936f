//! The `retry` field.

use super::Job;
use std::time::Duration;

/// How often a failed job is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryRule {
    /// The default count, 25 (`true`).
    Default,
    /// This many times (`N`); 0 dies at the first failure.
    Times(u32),
    /// Never, and not kept either (`false`).
    Never,
    /// The field is missing or null.
    Unset,
}

impl RetryRule {
    /// Retries by default.
    pub const DEFAULT_TIMES: u32 = 25;

    /// From the field's JSON text, as Ruby takes it: whatever is no count and not `false` or `null` is as good as `true`. A negative count
    /// is none, one beyond 32 bits is cut there.
    #[must_use]
    pub fn from_json(json: Option<&str>) -> Self {
        match json {
            Some("false") => Self::Never,
            None | Some("null") => Self::Unset,
            Some(text) => text.parse::<i128>().map_or(Self::Default, |times| {
                Self::Times(u32::try_from(times.max(0)).unwrap_or(u32::MAX))
            }),
        }
    }

    /// From what somebody writes for a new job: `true`, `false` or a count, and nothing else.
    #[must_use]
    pub fn from_input(text: &str) -> Option<Self> {
        match Self::from_json(Some(text)) {
            Self::Unset => None,
            Self::Default if text != "true" => None,
            rule => Some(rule),
        }
    }

    /// As JSON text; `true` when unset.
    #[must_use]
    pub fn to_json(self) -> String {
        match self {
            Self::Default | Self::Unset => "true".to_owned(),
            Self::Never => "false".to_owned(),
            Self::Times(times) => times.to_string(),
        }
    }
}

/// What the `retry` and `retry_for` fields say, in words.
pub(crate) fn in_words(job: &Job) -> String {
    let rule = job.retry_rule();
    if let Some(seconds) = job.integer("retry_for").filter(|seconds| *seconds > 0)
        && !matches!(rule, RetryRule::Never | RetryRule::Times(0))
    {
        let span = Duration::from_secs(seconds.unsigned_abs());
        return format!(
            "for {} from the first failure",
            humantime::format_duration(span)
        );
    }
    match rule {
        RetryRule::Default => times(RetryRule::DEFAULT_TIMES),
        RetryRule::Times(0) => "no times: dead at the first failure".to_owned(),
        RetryRule::Times(count) => times(count),
        RetryRule::Never => "never".to_owned(),
        RetryRule::Unset => "not said".to_owned(),
    }
}

fn times(count: u32) -> String {
    if count == 1 {
        "once".to_owned()
    } else {
        format!("{count} times")
    }
}

#[cfg(test)]
mod tests {
    use super::{RetryRule, in_words};
    use crate::job::Job;

    #[test]
    fn the_field_reads_as_sidekiq_takes_it() {
        assert_eq!(RetryRule::from_json(Some("true")), RetryRule::Default);
        assert_eq!(RetryRule::from_json(Some("false")), RetryRule::Never);
        assert_eq!(RetryRule::from_json(Some("0")), RetryRule::Times(0));
        assert_eq!(RetryRule::from_json(Some("-3")), RetryRule::Times(0));
        assert_eq!(
            RetryRule::from_json(Some("99999999999")),
            RetryRule::Times(u32::MAX)
        );
        for unsaid in [None, Some("null")] {
            assert_eq!(RetryRule::from_json(unsaid), RetryRule::Unset);
        }
        // Ruby takes all of these for true.
        for odd in ["\"5\"", "\"\"", "5.5", "[]", "{}"] {
            assert_eq!(RetryRule::from_json(Some(odd)), RetryRule::Default, "{odd}");
        }
    }

    #[test]
    fn words_say_what_happens() {
        for (fields, words) in [
            ("\"retry\":true", "25 times"),
            ("\"retry\":5", "5 times"),
            ("\"retry\":1", "once"),
            ("\"retry\":0", "no times: dead at the first failure"),
            ("\"retry\":false", "never"),
            (
                "\"retry\":true,\"retry_for\":3600",
                "for 1h from the first failure",
            ),
            ("\"retry\":false,\"retry_for\":3600", "never"),
            ("\"retry\":\"5\"", "25 times"),
            ("\"retry\":null", "not said"),
            ("\"queue\":\"x\"", "not said"),
        ] {
            assert_eq!(in_words(&Job::new(format!("{{{fields}}}"))), words);
        }
    }
}
