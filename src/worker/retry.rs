//! What becomes of a failed job: Sidekiq's rules (`job_retry`), as a pure function.

use super::{JobError, RetryChoice};
use crate::{
    job::{Job, RetryRule, TimeUnit, encode_trace, parse_time, write_time},
    model::Timestamp,
};
use bytes::Bytes;

/// Most characters of an error's message that are kept.
const MESSAGE_CHARACTERS: usize = 10_000;

/// A failure, with all that decides what follows.
#[derive(Debug)]
pub(super) struct Failure<'a> {
    /// The job as fetched; no malformed one.
    pub(super) job: &'a Job,
    /// The queue that it was fetched from.
    pub(super) queue: &'a str,
    pub(super) error: &'a JobError,
    pub(super) now: Timestamp,
    /// What counts when the job has no `retry`.
    pub(super) default_retry: RetryRule,
    /// Retries when `retry` is `true`.
    pub(super) max_retries: u32,
    /// Unit of times in a job that does not show one.
    pub(super) time_unit: TimeUnit,
}

/// What becomes of a failed job.
#[derive(Debug, PartialEq)]
pub(super) enum Verdict {
    /// It is gone.
    Drop,
    /// Into the retry set, due after this time.
    Retry {
        /// Milliseconds from `now`.
        delay_ms: i64,
        /// The job with its error fields.
        raw: Bytes,
    },
    /// Into the dead set.
    Die {
        /// The job with its error fields.
        raw: Bytes,
    },
}

/// Decides what becomes of a failed job. `choose` is asked with the number of retries used so far, only if there is one left;
/// `jitter(n)` is a random number from 0 to n − 1.
pub(super) fn after_failure(
    failure: &Failure<'_>,
    choose: impl FnOnce(u32) -> RetryChoice,
    jitter: impl FnOnce(u64) -> u64,
) -> Verdict {
    let job = failure.job;
    let rule = match job.retry_rule() {
        RetryRule::Unset => failure.default_retry,
        rule => rule,
    };
    let max = match rule {
        RetryRule::Never => return Verdict::Drop,
        RetryRule::Times(times) => times,
        RetryRule::Default | RetryRule::Unset => failure.max_retries,
    };
    let (count, failed_at, raw) = with_error_fields(failure);
    let die = |raw| die(job, raw);
    // Whoever says so has done with the job, retries left or not.
    if failure.error.choice() == Some(RetryChoice::Discard) {
        return Verdict::Drop;
    }
    // From 8.1 on a time limit stands instead of the count.
    let exhausted = match job.integer("retry_for") {
        Some(seconds) => failed_at.plus_milliseconds(seconds.saturating_mul(1000)) < failure.now,
        None => count >= max,
    };
    if exhausted {
        return die(raw);
    }
    let delay_ms = match choose(count) {
        RetryChoice::Discard => return Verdict::Drop,
        RetryChoice::Kill => return die(raw),
        RetryChoice::After(delay) => i64::try_from(delay.as_millis()).unwrap_or(i64::MAX),
        RetryChoice::Default => back_off_seconds(count, jitter).saturating_mul(1000),
    };
    Verdict::Retry { delay_ms, raw }
}

/// What becomes of a job whose run was cancelled: whoever did that does not want it to run again by itself, whatever the job says.
pub(super) fn after_cancellation(failure: &Failure<'_>) -> Verdict {
    let (_, _, raw) = with_error_fields(failure);
    die(failure.job, raw)
}

/// Into the dead set, unless the job says that it is not to be kept.
fn die(job: &Job, raw: Bytes) -> Verdict {
    match job.boolean("dead") {
        Some(false) => Verdict::Drop,
        _ => Verdict::Die { raw },
    }
}

/// `count⁴ + 15`, and a random 0 to `10 (count + 1) − 1` on top.
fn back_off_seconds(count: u32, jitter: impl FnOnce(u64) -> u64) -> i64 {
    let count = u64::from(count);
    let seconds = count
        .saturating_pow(4)
        .saturating_add(15)
        .saturating_add(jitter(10 * (count + 1)));
    i64::try_from(seconds).unwrap_or(i64::MAX)
}

/// How many lines of a trace the job asks for: nothing for none at all.
pub(super) fn trace_limit(job: &Job) -> Option<usize> {
    match job.boolean("backtrace") {
        Some(true) => Some(usize::MAX),
        Some(false) => None,
        None => job
            .integer("backtrace")
            .and_then(|lines| usize::try_from(lines).ok()),
    }
}

/// The job with the fields of this error, whatever follows from it.
pub(super) fn with_error(
    job: &Job,
    queue: &str,
    error: &JobError,
    now: Timestamp,
    time_unit: TimeUnit,
) -> Bytes {
    let failure = Failure {
        job,
        queue,
        error,
        now,
        default_retry: RetryRule::Never,
        max_retries: 0,
        time_unit,
    };
    with_error_fields(&failure).2
}

/// The lines that are kept, if any are.
fn trace(job: &Job, error: &JobError) -> Option<Vec<String>> {
    let mut lines = error.trace();
    if error.keeps_trace() {
        // None of its own: then the one of an earlier failure must not stay, either.
        let is_kept = !lines.is_empty() || job.field("error_backtrace").is_some();
        return (is_kept && job.boolean("backtrace") != Some(false)).then_some(lines);
    }
    lines.truncate(trace_limit(job)?);
    Some(lines)
}

/// The retries used so far, the time of the first failure, and the job's text with everything written into it.
fn with_error_fields(failure: &Failure<'_>) -> (u32, Timestamp, Bytes) {
    let Failure {
        job, error, now, ..
    } = failure;
    let now_json = write_time(*now, unit_of(job, failure.time_unit));
    let used = job
        .integer("retry_count")
        .map(|count| count.saturating_add(1));
    let count_json = used.unwrap_or(0).to_string();
    let queue = job
        .string("retry_queue")
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| failure.queue.to_owned());
    let queue_json = to_json(&queue);
    let message: String = error.message().chars().take(MESSAGE_CHARACTERS).collect();
    let message_json = to_json(&message);
    let class_json = to_json(error.class());

    let mut changes = vec![
        ("queue", queue_json.as_str()),
        ("error_message", &message_json),
        ("error_class", &class_json),
    ];
    if used.is_some() {
        changes.extend([
            ("retry_count", count_json.as_str()),
            ("retried_at", &now_json),
        ]);
    } else {
        changes.extend([
            ("failed_at", now_json.as_str()),
            ("retry_count", &count_json),
        ]);
    }
    let trace = trace(job, error).map(|lines| encode_trace(&lines));
    if let Some(trace) = &trace {
        changes.push(("error_backtrace", trace));
    }
    // An edit fails only on what is no job; such an entry never comes here, and would stay as it is.
    let raw = job
        .edited(&changes)
        .map_or_else(|_| job.raw().clone(), |edited| edited.raw().clone());
    let failed_at = match used {
        Some(_) => job.time("failed_at").unwrap_or(*now),
        None => *now,
    };
    // A manual retry takes one off, so −1 + 1 is where counting starts; anything below is somebody's mistake.
    let count = u32::try_from(used.unwrap_or(0).max(0)).unwrap_or(u32::MAX);
    (count, failed_at, raw)
}

/// The unit of the job's own times: whole milliseconds, or seconds when `created_at` has a fraction, an exponent or is small.
pub(super) fn unit_of(job: &Job, default: TimeUnit) -> TimeUnit {
    let Some(created_at) = job.field("created_at") else {
        return default;
    };
    match created_at.parse::<i64>() {
        // Read as milliseconds: that is what it is, by the reader's own rule.
        Ok(number) if parse_time(created_at) == Some(Timestamp(number)) => TimeUnit::Milliseconds,
        Ok(_) => TimeUnit::Seconds,
        Err(_) if created_at.parse::<f64>().is_ok() => TimeUnit::Seconds,
        Err(_) => default,
    }
}

fn to_json(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::{Failure, Verdict, after_failure, unit_of};
    use crate::{
        job::{Job, RetryRule, TimeUnit, decode_trace},
        model::Timestamp,
        worker::{JobError, RetryChoice},
    };
    use std::time::Duration;

    const NOW: Timestamp = Timestamp(1_795_470_721_142);

    fn fail_as(
        text: &str,
        error: &JobError,
        choice: RetryChoice,
        default_retry: RetryRule,
    ) -> Verdict {
        let job = Job::new(text.to_owned());
        let failure = Failure {
            job: &job,
            queue: "default",
            error,
            now: NOW,
            default_retry,
            max_retries: 25,
            time_unit: TimeUnit::Seconds,
        };
        after_failure(&failure, |_| choice, |bound| bound - 1)
    }

    fn fail(text: &str) -> Verdict {
        let error = JobError::new("PeerError", "flaky — café <b>");
        fail_as(text, &error, RetryChoice::Default, RetryRule::Default)
    }

    fn text(verdict: &Verdict) -> String {
        match verdict {
            Verdict::Drop => panic!("the job is gone"),
            Verdict::Retry { raw, .. } | Verdict::Die { raw } => {
                String::from_utf8(raw.to_vec()).unwrap()
            }
        }
    }

    #[test]
    fn the_first_failure_writes_its_fields_behind_the_others_and_leaves_the_rest_alone() {
        let verdict = fail(
            r#"{"retry":true, "queue":"old","args":[12345678901234567890,1.0,"\u00e9"],"class":"A","jid":"j","created_at":1795470701594}"#,
        );
        assert_eq!(
            text(&verdict),
            r#"{"retry":true, "queue":"default","args":[12345678901234567890,1.0,"\u00e9"],"class":"A","jid":"j","created_at":1795470701594,"error_message":"flaky — café <b>","error_class":"PeerError","failed_at":1795470721142,"retry_count":0}"#
        );
        // 0⁴ + 15, and the most jitter: 0 … 9.
        assert!(matches!(
            verdict,
            Verdict::Retry {
                delay_ms: 24_000,
                ..
            }
        ));
    }

    #[test]
    fn later_failures_count_and_note_the_time() {
        let verdict = fail(
            r#"{"class":"A","args":[],"retry":true,"queue":"default","created_at":1795470701.5,"failed_at":1795470702.5,"retry_count":1}"#,
        );
        assert_eq!(
            text(&verdict),
            r#"{"class":"A","args":[],"retry":true,"queue":"default","created_at":1795470701.5,"failed_at":1795470702.5,"retry_count":2,"error_message":"flaky — café <b>","error_class":"PeerError","retried_at":1795470721.142}"#
        );
        // 2⁴ + 15 + 29.
        assert!(matches!(
            verdict,
            Verdict::Retry {
                delay_ms: 60_000,
                ..
            }
        ));
    }

    #[test]
    fn after_a_manual_retry_counting_starts_again_at_zero() {
        let verdict =
            fail(r#"{"class":"A","args":[],"retry":3,"retry_count":-1,"failed_at":1795470702.5}"#);
        assert!(text(&verdict).contains(r#""retry_count":0"#));
        assert!(matches!(verdict, Verdict::Retry { .. }));
    }

    #[test]
    fn a_number_of_retries_is_how_often_it_is_retried() {
        assert!(matches!(fail(r#"{"retry":0}"#), Verdict::Die { .. }));
        assert!(matches!(fail(r#"{"retry":1}"#), Verdict::Retry { .. }));
        let last = fail(r#"{"retry":1,"retry_count":0}"#);
        assert!(matches!(last, Verdict::Die { .. }));
        assert!(text(&last).contains(r#""retry_count":1"#));
        assert!(matches!(
            fail(r#"{"retry":true,"retry_count":23}"#),
            Verdict::Retry { .. }
        ));
        assert!(matches!(
            fail(r#"{"retry":true,"retry_count":24}"#),
            Verdict::Die { .. }
        ));
    }

    #[test]
    fn without_retries_nothing_is_kept() {
        assert_eq!(fail(r#"{"retry":false}"#), Verdict::Drop);
        assert_eq!(fail(r#"{"retry":0,"dead":false}"#), Verdict::Drop);
        assert!(matches!(
            fail(r#"{"retry":0,"dead":true}"#),
            Verdict::Die { .. }
        ));
    }

    #[test]
    fn a_job_without_the_field_follows_the_default() {
        let error = JobError::new("NameError", "uninitialized constant X");
        let outside = fail_as("{}", &error, RetryChoice::Default, RetryRule::Never);
        assert_eq!(outside, Verdict::Drop);
        assert!(matches!(fail("{}"), Verdict::Retry { .. }));
        let stated = fail_as(
            r#"{"retry":true}"#,
            &error,
            RetryChoice::Default,
            RetryRule::Never,
        );
        assert!(matches!(stated, Verdict::Retry { .. }));
    }

    #[test]
    fn a_time_limit_stands_instead_of_the_count() {
        // Failed first 20 s ago.
        let since = r#""failed_at":1795470701142,"retry_count":99,"created_at":1795470701000"#;
        assert!(matches!(
            fail(&format!(r#"{{"retry":5,"retry_for":20,{since}}}"#)),
            Verdict::Retry { .. }
        ));
        assert!(matches!(
            fail(&format!(r#"{{"retry":5,"retry_for":19,{since}}}"#)),
            Verdict::Die { .. }
        ));
        assert!(matches!(
            fail(r#"{"retry":true,"retry_for":0}"#),
            Verdict::Retry { .. }
        ));
    }

    #[test]
    fn retries_can_go_to_another_queue() {
        let verdict = fail(r#"{"queue":"default","retry_queue":"low"}"#);
        assert!(text(&verdict).starts_with(r#"{"queue":"low","retry_queue":"low""#));
    }

    #[test]
    fn the_trace_is_kept_only_when_asked_for_and_as_long_as_asked_for() {
        let trace = |field: &str| {
            let job = Job::new(text(&fail(&format!("{{{field}}}"))));
            let json = job.field("error_backtrace")?.to_owned();
            Some(decode_trace(&json).unwrap())
        };
        assert_eq!(trace(""), None);
        assert_eq!(trace(r#""backtrace":false"#), None);
        assert_eq!(trace(r#""backtrace":0"#), Some(vec![]));
        let lines = trace(r#""backtrace":true"#).unwrap();
        assert!(lines[0].starts_with("at src/worker/retry.rs:"), "{lines:?}");
        assert_eq!(trace(r#""backtrace":5"#), Some(lines));
    }

    #[test]
    fn a_trace_that_another_program_wrote_is_kept_unasked_and_replaces_an_earlier_one() {
        let kept = |fields: &str, lines: &[&str]| {
            let error = JobError::new("ExitStatus 1", "x")
                .with_trace(lines.iter().map(|&line| line.to_owned()));
            let text = text(&fail_as(
                fields,
                &error,
                RetryChoice::Default,
                RetryRule::Default,
            ));
            let job = Job::new(text);
            let json = job.field("error_backtrace")?.to_owned();
            decode_trace(&json).ok()
        };
        let lines = ["one".to_owned(), "two".to_owned()];
        assert_eq!(kept("{}", &["one", "two"]).unwrap(), lines);
        assert_eq!(kept(r#"{"backtrace":1}"#, &["one", "two"]).unwrap(), lines);
        assert_eq!(kept(r#"{"backtrace":false}"#, &["one"]), None);
        assert_eq!(kept("{}", &[]), None);
        let earlier = r#"{"retry_count":0,"error_backtrace":"old"}"#;
        assert_eq!(kept(earlier, &[]), Some(vec![]));
    }

    #[test]
    fn an_error_that_discards_its_job_does_so_without_a_retry_left_too() {
        let error = JobError::new("HTTP 410", "Gone").discard();
        for text in [r#"{"retry":0}"#, r#"{"retry":true,"retry_count":24}"#] {
            let verdict = fail_as(text, &error, RetryChoice::Discard, RetryRule::Default);
            assert_eq!(verdict, Verdict::Drop);
        }
    }

    #[test]
    fn a_long_message_is_cut_by_characters() {
        let error = JobError::new("A", "é".repeat(10_001));
        let job = Job::new(text(&fail_as(
            "{}",
            &error,
            RetryChoice::Default,
            RetryRule::Default,
        )));
        assert_eq!(job.string("error_message").unwrap(), "é".repeat(10_000));
    }

    #[test]
    fn the_error_or_its_class_can_choose_while_there_are_retries() {
        let error = JobError::new("A", "b");
        let choose = |text, choice| fail_as(text, &error, choice, RetryRule::Default);
        let after = RetryChoice::After(Duration::from_millis(1_500));
        assert!(matches!(
            choose(r#"{"retry":1}"#, after),
            Verdict::Retry {
                delay_ms: 1_500,
                ..
            }
        ));
        assert!(matches!(
            choose(r#"{"retry":0}"#, after),
            Verdict::Die { .. }
        ));
        assert!(matches!(
            choose(r#"{"retry":9}"#, RetryChoice::Kill),
            Verdict::Die { .. }
        ));
        assert_eq!(
            choose(r#"{"retry":9,"dead":false}"#, RetryChoice::Kill),
            Verdict::Drop
        );
        assert_eq!(
            choose(r#"{"retry":9}"#, RetryChoice::Discard),
            Verdict::Drop
        );
        assert!(matches!(
            choose(r#"{"retry":0}"#, RetryChoice::Discard),
            Verdict::Die { .. }
        ));
    }

    #[test]
    fn times_are_written_in_the_unit_of_the_job() {
        let unit = |created_at: &str| {
            unit_of(
                &Job::new(format!(r#"{{"created_at":{created_at}}}"#)),
                TimeUnit::Milliseconds,
            )
        };
        assert_eq!(unit("1795470701594"), TimeUnit::Milliseconds);
        assert_eq!(unit("1795470701.594"), TimeUnit::Seconds);
        assert_eq!(unit("1795470701"), TimeUnit::Seconds);
        assert_eq!(unit("1.79e9"), TimeUnit::Seconds);
        assert_eq!(unit(r#""2026-11-23T21:51:41Z""#), TimeUnit::Milliseconds);
        assert_eq!(
            unit_of(&Job::new("{}"), TimeUnit::Seconds),
            TimeUnit::Seconds
        );
    }
}
