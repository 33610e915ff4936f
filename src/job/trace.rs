//! Error traces as Sidekiq stores them: a JSON array of lines, zlib, Base64.

/// The lines of an `error_backtrace` field, from its JSON text: old and new coding, or a plain array.
///
/// # Errors
/// Why it cannot be read. A trace of more than 4 MiB unpacked is cut there.
pub fn decode_trace(json: &str) -> Result<Vec<String>, String> {
    let _ = json;
    unimplemented!()
}

/// Lines as the JSON text of an `error_backtrace` field (without line feeds, as since 7.2.1).
#[must_use]
pub fn encode_trace(lines: &[String]) -> String {
    let _ = lines;
    unimplemented!()
}

/// Whether a frame is the application's own code rather than a library's or the runtime's.
#[must_use]
pub(super) fn is_own(line: &str) -> bool {
    let _ = line;
    unimplemented!()
}
