//! A job that does not exist yet.

use super::{Job, RetryRule, TimeUnit, json, parse_time, write_time};
use crate::model::Timestamp;

/// Longest `retry_for`, seconds: more is a point in time given by mistake.
const MOST_RETRY_FOR_SECONDS: f64 = 1e9;

/// Fields of their own in [`NewJob`], and fields that are set when the job is stored.
const OWN_FIELDS: [&str; 7] = [
    "class",
    "args",
    "queue",
    "retry",
    "jid",
    "at",
    "enqueued_at",
];

/// A job to enqueue.
#[derive(Clone, Debug)]
pub struct NewJob {
    /// Class to run.
    pub class: String,
    /// Arguments: the JSON text of an array. Numbers and order are kept as they are; blanks between the parts are not.
    pub args: String,
    /// Queue.
    pub queue: String,
    /// How often it is tried again.
    pub retry: RetryRule,
    /// Job id; a new one if empty.
    pub jid: Option<String>,
    /// When to enqueue it; now if missing or not in the future.
    pub at: Option<Timestamp>,
    /// Further fields (name, JSON text), such as `tags` or `backtrace`.
    pub extra: Vec<(String, String)>,
}

/// Why a job is not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {reason}")]
pub struct NewJobError {
    /// Which field.
    pub field: String,
    /// What is wrong with it, and what to write instead.
    pub reason: String,
}

impl NewJobError {
    fn new(field: &str, reason: impl Into<String>) -> Self {
        Self {
            field: field.to_owned(),
            reason: reason.into(),
        }
    }
}

impl NewJob {
    /// A job of this class for queue `default`, without arguments.
    #[must_use]
    pub fn new(class: impl Into<String>) -> Self {
        Self {
            class: class.into(),
            args: "[]".to_owned(),
            queue: "default".to_owned(),
            retry: RetryRule::Default,
            jid: None,
            at: None,
            extra: Vec::new(),
        }
    }

    /// From the JSON text of an object as Sidekiq's client takes it: `{"class":"A","args":[1],"queue":"low","at":1795470701.5,…}`.
    /// `class` and `args` must be there; `at` is a time in seconds or ISO 8601; further fields are kept as they are written.
    ///
    /// # Errors
    /// Which field is wrong, and why; also as [`NewJob::validate`].
    pub fn from_json(text: &str) -> Result<Self, NewJobError> {
        let source = Job::new(text.to_owned());
        if let Some(reason) = source.malformed() {
            return Err(NewJobError::new(
                "job",
                format!(
                    "{reason}; give an object such as {{\"class\":\"PublishPhoto\",\"args\":[1]}}"
                ),
            ));
        }
        let mut job = Self::new("");
        let mut has_args = false;
        for (name, value) in source.effective_fields() {
            let string = || {
                json::string(value)
                    .map(std::borrow::Cow::into_owned)
                    .ok_or_else(|| NewJobError::new(&name, format!("`{value}` is no string")))
            };
            match name.as_ref() {
                "class" => job.class = string()?,
                "queue" => job.queue = string()?,
                "jid" if value == "null" => {}
                "jid" => job.jid = Some(string()?),
                "args" => {
                    value.clone_into(&mut job.args);
                    has_args = true;
                }
                "retry" => {
                    job.retry = RetryRule::from_input(value).ok_or_else(|| {
                        NewJobError::new(
                            "retry",
                            format!("`{value}` is neither true, false nor a count such as 5"),
                        )
                    })?;
                }
                "at" if value == "null" => {}
                "at" => {
                    job.at = Some(parse_time(value).ok_or_else(|| {
                        NewJobError::new(
                            "at",
                            format!("`{value}` is no time; write seconds since 1970 or `2026-11-23T21:51:41Z`"),
                        )
                    })?);
                }
                _ => job.extra.push((name.into_owned(), value.to_owned())),
            }
        }
        if !has_args {
            return Err(NewJobError::new(
                "args",
                "it is missing; write `[]` for a job without arguments",
            ));
        }
        job.validate()?;
        Ok(job)
    }

    /// Checks everything that Sidekiq's client checks.
    ///
    /// # Errors
    /// Which field is wrong, and why.
    pub fn validate(&self) -> Result<(), NewJobError> {
        if self.class.trim().is_empty() {
            return Err(NewJobError::new(
                "class",
                "it is empty; name the class to run, such as `PublishPhoto`",
            ));
        }
        if self.queue.trim().is_empty() {
            return Err(NewJobError::new(
                "queue",
                "it is empty; name a queue, such as `default`",
            ));
        }
        if self.queue.chars().any(char::is_control) {
            return Err(NewJobError::new(
                "queue",
                "it holds a control character; use letters, digits, `_`, `-`, `.` or `:`",
            ));
        }
        match json::check(&self.args) {
            Err(error) => {
                return Err(NewJobError::new(
                    "args",
                    format!("they are not JSON: {error}; write an array such as `[1,\"two\"]`"),
                ));
            }
            Ok(args) if !args.starts_with('[') => {
                return Err(NewJobError::new(
                    "args",
                    format!("they are no array; write `[{args}]` for one argument"),
                ));
            }
            Ok(_) => {}
        }
        if self.jid.as_deref().is_some_and(|jid| jid.trim().is_empty()) {
            return Err(NewJobError::new(
                "jid",
                "it is empty; leave it out to get a new one",
            ));
        }
        if self.at.is_some_and(|at| at >= Timestamp::YEAR_10000) {
            return Err(NewJobError::new(
                "at",
                "the time must be before the year 10000",
            ));
        }
        for (index, (name, value)) in self.extra.iter().enumerate() {
            if self.extra[..index]
                .iter()
                .any(|(earlier, _)| earlier == name)
            {
                return Err(NewJobError::new(name, "it is given twice"));
            }
            validate_extra(name, value)?;
        }
        Ok(())
    }

    /// The job's text, compact, fields in Sidekiq's order; `enqueued_at` only when it goes to a queue at once. A jid is made if there is none.
    ///
    /// # Errors
    /// As [`NewJob::validate`].
    pub fn encode(&self, now: Timestamp, unit: TimeUnit) -> Result<Job, NewJobError> {
        self.validate()?;
        let jid = self.jid.clone().unwrap_or_else(new_jid);
        Ok(Job::new(self.text(&jid, now, unit)))
    }

    /// The text of [`NewJob::encode`] with this jid, of a job that was validated.
    pub(crate) fn text(&self, jid: &str, now: Timestamp, unit: TimeUnit) -> String {
        let mut text = String::with_capacity(200 + self.args.len());
        let mut put = |name: &str, value: &str| {
            text.push(if text.is_empty() { '{' } else { ',' });
            json::push_quoted(&mut text, name);
            text.push(':');
            text.push_str(value);
        };
        put("retry", &self.retry.to_json());
        put("queue", &json::quoted(&self.queue));
        for (name, value) in self.extra.iter().filter(|(name, _)| name != "created_at") {
            put(name, &json::compact(value));
        }
        put("args", &json::compact(&self.args));
        put("class", &json::quoted(&self.class));
        put("jid", &json::quoted(jid));
        let time = write_time(now, unit);
        match self.extra.iter().find(|(name, _)| name == "created_at") {
            Some((_, created_at)) => put("created_at", &json::compact(created_at)),
            None => put("created_at", &time),
        }
        if !self.is_scheduled(now) {
            put("enqueued_at", &time);
        }
        text.push('}');
        text
    }

    /// Whether it waits in the scheduled set first.
    #[must_use]
    pub fn is_scheduled(&self, now: Timestamp) -> bool {
        self.at.is_some_and(|at| at > now)
    }
}

fn validate_extra(name: &str, value: &str) -> Result<(), NewJobError> {
    if OWN_FIELDS.contains(&name) {
        return Err(NewJobError::new(
            name,
            "it is set by itself and cannot be one of the further fields",
        ));
    }
    let value = json::check(value)
        .map_err(|error| NewJobError::new(name, format!("its value is not JSON: {error}")))?;
    match name {
        "tags" if !value.starts_with('[') => Err(NewJobError::new(
            name,
            "they are no array; write `[\"urgent\"]`",
        )),
        "retry_for" => match value.parse::<f64>() {
            Ok(seconds) if !(0.0..=MOST_RETRY_FOR_SECONDS).contains(&seconds) => {
                Err(NewJobError::new(
                    name,
                    "it is a span in seconds, at most 1000000000 (not a point in time)",
                ))
            }
            Ok(seconds) if seconds.fract() == 0.0 && !value.contains(['.', 'e', 'E']) => Ok(()),
            _ => Err(NewJobError::new(
                name,
                "it is no whole number of seconds, such as 3600",
            )),
        },
        "created_at" if parse_time(value).is_none() => Err(NewJobError::new(name, "it is no time")),
        _ => Ok(()),
    }
}

/// A new job id: 12 random bytes, 24 hexadecimal digits.
#[must_use]
pub fn new_jid() -> String {
    let bytes: [u8; 12] = rand::random();
    super::hexadecimal(&bytes)
}

#[cfg(test)]
mod tests {
    use super::{NewJob, new_jid};
    use crate::job::{RetryRule, TimeUnit};
    use crate::model::Timestamp;
    use proptest::prelude::*;

    const NOW: Timestamp = Timestamp(1_795_470_701_597);

    fn job() -> NewJob {
        NewJob {
            jid: Some("f00".to_owned()),
            ..NewJob::new("EchoJob")
        }
    }

    #[test]
    fn the_text_is_compact_and_in_sidekiqs_order() {
        let new = NewJob {
            args: "[ 1, \"two\", 3.50, 12345678901234567890 ]".to_owned(),
            extra: vec![("tags".to_owned(), "[ \"a\" ]".to_owned())],
            ..job()
        };
        assert_eq!(
            new.encode(NOW, TimeUnit::Milliseconds)
                .expect("valid")
                .text(),
            r#"{"retry":true,"queue":"default","tags":["a"],"args":[1,"two",3.50,12345678901234567890],"class":"EchoJob","jid":"f00","created_at":1795470701597,"enqueued_at":1795470701597}"#
        );
    }

    #[test]
    fn a_scheduled_job_has_no_enqueued_at_and_never_at() {
        let later = NewJob {
            at: Some(NOW.plus_milliseconds(1)),
            retry: RetryRule::Times(3),
            ..job()
        };
        assert!(later.is_scheduled(NOW));
        assert_eq!(
            later.encode(NOW, TimeUnit::Seconds).expect("valid").text(),
            r#"{"retry":3,"queue":"default","args":[],"class":"EchoJob","jid":"f00","created_at":1795470701.597}"#
        );
        let past = NewJob {
            at: Some(NOW),
            ..job()
        };
        assert!(!past.is_scheduled(NOW));
        let text = past.encode(NOW, TimeUnit::Seconds).expect("valid");
        assert!(text.field("enqueued_at").is_some());
    }

    #[test]
    fn a_job_id_is_made() {
        let jid = NewJob::new("A")
            .encode(NOW, TimeUnit::Seconds)
            .expect("valid")
            .jid()
            .expect("a jid");
        assert_eq!(jid.len(), 24);
        assert!(jid.bytes().all(|byte| byte.is_ascii_hexdigit()));
        assert_ne!(new_jid(), new_jid());
    }

    #[test]
    fn what_is_wrong_names_the_field() {
        let extra = |name: &str, value: &str| NewJob {
            extra: vec![(name.to_owned(), value.to_owned())],
            ..job()
        };
        for (job, field) in [
            (NewJob::new(" "), "class"),
            (
                NewJob {
                    queue: String::new(),
                    ..job()
                },
                "queue",
            ),
            (
                NewJob {
                    queue: "a\nb".to_owned(),
                    ..job()
                },
                "queue",
            ),
            (
                NewJob {
                    args: "{}".to_owned(),
                    ..job()
                },
                "args",
            ),
            (
                NewJob {
                    args: "[1".to_owned(),
                    ..job()
                },
                "args",
            ),
            (
                NewJob {
                    args: String::new(),
                    ..job()
                },
                "args",
            ),
            (
                NewJob {
                    jid: Some(String::new()),
                    ..job()
                },
                "jid",
            ),
            (
                NewJob {
                    at: Some(Timestamp::YEAR_10000),
                    ..job()
                },
                "at",
            ),
            (extra("tags", "\"a\""), "tags"),
            (extra("retry_for", "2000000000"), "retry_for"),
            (extra("retry_for", "-1"), "retry_for"),
            (extra("retry_for", "1.5"), "retry_for"),
            (extra("retry_for", "\"1h\""), "retry_for"),
            (extra("created_at", "true"), "created_at"),
            (extra("at", "1"), "at"),
            (extra("x", "nope"), "x"),
        ] {
            assert_eq!(job.validate().expect_err(field).field, field);
            assert!(job.encode(NOW, TimeUnit::Seconds).is_err());
        }
    }

    #[test]
    fn a_job_comes_from_json() {
        let new = NewJob::from_json(
            r#"{"class":"A","args":[1.0],"queue":"low","at":"2026-11-23T21:51:41Z","retry":false,"bid":"b"}"#,
        )
        .expect("valid");
        assert_eq!(
            (new.class.as_str(), new.args.as_str(), new.queue.as_str()),
            ("A", "[1.0]", "low")
        );
        assert_eq!(new.at, Some(Timestamp(1_795_470_701_000)));
        assert_eq!(new.retry, RetryRule::Never);
        assert_eq!(new.extra, [("bid".to_owned(), "\"b\"".to_owned())]);
        for (text, field) in [
            ("[]", "job"),
            ("{\"args\":[]}", "class"),
            ("{\"class\":\"A\"}", "args"),
            ("{\"class\":1,\"args\":[]}", "class"),
            ("{\"class\":\"A\",\"args\":[],\"at\":\"soon\"}", "at"),
            ("{\"class\":\"A\",\"args\":[],\"retry\":\"x\"}", "retry"),
        ] {
            assert_eq!(NewJob::from_json(text).expect_err(text).field, field);
        }
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(class in "\\PC{1,20}", queue in "\\PC{1,20}", args in prop::collection::vec(any::<f64>().prop_filter("finite", |n| n.is_finite()), 0..5), text in "\\PC*") {
            prop_assume!(!class.trim().is_empty() && !queue.trim().is_empty());
            let args = serde_json::json!([args, text]).to_string();
            let new = NewJob { args: args.clone(), queue: queue.clone(), ..NewJob::new(class.clone()) };
            let job = new.encode(NOW, TimeUnit::Seconds).expect("valid");
            prop_assert_eq!(job.malformed(), None);
            prop_assert_eq!(job.class(), Some(class));
            prop_assert_eq!(job.queue(), Some(queue));
            prop_assert_eq!(job.field("args"), Some(args.as_str()));
            prop_assert_eq!(job.time("created_at"), Some(NOW));
        }
    }
}
