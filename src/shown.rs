//! A stored job as it is shown: by pages, REST, live streams and the command line.
//!
//! Everything that shows a job makes it here, so that nothing can forget to take the secrets out. That is done with the job's bytes before any
//! text is cut: a secret of which only the beginning is shown would not be known for one.

#[cfg(test)]
mod fixtures;

use crate::job::{
    Job, LIST_CHARACTERS, cut, decode_trace, digest, is_own, retry_rule_in_words, tree,
};
use crate::model::{
    EntryId, JobEntry, JobLocation, Place, RunningJob, Timestamp, TraceLine, Whereabouts,
};
use crate::redaction::Redactor;

/// Most labels in a list.
const LIST_TAGS: usize = 20;

/// Fields that have a place of their own on a job's page, as in Sidekiq's Web.
const KNOWN_FIELDS: [&str; 17] = [
    "queue",
    "class",
    "args",
    "retry_count",
    "retried_at",
    "failed_at",
    "jid",
    "error_message",
    "error_class",
    "backtrace",
    "error_backtrace",
    "enqueued_at",
    "retry",
    "wrapped",
    "created_at",
    "tags",
    "display_class",
];

/// The row of an entry; `whole` keeps long texts, otherwise they are cut for a list.
#[must_use]
pub fn entry(id: EntryId, job: &Job, whole: bool, redactor: &Redactor) -> JobEntry {
    open_row(id, job, redactor.job(job).map(Job::new).as_ref(), whole)
}

/// The row of an entry from what may be seen of it, if that is not all.
fn open_row(id: EntryId, job: &Job, open: Option<&Job>, whole: bool) -> JobEntry {
    JobEntry {
        size_bytes: job.raw().len() as u64,
        redacted: open.is_some(),
        ..row(id, open.unwrap_or(job), whole)
    }
}

/// The row of an entry that has these bytes.
fn row(id: EntryId, job: &Job, whole: bool) -> JobEntry {
    let limit = if whole { 0 } else { LIST_CHARACTERS };
    let shown = |name: &str| shown_field(job, name, limit);
    let mut tags = job.tags();
    if !whole {
        tags.truncate(LIST_TAGS);
        tags.iter_mut().for_each(|tag| *tag = cut(tag, limit));
    }
    let queue = job
        .queue()
        .or_else(|| id.place.queue_name().map(str::to_owned));
    JobEntry {
        at: id.place.set().map(|_| Timestamp::from_seconds(id.position)),
        jid: job.jid().unwrap_or_default(),
        class: cut(&job.shown_class(), limit),
        args: job.shown_args(limit),
        queue: queue.unwrap_or_default(),
        created_at: job.time("created_at"),
        enqueued_at: job.time("enqueued_at"),
        failed_at: job.time("failed_at"),
        retried_at: job.time("retried_at"),
        retry_count: job.integer("retry_count"),
        error_class: shown("error_class"),
        error_message: shown("error_message"),
        tags,
        size_bytes: job.raw().len() as u64,
        redacted: false,
        malformed: job.malformed().map(str::to_owned),
        raw: job.malformed().map(|_| cut_raw(job, limit)),
        id,
    }
}

/// All that a job's page shows of one place.
#[must_use]
pub fn location(
    whereabouts: Whereabouts,
    id: EntryId,
    job: &Job,
    redactor: &Redactor,
) -> JobLocation {
    let open = redactor.whole_job(job).map(Job::new);
    let entry = open_row(id, job, open.as_ref(), true);
    let job = open.as_ref().unwrap_or(job);
    let payload = job.shown().text().into_owned();
    let whereabouts = match whereabouts {
        Whereabouts::Running(running) => Whereabouts::Running(RunningJob {
            payload: payload.clone(),
            ..open_running(running, redactor)
        }),
        Whereabouts::Stored => Whereabouts::Stored,
    };
    let (trace, trace_problem) = match job.field("error_backtrace").map(decode_trace) {
        None => (Vec::new(), None),
        Some(Ok(lines)) => (lines, None),
        Some(Err(problem)) => (Vec::new(), Some(problem)),
    };
    let is_as_stored = job.field("args").is_none_or(|args| args == entry.args);
    JobLocation {
        whereabouts,
        args: (!is_as_stored).then(|| tree(&entry.args)).flatten(),
        entry,
        tree: tree(&payload),
        escaped: escaped(job.raw()),
        payload,
        trace: trace
            .into_iter()
            .map(|text| TraceLine {
                own: is_own(&text),
                text,
            })
            .collect(),
        trace_problem,
        extras: job
            .effective_fields()
            .filter(|(name, _)| !KNOWN_FIELDS.contains(&name.as_ref()))
            .map(|(name, value)| (name.into_owned(), value.to_owned()))
            .collect(),
        retry_rule: retry_rule_in_words(job),
    }
}

/// A running job without its secrets, also in what its process reports.
#[must_use]
pub fn open_running(mut run: RunningJob, redactor: &Redactor) -> RunningJob {
    if let Some(progress) = &mut run.progress {
        redactor.hide(&mut progress.message);
    }
    if let Some(redacted) = redactor.whole_job(&Job::new(run.payload.clone())) {
        let job = Job::new(redacted);
        run.class = cut(&job.shown_class(), LIST_CHARACTERS);
        run.args = job.shown_args(LIST_CHARACTERS);
        run.payload = job.text().into_owned();
    }
    run
}

/// The address that a running job's row carries: its queue and its bytes; no store has an entry there.
#[must_use]
pub fn running_id(running: &RunningJob) -> EntryId {
    EntryId {
        place: Place::Queue(running.queue.clone()),
        position: 0.0,
        digest: digest(running.payload.as_bytes()),
    }
}

/// A string field, or another value as it is written; nothing for null.
fn shown_field(job: &Job, name: &str, limit: usize) -> Option<String> {
    match job.text_field(name) {
        Some(text) => Some(cut(&text, limit)),
        None => job
            .field(name)
            .filter(|value| *value != "null")
            .map(|value| cut(value, limit)),
    }
}

/// The bytes with each one that is no text written as `\xNN`; nothing when all of them are text.
fn escaped(raw: &[u8]) -> Option<String> {
    use std::fmt::Write as _;
    if std::str::from_utf8(raw).is_ok() {
        return None;
    }
    let mut text = String::with_capacity(raw.len() * 2);
    for chunk in raw.utf8_chunks() {
        text.push_str(&chunk.valid().replace('\\', "\\\\"));
        for byte in chunk.invalid() {
            // Writing to a string cannot fail.
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    Some(text)
}

/// The bytes as text; only as many as a list shows are looked at.
fn cut_raw(job: &Job, limit: usize) -> String {
    // A character has at most four bytes; one more tells that something was cut.
    let most = if limit == 0 {
        job.raw().len()
    } else {
        job.raw().len().min(limit * 4 + 4)
    };
    cut(&String::from_utf8_lossy(&job.raw()[..most]), limit)
}

#[cfg(test)]
mod tests {
    use super::{entry, location, open_running, running_id};
    use crate::job::{Job, digest, encode_trace, running};
    use crate::model::{EntryId, JobEntry, JsonNode, Place, Set, Timestamp, Whereabouts};
    use crate::redaction::Redactor;
    use proptest::prelude::*;

    fn id(place: Place, job: &Job) -> EntryId {
        EntryId {
            place,
            position: 1_795_470_707.831_634_5,
            digest: digest(job.raw()),
        }
    }

    fn row_of(text: &str) -> JobEntry {
        let job = Job::new(text.to_owned());
        entry(id(Set::Dead.into(), &job), &job, false, &Redactor::none())
    }

    #[test]
    fn a_row_is_cut_for_a_list_and_whole_for_a_page() {
        let long = "é".repeat(1000);
        let text = format!(
            r#"{{"class":"A","jid":"x","args":["{long}"],"error_message":"{long}","queue":"q"}}"#
        );
        let job = Job::new(text);
        let short = entry(id(Set::Dead.into(), &job), &job, false, &Redactor::none());
        assert_eq!(short.args.chars().count(), 301);
        assert!(short.args.ends_with('…'));
        assert_eq!(
            short.error_message.map(|text| text.chars().count()),
            Some(301)
        );
        let whole = entry(id(Set::Dead.into(), &job), &job, true, &Redactor::none());
        assert_eq!(whole.error_message.as_deref(), Some(long.as_str()));
        assert_eq!(whole.args.chars().count(), 1004);
        assert_eq!(whole.at, Some(Timestamp(1_795_470_707_832)));
    }

    #[test]
    fn missing_and_mistyped_fields_are_empty_or_as_written() {
        let row = row_of(
            r#"{"jid":5,"class":null,"error_message":{"a":1},"error_class":null,"retry_count":"2","created_at":"soon"}"#,
        );
        assert_eq!(row.malformed, None);
        assert_eq!(row.jid, "");
        assert_eq!(row.error_message.as_deref(), Some("{\"a\":1}"));
        assert_eq!(row.error_class, None);
        assert_eq!(row.retry_count, None);
        assert_eq!(row.created_at, None);
        assert_eq!(row.queue, "");
    }

    #[test]
    fn in_a_queue_there_is_no_time_and_the_queue_is_known() {
        let job = Job::new("not json");
        let row = entry(
            id(Place::Queue("low".to_owned()), &job),
            &job,
            false,
            &Redactor::none(),
        );
        assert_eq!(row.at, None);
        assert_eq!(row.queue, "low");
        assert_eq!(row.raw.as_deref(), Some("not json"));
        assert!(row.malformed.is_some());
    }

    #[test]
    fn a_page_holds_trace_extras_and_rule() {
        let job = Job::new(
            r#"{"class":"A","args":[],"retry":3,"error_backtrace":["/app/a.rb:1","/gems/b.rb:2"],"bid":"b1","cattr":{"x":1.0},"bid":"b2"}"#,
        );
        let page = location(
            Whereabouts::Stored,
            id(Set::Retries.into(), &job),
            &job,
            &Redactor::none(),
        );
        assert_eq!(
            page.trace.iter().map(|line| line.own).collect::<Vec<_>>(),
            [true, false]
        );
        assert_eq!(
            page.extras,
            [
                ("cattr".to_owned(), "{\"x\":1.0}".to_owned()),
                ("bid".to_owned(), "\"b2\"".to_owned())
            ]
        );
        assert_eq!(page.retry_rule, "3 times");
        assert_eq!(page.trace_problem, None);
        assert!(page.tree.is_some());
    }

    #[test]
    fn arguments_are_taken_apart_where_they_are_not_shown_as_stored() {
        let page = |text: &'static str| {
            let job = Job::new(text);
            location(
                Whereabouts::Stored,
                id(Set::Retries.into(), &job),
                &job,
                &Redactor::none(),
            )
        };
        assert_eq!(page(r#"{"class":"A","args":[1]}"#).args, None);
        assert_eq!(page(r#"{"class":"A"}"#).args, None);
        let wrapped = page(
            r#"{"class":"Sidekiq::ActiveJob::Wrapper","wrapped":"B","args":[{"arguments":[1.0]}]}"#,
        );
        assert_eq!(
            wrapped.args,
            Some(JsonNode::Array(vec![JsonNode::Literal("1.0".to_owned())]))
        );
        assert!(
            page(r#"{"class":"A","encrypt":true,"args":["secret"]}"#)
                .args
                .is_some()
        );
    }

    #[test]
    fn an_encrypted_argument_is_nowhere_on_the_page() {
        for text in [
            r#"{"class":"A","encrypt":true,"args":[17, "c2VjcmV0"],"jid":"j"}"#,
            r#"{"class":"A","args":["c2VjcmV0"],"encrypt":true,"arg\u0073":[17,"c2VjcmV0"],"jid":"j"}"#,
            r#"{"class":"A","args":"c2VjcmV0","encrypt":true,"args":[17,"c2VjcmV0"],"jid":"j"}"#,
        ] {
            let job = Job::new(text);
            let running = running("p", "t", "q", &job, Timestamp(0));
            // What a process reports, and what is stored, keeps its bytes.
            assert_eq!(running.payload, text);
            for whereabouts in [Whereabouts::Stored, Whereabouts::Running(running)] {
                let page = location(
                    whereabouts,
                    id(Set::Retries.into(), &job),
                    &job,
                    &Redactor::none(),
                );
                let wire = serde_json::to_string(&page).unwrap();
                assert!(!wire.contains("c2VjcmV0"), "{wire}");
                assert!(page.payload.contains(r#""[encrypted data]"]"#));
                assert!(page.payload.ends_with(r#""jid":"j"}"#));
                assert_eq!(page.entry.args, r#"[17,"[encrypted data]"]"#);
            }
        }
        let open = Job::new(r#"{"class":"A","args":[1, 2.0],"encrypt":false}"#);
        let page = location(
            Whereabouts::Stored,
            id(Set::Retries.into(), &open),
            &open,
            &Redactor::none(),
        );
        assert_eq!(page.payload.as_bytes(), &open.raw()[..]);
    }

    #[test]
    fn bytes_that_are_no_text_can_be_read() {
        let page = |raw: &'static [u8]| {
            let job = Job::new(raw);
            location(
                Whereabouts::Stored,
                id(Set::Dead.into(), &job),
                &job,
                &Redactor::none(),
            )
        };
        assert_eq!(
            page(b"\xffa\\n\xc3\xa9\xc3").escaped.as_deref(),
            Some("\\xffa\\\\n\u{e9}\\xc3")
        );
        assert_eq!(page("caf\u{e9}".as_bytes()).escaped, None);
    }

    #[test]
    fn a_bad_trace_is_a_problem_that_is_said() {
        let job = Job::new(r#"{"error_backtrace":"nope!"}"#);
        let page = location(
            Whereabouts::Stored,
            id(Set::Retries.into(), &job),
            &job,
            &Redactor::none(),
        );
        assert!(page.trace_problem.is_some());
    }

    #[test]
    fn no_secret_is_anywhere_in_a_row_or_on_a_page() {
        let trace = encode_trace(&["/app/a.rb:1 token=HIDDEN".to_owned()]);
        let text = format!(
            r#"{{"class":"Login","args":[{{"password":"HIDDEN{}"}},5],"jid":"j","queue":"q","error_class":"E","error_message":"it was password=HIDDEN","error_backtrace":{trace},"tags":["api_key:HIDDEN"],"cattr":{{"secret":"HIDDEN"}}}}"#,
            "x".repeat(1000)
        );
        let job = Job::new(text.clone());
        let redactor = Redactor::default();
        let row = entry(id(Set::Dead.into(), &job), &job, false, &redactor);
        assert_eq!(row.args, r#"[{"password":"[redacted]"},5]"#);
        assert_eq!(row.id.digest, digest(job.raw()));
        assert_eq!(row.size_bytes, text.len() as u64);
        assert!(row.redacted);
        let run = running("p", "t", "q", &job, Timestamp(0));
        for whereabouts in [Whereabouts::Stored, Whereabouts::Running(run.clone())] {
            let page = location(whereabouts, id(Set::Dead.into(), &job), &job, &redactor);
            assert_eq!(page.trace[0].text, "/app/a.rb:1 token=[redacted]");
            assert!(page.entry.redacted);
            let wire = serde_json::to_string(&(page, open_running(run.clone(), &redactor), &row));
            let wire = wire.expect("JSON");
            // The coded trace stands in the payload, too.
            assert!(
                !wire.contains("HIDDEN") && !wire.contains(trace.trim_matches('"')),
                "{wire}"
            );
        }
    }

    #[test]
    fn a_secret_in_bytes_that_are_no_job_is_hidden() {
        let job = Job::new(&b"\xff password=HIDDEN"[..]);
        let redactor = Redactor::default();
        let page = location(
            Whereabouts::Stored,
            id(Set::Dead.into(), &job),
            &job,
            &redactor,
        );
        assert!(page.entry.redacted);
        let wire = serde_json::to_string(&page).expect("JSON");
        assert!(!wire.contains("HIDDEN"), "{wire}");
    }

    proptest! {
        #[test]
        fn any_bytes_have_a_row_and_a_page(raw in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..200),
            "\\{(\"(args|class|tags|error_backtrace|wrapped|encrypt|jid)\":(\\[1,\"a\"\\]|\"x\"|1e9|null|true|\\{\\}),){0,5}\"a\":1\\}".prop_map(String::into_bytes),
        ]) {
            let job = Job::new(raw);
            for place in [Place::Set(Set::Scheduled), Place::Queue("q".to_owned())] {
                let row = entry(id(place.clone(), &job), &job, false, &Redactor::none());
                prop_assert_eq!(row.malformed.is_some(), row.raw.is_some());
                let _ = location(Whereabouts::Stored, id(place, &job), &job, &Redactor::none());
            }
            let run = running("p", "t", "q", &job, Timestamp(0));
            prop_assert_eq!(running_id(&run).position, 0.0);
        }
    }
}
