//! A periodic job as it is configured, and as it is written into the store.

use super::Schedule;
use crate::{
    job::{NewJob, RetryRule, args_json},
    model::Timestamp,
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// Longest name, characters: it stands in addresses and on pages.
const LONGEST_NAME: usize = 200;

/// What becomes of ticks that came while no process ran.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Missed {
    /// They are left out.
    Skip,
    /// One job makes up for all of them.
    #[default]
    Once,
    /// Each is enqueued: the newest thousand of the last day.
    All,
}

impl Missed {
    /// Every policy.
    pub const ALL: [Self; 3] = [Self::Skip, Self::Once, Self::All];

    /// As it is written.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Skip => "skip",
            Self::Once => "once",
            Self::All => "all",
        }
    }
}

/// Why a periodic job is not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{field}`: {reason}")]
pub struct PeriodicError {
    /// Which setting.
    pub field: String,
    /// What is wrong with it, and what to write instead.
    pub reason: String,
}

impl PeriodicError {
    pub(super) fn new(field: &str, reason: impl Into<String>) -> Self {
        Self {
            field: field.to_owned(),
            reason: reason.into(),
        }
    }
}

/// A job that is enqueued by the calendar, for [`crate::worker::WorkerBuilder::periodic`].
///
/// # Examples
///
/// ```
/// use jobdeck::periodic::{Missed, PeriodicJob};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let digest = PeriodicJob::new("0 7 * * MON-FRI", "SendDigest")
///     .name("digest")
///     .timezone("Europe/Berlin")
///     .args(("all", 10))?
///     .queue("mail")
///     .missed(Missed::Skip);
/// digest.check()?;
/// # Ok(())
/// # }
/// ```
#[must_use = "a periodic job does nothing until a worker has it"]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeriodicJob {
    pub(crate) name: Option<String>,
    pub(crate) cron: String,
    pub(crate) timezone: String,
    pub(crate) class: String,
    /// The JSON text of an array.
    pub(crate) args: String,
    pub(crate) queue: String,
    pub(crate) retry: RetryRule,
    pub(crate) missed: Missed,
    pub(crate) tags: Vec<String>,
}

/// As it stands in the store. What a later version adds is passed over.
#[derive(Serialize, Deserialize)]
struct Definition {
    name: String,
    cron: String,
    timezone: String,
    class: String,
    args: Box<RawValue>,
    queue: String,
    retry: Box<RawValue>,
    missed: Missed,
    #[serde(default)]
    tags: Vec<String>,
}

impl PeriodicJob {
    /// A job of this class, enqueued into `default` whenever the cron expression says so, in UTC. See [`Schedule`] for what it may say.
    pub fn new(cron: impl Into<String>, class: impl Into<String>) -> Self {
        Self {
            name: None,
            cron: cron.into(),
            timezone: "UTC".to_owned(),
            class: class.into(),
            args: "[]".to_owned(),
            queue: "default".to_owned(),
            retry: RetryRule::Default,
            missed: Missed::default(),
            tags: Vec::new(),
        }
    }

    /// What it is called on pages and in the store; its class by default. No two of a store may have the same.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// The IANA name of the time zone that the cron expression is meant in, such as `Europe/Berlin`.
    pub fn timezone(mut self, timezone: impl Into<String>) -> Self {
        self.timezone = timezone.into();
        self
    }

    /// The arguments of each job: a tuple, array or `Vec` is the list of them, anything else the only one.
    ///
    /// # Errors
    /// The arguments have no JSON form.
    pub fn args(mut self, args: impl Serialize) -> Result<Self, serde_json::Error> {
        self.args = args_json(&args)?;
        Ok(self)
    }

    /// The queue.
    pub fn queue(mut self, queue: impl Into<String>) -> Self {
        self.queue = queue.into();
        self
    }

    /// How often a job that failed is tried again.
    pub fn retry(mut self, retry: RetryRule) -> Self {
        self.retry = retry;
        self
    }

    /// What becomes of ticks that came while no process ran; one job makes up for all of them by default.
    pub fn missed(mut self, missed: Missed) -> Self {
        self.missed = missed;
        self
    }

    /// Adds a tag to each job.
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.tags.push(tag.into());
        self
    }

    /// Its name: its class, unless it was given one.
    #[must_use]
    pub fn effective_name(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.class)
    }

    /// The cron expression as it is written.
    #[must_use]
    pub fn cron(&self) -> &str {
        &self.cron
    }

    /// The IANA name of its time zone.
    #[must_use]
    pub fn timezone_name(&self) -> &str {
        &self.timezone
    }

    /// Whether a worker would take it.
    ///
    /// # Errors
    /// The first setting that is wrong, and what to write instead.
    pub fn check(&self) -> Result<(), PeriodicError> {
        self.schedule()?;
        self.new_job().validate().map_err(|error| PeriodicError {
            field: error.field,
            reason: error.reason,
        })?;
        let name = self.effective_name();
        if name.trim().is_empty()
            || name.chars().any(char::is_control)
            || name.chars().count() > LONGEST_NAME
        {
            return Err(PeriodicError::new(
                "name",
                format!(
                    "it must have from 1 to {LONGEST_NAME} characters, none of them a control character"
                ),
            ));
        }
        Ok(())
    }

    /// When it is due.
    ///
    /// # Errors
    /// The cron expression or the time zone is wrong.
    pub fn schedule(&self) -> Result<Schedule, PeriodicError> {
        Schedule::new(&self.cron, &self.timezone)
    }

    /// The job that a tick enqueues, without a jid.
    #[must_use]
    pub fn new_job(&self) -> NewJob {
        let mut job = NewJob::new(self.class.clone());
        job.args.clone_from(&self.args);
        job.queue.clone_from(&self.queue);
        job.retry = self.retry;
        if !self.tags.is_empty() {
            let tags = serde_json::Value::from(self.tags.clone()).to_string();
            job.extra.push(("tags".to_owned(), tags));
        }
        job
    }

    /// What decides when it is due, as one text: two jobs of the same have the same ticks.
    #[must_use]
    pub fn schedule_text(&self) -> String {
        format!("{} {}", self.timezone, self.cron)
    }

    /// As it is written into the store.
    ///
    /// # Errors
    /// The arguments are no JSON: see [`PeriodicJob::check`].
    pub fn definition(&self) -> Result<String, PeriodicError> {
        let raw = |text: String, field: &str| {
            RawValue::from_string(text)
                .map_err(|error| PeriodicError::new(field, format!("it is no JSON: {error}")))
        };
        let definition = Definition {
            name: self.effective_name().to_owned(),
            cron: self.cron.clone(),
            timezone: self.timezone.clone(),
            class: self.class.clone(),
            args: raw(self.args.clone(), "args")?,
            queue: self.queue.clone(),
            retry: raw(self.retry.to_json(), "retry")?,
            missed: self.missed,
            tags: self.tags.clone(),
        };
        serde_json::to_string(&definition)
            .map_err(|error| PeriodicError::new("args", error.to_string()))
    }

    /// From what stands in the store; nothing when it cannot be read.
    #[must_use]
    pub fn from_definition(text: &str) -> Option<Self> {
        let definition: Definition = serde_json::from_str(text).ok()?;
        Some(Self {
            name: Some(definition.name),
            cron: definition.cron,
            timezone: definition.timezone,
            class: definition.class,
            args: definition.args.get().to_owned(),
            queue: definition.queue,
            retry: RetryRule::from_input(definition.retry.get())?,
            missed: definition.missed,
            tags: definition.tags,
        })
    }

    /// Its next tick after a time; nothing when there is none any more.
    #[must_use]
    pub fn next_after(&self, time: Timestamp) -> Option<Timestamp> {
        self.schedule().ok()?.next_after(time)
    }
}

#[cfg(test)]
mod tests {
    use super::{Missed, PeriodicJob};
    use crate::job::{Job, RetryRule, TimeUnit};
    use crate::model::Timestamp;

    fn digest() -> PeriodicJob {
        PeriodicJob::new("0 7 * * *", "SendDigest")
            .timezone("Europe/Berlin")
            .args(("all", 1.5))
            .expect("arguments")
            .queue("mail")
            .retry(RetryRule::Times(3))
            .missed(Missed::All)
            .tag("daily")
    }

    #[test]
    fn a_name_is_the_class_unless_it_is_said() {
        assert_eq!(digest().effective_name(), "SendDigest");
        assert_eq!(digest().name("digest").effective_name(), "digest");
    }

    #[test]
    fn what_is_written_into_the_store_reads_back() {
        for job in [
            digest(),
            digest().retry(RetryRule::Never),
            PeriodicJob::new("@daily", "A::B").name("Ä \"b\""),
        ] {
            assert_eq!(job.check(), Ok(()));
            let text = job.definition().expect("a definition");
            let read = PeriodicJob::from_definition(&text).expect("it is read");
            assert_eq!(read.definition(), Ok(text));
            assert_eq!(read.effective_name(), job.effective_name());
            assert_eq!(read.new_job().args, job.args);
        }
        assert_eq!(PeriodicJob::from_definition("{}"), None);
        assert_eq!(PeriodicJob::from_definition("no JSON"), None);
    }

    #[test]
    fn its_jobs_say_what_it_says() {
        let now = Timestamp(1_795_470_701_597);
        let job: Job = digest()
            .new_job()
            .encode(now, TimeUnit::Seconds)
            .expect("a job");
        for (field, value) in [
            ("class", "\"SendDigest\""),
            ("args", "[\"all\",1.5]"),
            ("queue", "\"mail\""),
            ("retry", "3"),
            ("tags", "[\"daily\"]"),
        ] {
            assert_eq!(job.field(field), Some(value));
        }
    }

    #[test]
    fn what_is_wrong_names_the_setting() {
        let wrong = |job: PeriodicJob| job.check().expect_err("it is wrong").field;
        assert_eq!(wrong(PeriodicJob::new("soon", "A")), "cron");
        assert_eq!(
            wrong(PeriodicJob::new("@daily", "A").timezone("Mars")),
            "timezone"
        );
        assert_eq!(wrong(PeriodicJob::new("@daily", " ")), "class");
        assert_eq!(wrong(PeriodicJob::new("@daily", "A").queue("")), "queue");
        assert_eq!(wrong(PeriodicJob::new("@daily", "A").name("a\nb")), "name");
        assert_eq!(
            wrong(PeriodicJob::new("@daily", "A").name("x".repeat(201))),
            "name"
        );
    }
}
