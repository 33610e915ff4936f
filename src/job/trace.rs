//! Error traces as Sidekiq stores them: a JSON array of lines, zlib, Base64.

use super::json;
use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use flate2::Compression;
use flate2::read::{ZlibDecoder, ZlibEncoder};
use std::borrow::Cow;
use std::io::Read;

/// Most bytes of a trace when unpacked: a few kilobytes of zeros can hold gigabytes.
const MOST_BYTES: u64 = 4 * 1024 * 1024;

/// Most lines of a trace; the deepest stacks of real programs have about 12 000.
const MOST_LINES: usize = 20_000;

/// Foreign writers may leave out the padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The lines of an `error_backtrace` field, from its JSON text: old and new coding, or a plain array.
///
/// # Errors
/// Why it cannot be read. A trace of more than 4 MiB unpacked, or of more than 20 000 lines, is cut there and says so in its last line.
pub fn decode_trace(json: &str) -> Result<Vec<String>, String> {
    if json == "null" {
        return Ok(Vec::new());
    }
    if json.starts_with('[') {
        return lines(json, false);
    }
    let coded = json::string(json).ok_or("it is neither a coded text nor an array of lines")?;
    // Up to Sidekiq 7.2.0 a line feed follows every 60 characters.
    let coded: String = coded.split_ascii_whitespace().collect();
    let packed = BASE64
        .decode(coded)
        .map_err(|error| format!("it is not Base64: {error}"))?;
    let mut unpacked = Vec::new();
    ZlibDecoder::new(packed.as_slice())
        .take(MOST_BYTES + 1)
        .read_to_end(&mut unpacked)
        .map_err(|error| format!("it cannot be unpacked (zlib): {error}"))?;
    let cut = unpacked.len() as u64 > MOST_BYTES;
    lines(&String::from_utf8_lossy(&unpacked), cut)
}

/// The lines of a JSON array; when it was `cut`, those before the cut.
fn lines(json: &str, cut: bool) -> Result<Vec<String>, String> {
    let mut lines = Vec::new();
    let read = json::for_each_element(json, |line| {
        if lines.len() < MOST_LINES {
            lines.push(
                json::string(line)
                    .unwrap_or(Cow::Borrowed(line))
                    .into_owned(),
            );
        }
        lines.len() < MOST_LINES
    });
    let too_many = lines.len() >= MOST_LINES;
    if cut || too_many {
        lines.push("… the rest of this very long trace is left out".to_owned());
        return Ok(lines);
    }
    read.map(|()| lines)
        .map_err(|error| format!("it is no array of lines: {error}"))
}

/// The first line of an `error_backtrace` field, from its JSON text, that is the application's own code; nothing when it cannot be read.
#[must_use]
pub fn own_frame(json: &str) -> Option<String> {
    decode_trace(json)
        .ok()?
        .into_iter()
        .find(|line| super::own_code::is_own(line))
}

/// Lines as the JSON text of an `error_backtrace` field (without line feeds, as since 7.2.1).
#[must_use]
pub fn encode_trace(lines: &[String]) -> String {
    let json = serde_json::Value::from(lines).to_string();
    let mut packed = Vec::with_capacity(json.len() / 4 + 64);
    // Reading from memory into memory cannot fail.
    let _ = ZlibEncoder::new(json.as_bytes(), Compression::default()).read_to_end(&mut packed);
    json::quoted(&BASE64.encode(packed))
}

#[cfg(test)]
mod tests {
    use super::{MOST_LINES, decode_trace, encode_trace};
    use base64::Engine;
    use proptest::prelude::*;
    use std::io::Read;

    /// A trace from packed bytes.
    fn packed(unpacked: &[u8]) -> String {
        let mut packed = Vec::new();
        flate2::read::ZlibEncoder::new(unpacked, flate2::Compression::best())
            .read_to_end(&mut packed)
            .expect("memory");
        format!("\"{}\"", super::BASE64.encode(packed))
    }

    #[test]
    fn old_and_new_coding_read_the_same() {
        // Written by Sidekiq 6.5.12, with line feeds.
        let old = r#""eJyLVkosKNDPyk8q1k/LScyujAcy9YqSrAyNrDLzFBIKUovS8oty1ZV0EOqS\nEotTQUqMwSqSE3Ny1JViAY8wGGg=\n""#;
        let lines = decode_trace(old).expect("a trace");
        assert_eq!(lines[0], "app/jobs/flaky_job.rb:12:in `perform'");
        assert_eq!(decode_trace(&old.replace("\\n", "")), Ok(lines.clone()));
        assert_eq!(decode_trace(&encode_trace(&lines)), Ok(lines));
    }

    #[test]
    fn a_plain_array_is_a_trace() {
        assert_eq!(
            decode_trace(r#"["a:1:in `b'", 2, null]"#),
            Ok(vec![
                "a:1:in `b'".to_owned(),
                "2".to_owned(),
                "null".to_owned()
            ])
        );
        assert_eq!(decode_trace("null"), Ok(vec![]));
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        for (json, part) in [
            ("12", "neither"),
            ("\"no base 64!\"", "not Base64"),
            ("\"AAAA\"", "cannot be unpacked"),
            (&packed(b"{}"), "no array"),
            (&packed(b"[\"a\""), "no array"),
        ] {
            let error = decode_trace(json).expect_err(json);
            assert!(error.contains(part), "{json}: {error}");
        }
    }

    #[test]
    fn a_bomb_is_cut() {
        let mut bomb = b"[\"first\",\"".to_vec();
        bomb.resize(64 * 1024 * 1024, b'a');
        let lines = decode_trace(&packed(&bomb)).expect("cut");
        assert_eq!(lines.len(), 2, "the first line and the note");
        let many = packed(format!("[{}\"\"]", "\"\",".repeat(100_000)).as_bytes());
        assert_eq!(
            decode_trace(&many).map(|lines| lines.len()),
            Ok(MOST_LINES + 1)
        );
    }

    proptest! {
        #[test]
        fn written_traces_read_back(lines in prop::collection::vec("\\PC*", 0..20)) {
            prop_assert_eq!(decode_trace(&encode_trace(&lines)), Ok(lines));
        }

        #[test]
        fn any_text_is_a_trace_or_says_why(text in "\\PC*", bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let _ = decode_trace(&text);
            let _ = decode_trace(&packed(&bytes));
            let _ = decode_trace(&format!("\"{}\"", super::BASE64.encode(bytes)));
        }
    }
}
