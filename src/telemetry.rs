//! The log: to standard error, as text or as JSON lines.

use crate::config::{LogConfig, LogFormat};
use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

/// Whether the filter of the settings is understood.
///
/// # Errors
/// What is wrong with it, and what to write instead.
pub fn check(config: &LogConfig) -> Result<(), String> {
    filter(config).map(|_| ())
}

fn filter(config: &LogConfig) -> Result<EnvFilter, String> {
    EnvFilter::builder().parse(&config.filter).map_err(|error| {
        format!(
            "`log.filter` is not understood: {error}; write a level such as `info`, or `info,jobdeck::store=debug`"
        )
    })
}

/// Starts writing the log. Only the first call does anything.
///
/// # Errors
/// As [`check`].
pub fn start(config: &LogConfig) -> Result<(), String> {
    let filter = filter(config)?;
    // https://no-color.org: any value but the empty one.
    let colours_refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        // What cannot be written would be told on standard error, which panics when nobody reads that any more; and whoever logs has
        // something more important to do.
        .log_internal_errors(false)
        .with_ansi(std::io::stderr().is_terminal() && !colours_refused);
    // A second call is a test's, and finds the log running.
    let _ = match config.format {
        LogFormat::Text => log.try_init(),
        LogFormat::Json => log.json().try_init(),
    };
    Ok(())
}
