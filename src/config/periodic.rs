//! `[[periodic]]`: jobs that are enqueued by the calendar.
//!
//! Tables in a list have no names of the form `section.key`, so they are read here, each value with its place in the file.

use super::{
    Problem,
    section::{Key, key},
    settings::nearest,
};
use crate::{
    job::RetryRule,
    periodic::{Missed, PeriodicJob},
};
use serde_json::{Map, Number, Value};
use std::ops::Range;
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

/// What the tables are called.
pub(super) const NAME: &str = "periodic";

/// What a table may hold.
pub(super) const KEYS: &[Key] = &[
    key(
        "cron",
        "needed",
        "\"0 7 * * MON-FRI\"",
        "minute, hour, day of the month, month, weekday; with six fields seconds stand in front, with seven a year behind; also `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`, names (`MON`, `JAN`), and `L`, `#`, `W` for last, nth and nearest days",
    ),
    key(
        "timezone",
        "`UTC`",
        "\"Europe/Berlin\"",
        "the IANA name of the time zone that `cron` is meant in",
    ),
    key("class", "needed", "\"SendDigest\"", "class of the jobs"),
    key(
        "args",
        "`[]`",
        "[\"all\", 10]",
        "their arguments; times stand in quotes",
    ),
    key("queue", "`default`", "\"mail\"", "their queue"),
    key(
        "retry",
        "`true`",
        "5",
        "how often a job that failed is tried again: `true`, `false` or a count",
    ),
    key("tags", "none", "[\"daily\"]", "a list of texts"),
    key(
        "name",
        "the class",
        "\"digest\"",
        "what it is called on the page; no two may have the same, so a class that stands twice needs one",
    ),
    key(
        "missed",
        "`once`",
        "\"once\"",
        "what becomes of ticks that came while no process ran: `skip`, `once` (one job for all of them) or `all`",
    ),
];

/// Reads all tables of a file; `at` says where something stands. What is wrong is added to `problems`.
pub(super) fn read(
    file: &DeTable<'_>,
    at: &impl Fn(Range<usize>) -> String,
    problems: &mut Vec<Problem>,
) -> Vec<PeriodicJob> {
    let Some((name, value)) = file.iter().find(|(name, _)| name.get_ref() == NAME) else {
        return Vec::new();
    };
    let DeValue::Array(tables) = value.get_ref() else {
        problems.push(Problem::new(
            at(name.span()),
            "`periodic` is a list of tables: write `[[periodic]]` above each of them",
        ));
        return Vec::new();
    };
    let mut jobs: Vec<(PeriodicJob, String)> = Vec::new();
    for table in tables.iter() {
        let DeValue::Table(keys) = table.get_ref() else {
            problems.push(Problem::new(
                at(table.span()),
                "`periodic` is a list of tables: write `[[periodic]]` above each of them",
            ));
            continue;
        };
        let mut reader = Reader {
            keys,
            place: at(table.span()),
            at,
            problems,
        };
        let Some(job) = reader.read() else {
            continue;
        };
        let name_key = if job.name.is_some() { "name" } else { "class" };
        let place = reader.place_of(name_key);
        let twin = jobs
            .iter()
            .find(|(other, _)| other.effective_name() == job.effective_name());
        if let Some((_, other)) = twin {
            problems.push(Problem::new(
                place,
                format!(
                    "two periodic jobs are called `{}` (the other one at {other}): give each a `name` of its own",
                    job.effective_name()
                ),
            ));
            continue;
        }
        jobs.push((job, place));
    }
    jobs.into_iter().map(|(job, _)| job).collect()
}

/// One table.
struct Reader<'file, 'text, A> {
    keys: &'file DeTable<'text>,
    /// Where it stands.
    place: String,
    at: &'file A,
    problems: &'file mut Vec<Problem>,
}

impl<'text, A: Fn(Range<usize>) -> String> Reader<'_, 'text, A> {
    /// The job, if everything about it is right.
    fn read(&mut self) -> Option<PeriodicJob> {
        let before = self.problems.len();
        self.check_names();
        let cron = self.needed(
            "cron",
            "write when it is due, such as `cron = \"0 7 * * *\"`",
        );
        let class = self.needed(
            "class",
            "name the class of its jobs, such as `class = \"SendDigest\"`",
        );
        let mut job = PeriodicJob::new(cron.unwrap_or_default(), class.unwrap_or_default());
        job.name = self.text("name");
        if let Some(timezone) = self.text("timezone") {
            job.timezone = timezone;
        }
        if let Some(queue) = self.text("queue") {
            job.queue = queue;
        }
        if let Some(args) = self.args() {
            job.args = args;
        }
        if let Some(retry) = self.retry() {
            job.retry = retry;
        }
        if let Some(missed) = self.missed() {
            job.missed = missed;
        }
        job.tags = self.tags();
        if self.problems.len() > before {
            return None;
        }
        if let Err(error) = job.check() {
            self.complain(&error.field, &error.reason);
            return None;
        }
        Some(job)
    }

    fn check_names(&mut self) {
        for (key, _) in self.keys {
            let name = key.get_ref().as_ref();
            if KEYS.iter().any(|known| known.name == name) {
                continue;
            }
            let hint = nearest(name, KEYS.iter().map(|known| known.name))
                .map(|known| format!("; did you mean `{known}`?"))
                .unwrap_or_default();
            self.problems.push(Problem::new(
                (self.at)(key.span()),
                format!("there is no setting `periodic.{name}`{hint}"),
            ));
        }
    }

    fn value(&self, key: &str) -> Option<&DeValue<'text>> {
        self.keys.get(key).map(Spanned::get_ref)
    }

    /// Where a setting stands; the table, if it does not.
    fn place_of(&self, key: &str) -> String {
        self.keys
            .get_key_value(key)
            .map_or_else(|| self.place.clone(), |(key, _)| (self.at)(key.span()))
    }

    fn complain(&mut self, key: &str, reason: &str) {
        let place = self.place_of(key);
        self.problems
            .push(Problem::new(place, format!("`periodic.{key}`: {reason}")));
    }

    fn text(&mut self, key: &str) -> Option<String> {
        match self.value(key)? {
            DeValue::String(text) => Some(text.clone().into_owned()),
            _ => {
                self.complain(key, "it is no text: write it in quotes");
                None
            }
        }
    }

    fn needed(&mut self, key: &str, reason: &str) -> Option<String> {
        if self.value(key).is_none() {
            self.complain(key, &format!("it is missing: {reason}"));
        }
        self.text(key)
    }

    fn args(&mut self) -> Option<String> {
        let json = match self.value("args")? {
            value @ DeValue::Array(_) => json(value),
            _ => Err("they are no array: write `[1]` for one argument".to_owned()),
        };
        json.map(|json| json.to_string())
            .map_err(|reason| self.complain("args", &reason))
            .ok()
    }

    fn retry(&mut self) -> Option<RetryRule> {
        let rule = match self.value("retry")? {
            DeValue::Boolean(true) => Some(RetryRule::Default),
            DeValue::Boolean(false) => Some(RetryRule::Never),
            DeValue::Integer(count) => u32::from_str_radix(count.as_str(), count.radix())
                .ok()
                .map(RetryRule::Times),
            _ => None,
        };
        if rule.is_none() {
            self.complain("retry", "it is neither true, false nor a count such as 5");
        }
        rule
    }

    fn missed(&mut self) -> Option<Missed> {
        let text = self.text("missed")?;
        let policy = Missed::ALL.into_iter().find(|missed| missed.name() == text);
        if policy.is_none() {
            let names = Missed::ALL.map(Missed::name);
            let hint = nearest(&text, names)
                .map(|known| format!("; did you mean `{known}`?"))
                .unwrap_or_default();
            self.complain(
                "missed",
                &format!("`{text}` is neither `skip`, `once` nor `all`{hint}"),
            );
        }
        policy
    }

    fn tags(&mut self) -> Vec<String> {
        let tags = match self.value("tags") {
            None => Some(Vec::new()),
            Some(DeValue::Array(tags)) => tags
                .iter()
                .map(|tag| Some(tag.get_ref().as_str()?.to_owned()))
                .collect(),
            Some(_) => None,
        };
        if tags.is_none() {
            self.complain("tags", "they are no list of texts: write `[\"urgent\"]`");
        }
        tags.unwrap_or_default()
    }
}

/// A value of the file as JSON.
fn json(value: &DeValue<'_>) -> Result<Value, String> {
    Ok(match value {
        DeValue::String(text) => Value::from(text.as_ref()),
        DeValue::Boolean(value) => Value::from(*value),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map(Value::from)
            .map_err(|_| format!("the number {number} is too large: write it in quotes"))?,
        DeValue::Float(number) => number
            .as_str()
            .parse()
            .ok()
            .and_then(Number::from_f64)
            .map(Value::from)
            .ok_or_else(|| format!("{number} has no form in JSON"))?,
        DeValue::Datetime(time) => {
            return Err(format!(
                "the time {time} has no form in JSON: write it in quotes"
            ));
        }
        DeValue::Array(values) => values
            .iter()
            .map(|value| json(value.get_ref()))
            .collect::<Result<Vec<_>, _>>()?
            .into(),
        DeValue::Table(table) => table
            .iter()
            .map(|(key, value)| Ok((key.get_ref().clone().into_owned(), json(value.get_ref())?)))
            .collect::<Result<Map<_, _>, String>>()?
            .into(),
    })
}
