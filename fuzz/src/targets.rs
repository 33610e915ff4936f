//! What is told any bytes, and what must hold of it whatever they are. A function panics where something does not.

use jobdeck::{
    config::Sources,
    job::{Job, decode_trace, digest, encode_trace},
    model::{EntryId, JobFilter, Place, Set, Timestamp},
    redaction::Redactor,
    search::{Caret, Matcher, Query},
    shown,
};
use serde_json::{Value, value::RawValue};
use std::sync::LazyLock;

/// What is given some bytes.
pub type Target = fn(&[u8]);

/// All of them, by name.
pub const TARGETS: [(&str, Target); 4] = [
    ("job", job),
    ("search", search),
    ("entry_id", entry_id),
    ("configuration", configuration),
];

/// Names that a job is asked for.
const FIELDS: [&str; 6] = ["jid", "class", "args", "retry", "error_message", "at"];

/// An entry of a store: its bytes stay as they are, what can be read is read, and an edit changes one value and nothing else.
pub fn job(data: &[u8]) {
    let job = Job::new(data.to_vec());
    assert_eq!(job.raw(), data, "the stored bytes are not touched");
    let text = std::str::from_utf8(data).ok();
    let raw: Option<&RawValue> = text.and_then(|text| serde_json::from_str(text).ok());
    let is_object = raw.is_some_and(|raw| raw.get().starts_with('{'));
    assert_eq!(
        job.malformed().is_none(),
        is_object,
        "an object is a job, and nothing else"
    );

    let id = EntryId {
        place: Place::Set(Set::Dead),
        position: 1_795_470_707.5,
        digest: digest(data),
    };
    let open = shown::entry(id.clone(), &job, true, &Redactor::default());
    assert_eq!(open.id, id);
    let shown = shown::entry(id.clone(), &job, true, &Redactor::none());
    assert_eq!(shown.id, id);
    let _ = (
        job.shown_class(),
        job.handler_class(),
        job.retry_rule(),
        job.tags(),
    );
    for limit in [1, 20, 1000] {
        let length = job.shown_args(limit).chars().count();
        assert!(
            length <= limit + 1,
            "{length} characters where {limit} were asked for"
        );
    }
    for name in FIELDS {
        let _ = (
            job.string(name),
            job.integer(name),
            job.boolean(name),
            job.time(name),
        );
    }
    if let Some(Ok(lines)) = job.field("error_backtrace").map(decode_trace) {
        // The same lines, or, of too many, those that fitted.
        let again = decode_trace(&encode_trace(&lines)).expect("what was written can be read");
        assert_eq!(again, lines);
    }
    if is_object {
        edits(&job);
    }
}

fn edits(job: &Job) {
    let before: Vec<Option<&str>> = FIELDS.iter().map(|name| job.field(name)).collect();
    for (name, value) in [("retry_count", "7"), ("ü\"n", "{\"a\":[1.0]}")] {
        let edited = job
            .edited(&[(name, value)])
            .expect("an object can be edited");
        assert_eq!(edited.malformed(), None);
        assert_eq!(edited.field(name), Some(value));
        let after: Vec<Option<&str>> = FIELDS.iter().map(|name| edited.field(name)).collect();
        assert_eq!(after, before, "an edit changes nothing else");
        let twice = edited.edited(&[(name, value)]).expect("an object");
        assert_eq!(
            twice.raw(),
            edited.raw(),
            "the same edit again changes nothing"
        );
    }
    for path in ["args.0", "args.0.id", "custom"] {
        if let Ok(edited) = job.edited_at(path, "\"x\"") {
            assert_eq!(edited.malformed(), None);
            assert_eq!(edited.value_at(path).ok(), Some("\"x\""));
        }
    }
}

/// Jobs that searches are asked about.
static JOBS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let mut jobs = crate::seeds::jobs();
    jobs.truncate(12);
    jobs.push(b"no job".to_vec());
    jobs.push(b"{}".to_vec());
    jobs
});

/// A search: what is understood is written in one form that is understood the same, and every job either is meant or is not.
pub fn search(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let length = text.chars().count();
    for at in [0, length / 2, length, length + 1] {
        let caret = Caret::of(&text, at);
        assert!(caret.start <= caret.end && caret.end <= length, "{caret:?}");
    }
    let query: Query = match text.parse() {
        Ok(query) => query,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    let written = query.to_string();
    let again: Query = match written.parse() {
        Ok(again) => again,
        Err(error) => panic!("`{written}` was written and is not understood: {error}"),
    };
    assert_eq!(again, query, "`{written}` means something else");
    assert_eq!(again.to_string(), written);

    let opposite = Query::Not(Box::new(query)).to_string();
    // What is nested as deep as may be cannot be put into something else.
    let Ok(mut others) = matcher(&opposite) else {
        return;
    };
    let mut those = matcher(&written).expect("it was understood");
    for raw in JOBS.iter() {
        let raw = raw.clone().into();
        let is_meant = those.job(1_795_470_707.5, &raw).is_some();
        let is_other = others.job(1_795_470_707.5, &raw).is_some();
        assert_ne!(
            is_meant,
            is_other,
            "`{written}` and `{opposite}` agree on {}",
            String::from_utf8_lossy(&raw)
        );
    }
}

fn matcher(query: &str) -> Result<Matcher, String> {
    let filter = JobFilter {
        query: Some(query.to_owned()),
        ..JobFilter::default()
    };
    let now = Timestamp(1_795_480_000_000);
    Matcher::new(&filter, &Place::Set(Set::Dead), now).map_err(|error| error.to_string())
}

/// The address of an entry: what is understood is written in a form that is understood the same.
pub fn entry_id(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    match text.parse::<EntryId>() {
        Ok(id) => {
            let written = id.to_string();
            assert_eq!(written.parse::<EntryId>().as_ref(), Ok(&id), "{written}");
            let json = serde_json::to_string(&id).expect("JSON");
            let read: EntryId = serde_json::from_str(&json).expect("what was written");
            assert_eq!(read, id);
        }
        Err(error) => assert!(error.0.chars().count() <= 200),
    }
}

/// A file of settings: each complaint names a line that there is, what is understood is shown in TOML, and is no other than itself.
pub fn configuration(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    // The one thing that reads another file.
    if text.contains("url_file") {
        return;
    }
    let lines = text.matches('\n').count() + 1;
    match Sources::default().load_text(&text) {
        Ok(loaded) => {
            assert_eq!(loaded.changes(&loaded.clone()), []);
            for value in &loaded.values {
                let Some(shown) = &value.shown else {
                    continue;
                };
                let table = format!("value = {shown}").parse::<toml::Table>();
                assert!(table.is_ok(), "`{shown}` is no TOML");
            }
        }
        Err(error) => {
            assert!(!error.0.is_empty());
            for problem in error.0 {
                assert!(!problem.reason.trim().is_empty());
                if let Some(line) = problem.source.strip_prefix("jobdeck.toml:") {
                    let line: usize = line.parse().expect("a number");
                    assert!((1..=lines).contains(&line), "{problem}");
                }
            }
        }
    }
}

/// What a dump holds, with every text in it.
pub(crate) fn texts(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => found.push(text.clone()),
        Value::Array(list) => list.iter().for_each(|value| texts(value, found)),
        Value::Object(map) => map.values().for_each(|value| texts(value, found)),
        _ => {}
    }
}
