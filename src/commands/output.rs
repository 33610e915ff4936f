//! What commands write.

use std::{fmt::Display, io::Write};

/// A line on standard output. A reader that has gone away (`| head`) is no error.
pub(super) fn line(text: impl Display) {
    let mut output = std::io::stdout().lock();
    let _ = writeln!(output, "{text}").and_then(|()| output.flush());
}

/// The line on standard error that says why the command failed.
pub(super) fn error(reason: impl Display) {
    let _ = writeln!(std::io::stderr().lock(), "jobdeck: {reason}");
}

/// Bytes on standard output, as they are.
pub(super) fn text(bytes: &[u8]) {
    let mut output = std::io::stdout().lock();
    let _ = output.write_all(bytes).and_then(|()| output.flush());
}

/// A line on standard error beside what a command writes.
pub(super) fn note(text: impl Display) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// On one line and without control characters, which a terminal would obey.
pub(super) fn printable(text: &str) -> String {
    text.chars()
        .map(|character| {
            if character.is_control() {
                ' '
            } else {
                character
            }
        })
        .collect()
}
