//! What commands write.

use crate::model::visible;
use std::{fmt::Display, io::Write};

/// A line on standard output, in which a terminal finds nothing to obey: what is not seen stands there by its code, in JSON as outside it.
/// A reader that has gone away (`| head`) is no error.
pub(super) fn line(text: impl Display) {
    let text = text.to_string();
    let mut output = std::io::stdout().lock();
    let _ = writeln!(output, "{}", visible(&text)).and_then(|()| output.flush());
}

/// The line on standard error that says why the command failed.
pub(super) fn error(reason: impl Display) {
    let reason = reason.to_string();
    let _ = writeln!(std::io::stderr().lock(), "jobdeck: {}", visible(&reason));
}

/// Bytes on standard output, as they are.
pub(super) fn text(bytes: &[u8]) {
    let mut output = std::io::stdout().lock();
    let _ = output.write_all(bytes).and_then(|()| output.flush());
}

/// A line on standard error beside what a command writes.
pub(super) fn note(text: impl Display) {
    let text = text.to_string();
    let _ = writeln!(std::io::stderr().lock(), "{}", visible(&text));
}
