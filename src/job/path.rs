//! Values inside a job by their path: a field (`retry`), or something in the arguments as they are shown (`args.0.user_id`).

use super::{Job, Malformed, json};
use std::ops::Range;

/// Why a path leads nowhere, or what is there cannot be changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct PathError {
    reason: String,
    leads_nowhere: bool,
}

impl PathError {
    fn new(reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            leads_nowhere: false,
        }
    }

    /// Whether it is only that there is no such thing in this job.
    #[must_use]
    pub fn leads_nowhere(&self) -> bool {
        self.leads_nowhere
    }
}

/// Fields that are a job's identity or whereabouts, or that only its worker writes.
const FIXED: [&str; 3] = ["jid", "queue", "encrypt"];

impl Job {
    /// The JSON text of the value at a path.
    ///
    /// # Errors
    /// The path leads nowhere in this job.
    pub fn value_at(&self, path: &str) -> Result<&str, PathError> {
        let (_, _, value) = self.resolve(path)?;
        Ok(value)
    }

    /// The job with another value (JSON) at a path; every other byte stays. A field that is not there yet is added; nothing else is.
    ///
    /// # Errors
    /// The path leads nowhere in this job, or to what cannot be changed; the value is no JSON, or none that may stand there.
    pub fn edited_at(&self, path: &str, value: &str) -> Result<Job, PathError> {
        let wrong = |error: Malformed| PathError::new(error.to_string());
        let value = json::check(value)
            .map_err(|error| PathError::new(format!("the new value is not JSON: {error}")))?;
        let field = path.split('.').next().unwrap_or_default();
        if field.is_empty() {
            return Err(PathError::new(
                "the path is empty: name a field, or `args.0` for the first argument",
            ));
        }
        if FIXED.contains(&field) {
            return Err(PathError::new(format!(
                "the field `{field}` cannot be edited"
            )));
        }
        if path == "class" && json::string(value).is_none_or(|class| class.trim().is_empty()) {
            return Err(PathError::new("`class` must be a name in quotes"));
        }
        if path == "args" && !value.starts_with('[') {
            return Err(PathError::new("`args` must be an array"));
        }
        if path == field {
            return self.edited(&[(field, value)]).map_err(wrong);
        }
        if field == "args" && self.boolean("encrypt") == Some(true) {
            return Err(PathError::new(
                "its arguments are encrypted, so nothing in them can be edited",
            ));
        }
        let (name, whole, part) = self.resolve(path)?;
        // `part` is a piece of `whole`, so the difference of their addresses says where.
        let start = part.as_ptr() as usize - whole.as_ptr() as usize;
        let (before, after) = (&whole[..start], &whole[start + part.len()..]);
        self.edited(&[(name, &format!("{before}{value}{after}"))])
            .map_err(wrong)
    }

    /// The field that the path begins with, its value, and the piece of that value where the path leads.
    fn resolve<'a, 'path>(
        &'a self,
        path: &'path str,
    ) -> Result<(&'path str, &'a str, &'a str), PathError> {
        if let Some(reason) = self.malformed() {
            return Err(PathError::new(format!("the entry is no job: {reason}")));
        }
        let mut steps = path.split('.');
        let name = steps.next().unwrap_or_default();
        let missing = || PathError {
            reason: format!("there is no `{path}` in it"),
            leads_nowhere: true,
        };
        let whole = self.field(name).ok_or_else(missing)?;
        let mut part = whole;
        if name == "args" && steps.clone().next().is_some() {
            part = self.arguments(whole).ok_or_else(missing)?;
        }
        for step in steps {
            let inner = if part.starts_with('[') {
                let elements = json::elements(part).ok_or_else(missing)?;
                let index: usize = step.parse().map_err(|_| missing())?;
                elements.get(index).copied()
            } else {
                json::member(part, step)
            };
            part = inner.ok_or_else(missing)?;
        }
        Ok((name, whole, part))
    }

    /// Where in the stored bytes all values stand to which a path leads; a star in it is any one field, name or number. Fields and names
    /// that are repeated count each time.
    pub(crate) fn places_at(&self, path: &str) -> Vec<Range<usize>> {
        let mut steps = path.split('.');
        let Some(name) = steps.next().filter(|_| self.malformed().is_none()) else {
            return Vec::new();
        };
        let steps: Vec<&str> = steps.collect();
        let mut parts = Vec::new();
        for (field, value) in self.all_fields() {
            if name != "*" && field != name {
                continue;
            }
            // As the arguments are shown, and as they are stored.
            let shown = (field == "args" && self.is_wrapper() && !steps.is_empty())
                .then(|| self.arguments(value))
                .flatten();
            for part in shown.into_iter().chain([value]) {
                collect(part, &steps, &mut parts);
            }
        }
        // Each is a piece of the stored bytes, so the difference of their addresses says where.
        let start = self.raw().as_ptr().addr();
        let place = |part: &str| {
            let from = part.as_ptr().addr() - start;
            from..from + part.len()
        };
        parts.into_iter().map(place).collect()
    }

    /// The array of the arguments as they are shown: those of an Active Job stand inside its wrapper.
    fn arguments<'a>(&self, args: &'a str) -> Option<&'a str> {
        if !self.is_wrapper() {
            return Some(args);
        }
        json::member(json::elements(args)?.first()?, "arguments")
    }
}

/// Adds the pieces of a value to which the steps lead.
fn collect<'a>(part: &'a str, steps: &[&str], parts: &mut Vec<&'a str>) {
    let Some((step, rest)) = steps.split_first() else {
        parts.push(part);
        return;
    };
    if part.starts_with('[') {
        let elements = json::elements(part).unwrap_or_default();
        for (index, element) in elements.into_iter().enumerate() {
            if *step == "*" || step.parse() == Ok(index) {
                collect(element, rest, parts);
            }
        }
    } else if part.starts_with('{') {
        for (name, value) in json::members(part).unwrap_or_default() {
            if *step == "*" || json::string(name).is_some_and(|name| name == *step) {
                collect(value, rest, parts);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::job::Job;
    use proptest::prelude::*;

    const JOB: &str = r#"{"class":"A","args":[ {"user_id": 17,"b":[1.0,{}]} ,"x"],"retry":true}"#;

    fn edited(path: &str, value: &str) -> String {
        let job = Job::new(JOB).edited_at(path, value);
        job.map_or_else(|error| error.to_string(), |job| job.text().into_owned())
    }

    #[test]
    fn one_value_changes_and_every_other_byte_stays() {
        assert_eq!(
            edited("args.0.user_id", "18"),
            r#"{"class":"A","args":[ {"user_id": 18,"b":[1.0,{}]} ,"x"],"retry":true}"#
        );
        assert_eq!(
            edited("args.0.b.1", r#"{"n":null}"#),
            r#"{"class":"A","args":[ {"user_id": 17,"b":[1.0,{"n":null}]} ,"x"],"retry":true}"#
        );
        assert_eq!(
            edited("args.1", r#""y""#),
            r#"{"class":"A","args":[ {"user_id": 17,"b":[1.0,{}]} ,"y"],"retry":true}"#
        );
        assert!(edited("retry", "5").ends_with(r#""retry":5}"#));
        assert!(edited("dead", "false").ends_with(r#","dead":false}"#));
    }

    #[test]
    fn what_leads_nowhere_or_may_not_be_changed_says_so() {
        for (path, value, part) in [
            ("args.2", "1", "no `args.2`"),
            ("args.0.nothing", "1", "no `args.0.nothing`"),
            ("args.x", "1", "no `args.x`"),
            ("nothing.at.all", "1", "no `nothing"),
            ("jid", "1", "`jid` cannot"),
            ("queue", "\"low\"", "`queue` cannot"),
            ("args", "{}", "an array"),
            ("args.1", "nonsense", "not JSON"),
            ("", "1", "empty"),
        ] {
            let error = edited(path, value);
            assert!(error.contains(part), "{path}: {error}");
        }
    }

    #[test]
    fn arguments_of_an_active_job_are_counted_as_they_are_shown() {
        let job = Job::new(
            r#"{"class":"Sidekiq::ActiveJob::Wrapper","wrapped":"A","args":[{"job_class":"A","arguments":[7,{"n":1}]}]}"#,
        );
        assert_eq!(job.value_at("args.1.n"), Ok("1"));
        let job = job.edited_at("args.0", "8").unwrap();
        assert!(job.text().contains(r#""arguments":[8,{"n":1}]"#));
    }

    #[test]
    fn encrypted_arguments_stay_as_they_are() {
        let job = Job::new(r#"{"class":"A","args":[1,"x"],"encrypt":true}"#);
        assert!(job.edited_at("args.0", "2").is_err());
    }

    proptest! {
        #[test]
        fn any_path_and_value_is_an_edit_or_an_error(path in "[a-z0-9.]{0,12}", value in "\\PC{0,6}") {
            if let Ok(job) = Job::new(JOB).edited_at(&path, &value) {
                prop_assert_eq!(job.malformed(), None);
                prop_assert!(job.class().is_some());
            }
        }
    }
}
