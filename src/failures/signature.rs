//! What failures of one cause have in common.

use super::{frame, message};
use crate::job::{self, Job};
use crate::model::GroupDigest;
use std::borrow::Cow;

/// What failures of one cause have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// Its address.
    pub digest: GroupDigest,
    /// The job's class as shown.
    pub class: String,
    /// The error's class; empty when none is stored.
    pub error_class: String,
    /// The error's message without what varies.
    pub message: String,
    /// The top frame of the application's own code, without its line; nothing when no trace is stored, or none of its frames is own.
    pub frame: Option<String>,
}

impl Signature {
    /// The signature of a job's last failure; nothing for a job that has never failed.
    #[must_use]
    pub fn of(job: &Job) -> Option<Self> {
        let text = Text::of(job)?;
        let mut passed = String::new();
        message::first_pass(&text.message, &mut passed);
        let frame = job.field("error_backtrace").and_then(frame::top);
        Some(Self::new(
            &job.shown_class(),
            &text.error_class,
            passed,
            frame,
        ))
    }

    /// From its parts; the message has had its first pass.
    pub(super) fn new(
        class: &str,
        error_class: &str,
        passed: String,
        frame: Option<String>,
    ) -> Self {
        let message = message::settled(passed);
        let error_class = job::cut(error_class, 200);
        let class = job::cut(class, 200);
        // Each part has its length in front: no two lists of parts give the same bytes.
        let mut parts = Vec::with_capacity(message.len() + class.len() + 200);
        for part in [
            &class,
            &error_class,
            &message,
            frame.as_deref().unwrap_or_default(),
        ] {
            parts.extend_from_slice(&(part.len() as u64).to_be_bytes());
            parts.extend_from_slice(part.as_bytes());
        }
        Self {
            digest: GroupDigest::of(&job::digest(&parts)),
            class,
            error_class,
            message,
            frame,
        }
    }
}

/// What a failure says of itself, as stored.
pub(super) struct Text<'a> {
    pub(super) error_class: Cow<'a, str>,
    pub(super) message: Cow<'a, str>,
}

impl<'a> Text<'a> {
    /// Nothing when the job has never failed.
    pub(super) fn of(job: &'a Job) -> Option<Self> {
        let error_class = job.text_field("error_class");
        let message = job.text_field("error_message");
        let has_failed = error_class.is_some()
            || message.is_some()
            || job.field("failed_at").is_some_and(|at| at != "null");
        has_failed.then(|| Self {
            error_class: error_class.unwrap_or_default(),
            message: message.unwrap_or_default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Signature;
    use crate::job::{Job, encode_trace};
    use proptest::prelude::*;

    fn job(id: u64, line: u64) -> Job {
        let trace = encode_trace(&[
            "/gems/net/http.rb:1:in 'open'".to_owned(),
            format!("app/jobs/publish.rb:{line}:in 'Publish#perform'"),
        ]);
        Job::new(format!(
            r#"{{"class":"Publish","args":[{id}],"jid":"b4a577edbccf1d805744efa9","error_class":"Net::OpenTimeout",
            "error_message":"photo {id} timed out","failed_at":1795470698,"error_backtrace":{trace}}}"#
        ))
    }

    #[test]
    fn the_same_cause_has_the_same_signature() {
        let one = Signature::of(&job(1, 12)).expect("it has failed");
        let other = Signature::of(&job(123_456, 14)).expect("it has failed");
        assert_eq!(one, other);
        assert_eq!(one.class, "Publish");
        assert_eq!(one.error_class, "Net::OpenTimeout");
        assert_eq!(one.message, "photo … timed out");
        assert_eq!(
            one.frame.as_deref(),
            Some("app/jobs/publish.rb in Publish#perform")
        );
        assert_eq!(one.digest.to_string().len(), 16);
    }

    #[test]
    fn a_digest_is_an_address_that_stays() {
        let job = Job::new(r#"{"class":"A","error_class":"B","error_message":"c 1"}"#);
        let signature = Signature::of(&job).expect("it has failed");
        assert_eq!(signature.digest.to_string(), "802c217a0dece9e2");
    }

    #[test]
    fn each_part_tells_causes_apart() {
        let text = |class: &str, error: &str, message: &str| {
            let json = format!(
                r#"{{"class":"{class}","error_class":"{error}","error_message":"{message}"}}"#
            );
            Signature::of(&Job::new(json))
                .expect("it has failed")
                .digest
        };
        let digests = [
            text("A", "B", "c"),
            text("AB", "", "c"),
            text("A", "Bc", ""),
            text("A", "B", "d"),
        ];
        for (at, one) in digests.iter().enumerate() {
            assert!(digests[..at].iter().all(|other| other != one));
        }
    }

    #[test]
    fn what_has_never_failed_has_none() {
        for text in [
            r#"{"class":"A","args":[]}"#,
            r#"{"class":"A","failed_at":null}"#,
            "no job",
            "[]",
        ] {
            assert_eq!(Signature::of(&Job::new(text)), None, "{text}");
        }
        assert!(Signature::of(&Job::new(r#"{"failed_at":1}"#)).is_some());
    }

    proptest! {
        #[test]
        fn any_text_has_a_signature_or_none(
            class in "\\PC*", error in "\\PC*", message in "\\PC*", trace in prop::collection::vec("\\PC*", 0..4),
        ) {
            let text = |text: &str| serde_json::Value::from(text).to_string();
            let job = Job::new(format!(
                r#"{{"class":{},"error_class":{},"error_message":{},"error_backtrace":{}}}"#,
                text(&class), text(&error), text(&message), encode_trace(&trace)
            ));
            let signature = Signature::of(&job).expect("it has failed");
            prop_assert_eq!(signature.digest.to_string().parse(), Ok(signature.digest));
        }
    }
}
