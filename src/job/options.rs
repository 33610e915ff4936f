//! What a new job says beside its class, said in words.

use super::{NewJob, RetryRule, args_json, json};
use crate::model::Timestamp;
use serde::Serialize;
use std::time::Duration;

impl NewJob {
    /// With these arguments: a tuple, array or `Vec` is the list, `()` none, anything else (a struct, a number) the only one.
    ///
    /// # Errors
    /// The arguments have no JSON form.
    pub fn with_args(mut self, args: impl Serialize) -> Result<Self, serde_json::Error> {
        self.args = args_json(&args)?;
        Ok(self)
    }

    /// In this queue.
    #[must_use]
    pub fn on_queue(mut self, queue: impl Into<String>) -> Self {
        self.queue = queue.into();
        self
    }

    /// How often it is tried again when it fails: a count, `true` (25 times) or `false` (never, and not kept either).
    #[must_use]
    pub fn retry(mut self, rule: impl Into<RetryRule>) -> Self {
        self.retry = rule.into();
        self
    }

    /// For how long after its first failure it is tried again, in place of a count; whole seconds.
    #[must_use]
    pub fn retry_for(self, span: Duration) -> Self {
        self.extra_field("retry_for", span.as_secs().to_string())
    }

    /// The queue for its retries.
    #[must_use]
    pub fn retry_queue(self, queue: impl AsRef<str>) -> Self {
        let queue = json::quoted(queue.as_ref());
        self.extra_field("retry_queue", queue)
    }

    /// Whether it is kept in the dead set when no retry is left; by default it is.
    #[must_use]
    pub fn dead(self, is_kept: bool) -> Self {
        self.extra_field("dead", is_kept.to_string())
    }

    /// How many lines of an error's trace are kept with it; by default none.
    #[must_use]
    pub fn backtrace(self, lines: u32) -> Self {
        self.extra_field("backtrace", lines.to_string())
    }

    /// With one more tag.
    #[must_use]
    pub fn tag(mut self, tag: impl AsRef<str>) -> Self {
        let tag = json::quoted(tag.as_ref());
        match self.extra.iter_mut().find(|(name, _)| name == "tags") {
            None => self.extra.push(("tags".to_owned(), format!("[{tag}]"))),
            Some((_, tags)) => {
                // What is no array stays as it is: the job is not accepted, and says why.
                if let Some(others) = tags.trim_end().strip_suffix(']') {
                    let is_first = others.trim() == "[";
                    let comma = if is_first { "" } else { "," };
                    *tags = format!("{others}{comma}{tag}]");
                }
            }
        }
        self
    }

    /// Dropped unrun when it does not begin within this time after it has come into its queue.
    #[must_use]
    pub fn expires_in(self, span: Duration) -> Self {
        let seconds = if span.subsec_nanos() == 0 {
            span.as_secs().to_string()
        } else {
            span.as_secs_f64().to_string()
        };
        self.extra_field("expires_in", seconds)
    }

    /// Enqueued at this time; at once if that is not in the future.
    #[must_use]
    pub fn at(mut self, at: Timestamp) -> Self {
        self.at = Some(at);
        self
    }

    /// With this further field, in place of one of that name.
    ///
    /// # Errors
    /// The value has no JSON form.
    pub fn field(
        self,
        name: impl AsRef<str>,
        value: impl Serialize,
    ) -> Result<Self, serde_json::Error> {
        let value = serde_json::to_string(&value)?;
        Ok(self.extra_field(name.as_ref(), value))
    }

    fn extra_field(mut self, name: &str, value: String) -> Self {
        match self.extra.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => *known = value,
            None => self.extra.push((name.to_owned(), value)),
        }
        self
    }
}

impl From<u32> for RetryRule {
    fn from(times: u32) -> Self {
        Self::Times(times)
    }
}

impl From<bool> for RetryRule {
    fn from(retries: bool) -> Self {
        if retries { Self::Default } else { Self::Never }
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        job::{NewJob, TimeUnit},
        model::Timestamp,
    };
    use std::time::Duration;

    const NOW: Timestamp = Timestamp(1_795_470_701_597);

    fn text(mut job: NewJob) -> String {
        job.jid = Some("f00".to_owned());
        let job = job.encode(NOW, TimeUnit::Milliseconds).expect("valid");
        let text = job.text().into_owned();
        let (front, _) = text.split_once(r#","class":"#).expect("a class");
        front.to_owned()
    }

    #[test]
    fn everything_is_said_in_words() {
        let job = NewJob::new("A")
            .with_args(("sunset.png", 7))
            .expect("JSON")
            .on_queue("photos")
            .retry(5)
            .retry_for(Duration::from_secs(3600))
            .retry_queue("low")
            .dead(false)
            .backtrace(20)
            .tag("album-7")
            .tag("\"new\"")
            .expires_in(Duration::from_millis(1500))
            .field("locale", "de")
            .expect("JSON");
        assert_eq!(
            text(job),
            r#"{"retry":5,"queue":"photos","retry_for":3600,"retry_queue":"low","dead":false,"backtrace":20,"tags":["album-7","\"new\""],"expires_in":1.5,"locale":"de","args":["sunset.png",7]"#
        );
    }

    #[test]
    fn what_is_said_last_counts() {
        let job = NewJob::new("A")
            .retry(true)
            .retry(false)
            .expires_in(Duration::from_secs(1))
            .expires_in(Duration::from_secs(60))
            .at(NOW.plus_milliseconds(1));
        assert!(job.is_scheduled(NOW));
        assert_eq!(
            text(job),
            r#"{"retry":false,"queue":"default","expires_in":60,"args":[]"#
        );
    }

    #[test]
    fn tags_are_added_to_an_empty_list_and_never_to_what_is_none() {
        let tagged = |tags: &str| {
            let mut job = NewJob::new("A");
            job.extra.push(("tags".to_owned(), tags.to_owned()));
            job.tag("x")
        };
        assert_eq!(tagged("[ ]").extra[0].1, r#"[ "x"]"#);
        assert_eq!(tagged(r#"["a"] "#).extra[0].1, r#"["a","x"]"#);
        let error = tagged("7").validate().expect_err("no array");
        assert_eq!(error.field, "tags");
        let error = tagged("]").validate().expect_err("no JSON");
        assert_eq!(error.field, "tags");
    }
}
