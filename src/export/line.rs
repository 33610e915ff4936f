//! One job as a line of NDJSON: `{"place":"dead","score":1795470707.8316345,"job":{…}}`.
//!
//! What cannot stand in a line as it is (no JSON object, or one that is written over several lines) is Base64: `"raw":"…"`.

use super::{FiledJob, Row};
use crate::job::json_quoted;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Deserialize;
use serde_json::value::RawValue;

/// What is written of a job.
pub(super) enum Body<'job> {
    /// The exact bytes.
    Exact(&'job [u8]),
    /// A text without its secrets.
    Redacted(&'job str),
}

/// Adds the line.
pub(super) fn write(line: &mut Vec<u8>, place: &str, score: Option<f64>, body: &Body<'_>) {
    line.extend_from_slice(b"{\"place\":");
    line.extend_from_slice(json_quoted(place).as_bytes());
    if let Some(score) = score {
        line.extend_from_slice(b",\"score\":");
        line.extend_from_slice(score_text(score).as_bytes());
    }
    match body {
        Body::Exact(raw) => match std::str::from_utf8(raw).ok().filter(|text| fits(text)) {
            Some(text) => {
                line.extend_from_slice(b",\"job\":");
                line.extend_from_slice(text.as_bytes());
            }
            None => {
                line.extend_from_slice(b",\"raw\":\"");
                line.extend_from_slice(STANDARD.encode(raw).as_bytes());
                line.push(b'"');
            }
        },
        Body::Redacted(text) => {
            line.extend_from_slice(b",\"redacted\":true");
            if fits(text) {
                line.extend_from_slice(b",\"job\":");
                line.extend_from_slice(text.as_bytes());
            } else {
                line.extend_from_slice(b",\"text\":");
                line.extend_from_slice(json_quoted(text).as_bytes());
            }
        }
    }
    line.extend_from_slice(b"}\n");
}

/// Adds the last line, which says that nothing is missing.
pub(super) fn write_end(line: &mut Vec<u8>, jobs: u64, redacted: u64) {
    line.extend_from_slice(
        format!("{{\"complete\":true,\"jobs\":{jobs},\"redacted_jobs\":{redacted}}}\n").as_bytes(),
    );
}

/// Whether a text can be a value of the line and be found there as it is.
fn fits(text: &str) -> bool {
    text.starts_with('{')
        && text.ends_with('}')
        && !text.contains(['\n', '\r'])
        && serde_json::from_str::<&RawValue>(text).is_ok()
}

/// The shortest number that reads back as the same; what is no number for JSON is a text.
fn score_text(score: f64) -> String {
    if score.is_finite() {
        score.to_string()
    } else {
        format!("\"{score}\"")
    }
}

#[derive(Deserialize)]
struct Line<'line> {
    place: Option<String>,
    #[serde(borrow)]
    score: Option<&'line RawValue>,
    #[serde(borrow)]
    job: Option<&'line RawValue>,
    raw: Option<String>,
    #[serde(default)]
    redacted: bool,
    #[serde(default)]
    complete: bool,
    jobs: Option<u64>,
}

/// What a line says, or why it cannot be imported.
pub(super) fn read(line: &[u8]) -> Result<Row, String> {
    let line: Line<'_> = serde_json::from_slice(line).map_err(|error| {
        // What serde says of the line within the line is 1 always.
        format!(
            "it is no line of an export: {}",
            without_line(&error.to_string())
        )
    })?;
    if line.complete && line.place.is_none() {
        return Ok(Row::End {
            jobs: line.jobs.unwrap_or_default(),
        });
    }
    if line.redacted {
        return Err(REDACTED.to_owned());
    }
    let raw = match (line.job, line.raw) {
        (Some(job), None) => job.get().as_bytes().to_vec(),
        (None, Some(raw)) => decoded(&raw)?,
        (Some(_), Some(_)) => return Err("it has both `job` and `raw`: leave one out".to_owned()),
        (None, None) => return Err("it has neither `job` nor `raw`: nothing to import".to_owned()),
    };
    let score = line.score.map(|score| score.get().trim_matches('"'));
    filed(line.place.as_deref().unwrap_or_default(), score, raw).map(Row::Job)
}

/// Why a redacted job is refused.
pub(super) const REDACTED: &str = "its secrets were redacted when it was exported, so it is not the job that it was: export it with its exact bytes";

/// The bytes behind Base64.
pub(super) fn decoded(text: &str) -> Result<Vec<u8>, String> {
    STANDARD
        .decode(text)
        .map_err(|error| format!("its `raw` is no Base64: {error}"))
}

/// A job from its parts as they are written.
pub(super) fn filed(place: &str, score: Option<&str>, raw: Vec<u8>) -> Result<FiledJob, String> {
    let place = place.parse().map_err(|_| match place {
        "" => "it does not say where the job was: `place` is missing".to_owned(),
        other => format!(
            "`{}` is no place: use `scheduled`, `retries`, `dead` or `queue:NAME`",
            other.chars().take(60).collect::<String>()
        ),
    })?;
    let score = match score.filter(|text| !text.is_empty() && *text != "null") {
        None => None,
        Some(text) => match text.parse::<f64>() {
            Ok(score) if !score.is_nan() => Some(score),
            _ => {
                let text: String = text.chars().take(60).collect();
                return Err(format!(
                    "its score `{text}` is no number: give seconds since 1970"
                ));
            }
        },
    };
    Ok(FiledJob {
        place,
        score,
        raw: raw.into(),
    })
}

/// `… at line 1 column 5` without the line, which is the file's business.
fn without_line(message: &str) -> String {
    message.replace(" at line 1 column ", " at character ")
}
