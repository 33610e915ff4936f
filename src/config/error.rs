//! What is wrong with the settings.

use std::fmt;

/// Everything that is wrong with the settings, each in one line: where, what, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError(pub Vec<Problem>);

/// One thing that is wrong with the settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where it was said: `jobdeck.toml:3`, an environment variable, a flag.
    pub source: String,
    /// What is wrong, and what to write instead.
    pub reason: String,
}

impl ConfigError {
    pub(super) fn one(source: impl Into<String>, reason: impl Into<String>) -> Self {
        Self(vec![Problem::new(source, reason)])
    }
}

impl Problem {
    pub(super) fn new(source: impl Into<String>, reason: impl Into<String>) -> Self {
        Self {
            source: source.into(),
            reason: reason.into(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.source, self.reason)
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            if index > 0 {
                formatter.write_str("; ")?;
            }
            problem.fmt(formatter)?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigError {}
