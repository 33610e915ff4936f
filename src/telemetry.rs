//! The log: to standard error, as text or as JSON lines; and what of it, and of traces, is sent to a collector.

mod collector;
mod export;

use crate::config::{LogConfig, LogFormat, OtlpConfig};
use crate::model::visible;
use crate::trace;
use export::Exporters;
use std::{fmt::Debug, io::IsTerminal, sync::OnceLock};
use tracing::field::Field;
use tracing_subscriber::{
    EnvFilter, Layer, Registry,
    field::MakeExt as _,
    fmt::{
        self,
        format::{self, Writer},
    },
    layer::SubscriberExt as _,
    reload,
    util::SubscriberInitExt as _,
};

/// Puts another filter in the place of the one that the log was started with.
static FILTER: OnceLock<reload::Handle<EnvFilter, Registry>> = OnceLock::new();

/// What sends traces and the log to a collector.
static EXPORTERS: OnceLock<Exporters> = OnceLock::new();

type Output = Box<dyn Layer<Registry> + Send + Sync>;

/// Whether the filter of the settings is understood.
///
/// # Errors
/// What is wrong with it, and what to write instead.
pub fn check(config: &LogConfig) -> Result<(), String> {
    filter(config).map(|_| ())
}

fn filter(config: &LogConfig) -> Result<EnvFilter, String> {
    // Behind all others: what is made for a collector is no part of the log, whatever that shows.
    let wanted = match config.filter.trim() {
        "" => "error",
        wanted => wanted,
    };
    let text = format!("{wanted},{}=off", trace::TARGET);
    EnvFilter::builder().parse(text).map_err(|error| {
        format!(
            "`log.filter` is not understood: {error}; write a level such as `info`, or `info,jobdeck::store=debug`"
        )
    })
}

/// Starts writing the log; with `otlp` it is sent to a collector as well, as are traces, if the settings name one. Only the first call does
/// anything.
///
/// # Errors
/// As [`check`]; what is wrong with the settings of the collector.
pub fn start(config: &LogConfig, otlp: Option<&OtlpConfig>) -> Result<(), String> {
    let (filter, handle) = reload::Layer::new(filter(config)?);
    let exporters = otlp.map(Exporters::new).transpose()?.flatten();
    let mut written = vec![lines(config.format)];
    written.extend(exporters.as_ref().and_then(Exporters::logs));
    let mut outputs = vec![written.with_filter(filter).boxed()];
    outputs.extend(exporters.as_ref().and_then(Exporters::traces));
    // A second call is a test's, and finds the log running.
    if tracing_subscriber::registry()
        .with(outputs)
        .try_init()
        .is_ok()
    {
        let _ = FILTER.set(handle);
        if let Some(exporters) = exporters {
            let _ = EXPORTERS.set(exporters);
        }
    }
    Ok(())
}

/// Sends what a collector has not got yet. Takes some seconds at most, in which its thread waits; a runtime must still be there.
pub fn stop() {
    if let Some(exporters) = EXPORTERS.get() {
        exporters.stop();
    }
}

/// What writes lines on standard error.
fn lines(format: LogFormat) -> Output {
    // https://no-color.org: any value but the empty one.
    let colours_refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let lines = fmt::layer()
        .with_writer(std::io::stderr)
        // What cannot be written would be told on standard error, which panics when nobody reads that any more; and whoever logs has
        // something more important to do.
        .log_internal_errors(false)
        .with_ansi(std::io::stderr().is_terminal() && !colours_refused);
    match format {
        LogFormat::Text => lines
            .fmt_fields(format::debug_fn(write_field).delimited(" "))
            .boxed(),
        LogFormat::Json => lines.json().boxed(),
    }
}

/// From now on these messages are logged.
///
/// # Errors
/// As [`check`].
pub fn set_filter(config: &LogConfig) -> Result<(), String> {
    let filter = filter(config)?;
    match FILTER.get() {
        Some(handle) => handle.reload(filter).map_err(|error| error.to_string()),
        None => Ok(()),
    }
}

/// Writes the message, or a field as `name=value`, so that an event is one line in which a terminal finds nothing to obey: names and errors
/// of jobs are written by others.
fn write_field(writer: &mut Writer<'_>, field: &Field, value: &dyn Debug) -> std::fmt::Result {
    let text = format!("{value:?}");
    let text = visible(&text);
    match field.name() {
        "message" => writer.write_str(&text),
        name if writer.has_ansi_escapes() => write!(writer, "\x1b[2m{name}=\x1b[0m{text}"),
        name => write!(writer, "{name}={text}"),
    }
}
