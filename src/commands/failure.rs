//! Why a command failed, for the last line of its output.

use crate::{admin::AdminError, bench::BenchError, config::ConfigError, store::StoreError};
use std::{fmt, process::ExitCode};

/// Why a command failed: one line that says what, where, and what to do.
#[derive(Debug)]
pub(super) struct Failure {
    message: String,
    code: u8,
}

impl Failure {
    /// It failed.
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            code: 1,
        }
    }

    /// It was called wrongly.
    pub(super) fn usage(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            code: 2,
        }
    }

    pub(super) fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.code)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // One line, whatever a store or a file put into the text.
        let lines: Vec<&str> = self.message.lines().map(str::trim).collect();
        formatter.write_str(&lines.join(" "))
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::usage(error.to_string())
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Address { .. } | StoreError::Query(_) => Self::usage(error.to_string()),
            _ => Self::new(error.to_string()),
        }
    }
}

impl From<BenchError> for Failure {
    fn from(error: BenchError) -> Self {
        Self::new(error.to_string())
    }
}

impl From<AdminError> for Failure {
    fn from(error: AdminError) -> Self {
        match error {
            AdminError::Store(error) => error.into(),
            AdminError::Job { error, .. } => Self::usage(error.to_string()),
            AdminError::Field { .. } => Self::usage(error.to_string()),
            _ => Self::new(error.to_string()),
        }
    }
}
