//! What an operator may not know of the jobs that an operation would change.

use crate::admin::{Admin, AdminResult};
use crate::job::Job;
use crate::model::{Action, Change, OperationPlan, OperationRequest, Order, Place};
use crate::store::{Destination, Start, Target};
use std::collections::{HashMap, HashSet};

/// Queues and classes that a warning names at most.
const NAMED: usize = 3;

/// Matching jobs whose arguments are compared with those that wait in queues.
const COMPARED: usize = 20_000;

/// Entries at the newer end of a queue that are compared with them.
const COMPARED_IN_QUEUE: usize = 2_000;

/// What was seen of the jobs so far.
#[derive(Default)]
pub(super) struct Warnings {
    in_batches: u64,
    unique: u64,
    /// Queues where jobs go, with how many.
    queues: HashMap<String, u64>,
    /// Classes that no process knew when a job of them failed, with how many jobs.
    unknown: HashMap<String, u64>,
    /// Class and arguments of those that go into a queue.
    work: HashSet<(String, String)>,
}

impl Warnings {
    /// One more job, and where it would go.
    pub(super) fn note(&mut self, job: &Job, to: &Target) {
        self.in_batches += u64::from(job.field("bid").is_some());
        let is_unique = ["unique_for", "unique_until", "lock", "lock_digest"]
            .iter()
            .any(|field| job.field(field).is_some_and(|value| value != "null"));
        self.unique += u64::from(is_unique);
        if let Target::Away(Destination::Queue { name, .. }) = to {
            *self.queues.entry(name.clone()).or_default() += 1;
            if let Some(class) = unknown_class(job) {
                *self.unknown.entry(class).or_default() += 1;
            }
            if self.work.len() < COMPARED {
                self.work.insert(work(job));
            }
        }
    }

    /// In words.
    pub(super) async fn tell(
        &self,
        admin: &Admin,
        request: &OperationRequest,
        plan: &OperationPlan,
        complete: bool,
    ) -> AdminResult<Vec<String>> {
        let mut told = Vec::new();
        for place in &request.selection.places {
            if !plan.selection.places.contains(place) {
                let change = request.change.name();
                told.push(format!(
                    "`{change}` means nothing for jobs of {place}: they stay as they are"
                ));
            }
        }
        let so_far = if complete { "" } else { " at least" };
        if self.in_batches > 0 {
            told.push(format!(
                "{}{so_far} are members of a batch: it counts them, and may not know of this",
                self.in_batches
            ));
        }
        if self.unique > 0 {
            told.push(format!(
                "{}{so_far} are unique jobs: their locks are left as they are",
                self.unique
            ));
        }
        if let Some(classes) = named(self.unknown.iter()) {
            told.push(format!(
                "no process knew the class {classes} when they failed: they will fail again, unless one that knows it runs by now"
            ));
        }
        if !self.queues.is_empty() {
            told.extend(self.unheard(admin).await?);
        }
        if matches!(plan.change, Some(Change::Act(Action::Retry))) {
            told.extend(self.repeated(admin).await?);
        }
        Ok(told)
    }

    /// Queues that no process listens to.
    async fn unheard(&self, admin: &Admin) -> AdminResult<Option<String>> {
        let processes = admin.store.processes().await?;
        let heard: HashSet<&str> = processes
            .iter()
            .filter(|process| !process.quiet)
            .flat_map(|process| process.queues.iter().map(|(name, _)| name.as_str()))
            .collect();
        let unheard = self
            .queues
            .iter()
            .filter(|(name, _)| !heard.contains(name.as_str()));
        Ok(named(unheard).map(|queues| {
            format!("no process runs jobs of the queue {queues}: they will wait there")
        }))
    }

    /// The same work that somebody has enqueued again.
    async fn repeated(&self, admin: &Admin) -> AdminResult<Option<String>> {
        let mut repeated: HashSet<(String, String)> = HashSet::new();
        for name in self.queues.keys() {
            let place = Place::Queue(name.clone());
            let (mut start, mut looked) = (Start::Edge, 0);
            while looked < COMPARED_IN_QUEUE {
                let slice = admin
                    .store
                    .slice(&place, &start, Order::Descending, 500)
                    .await?;
                looked += slice.entries.len();
                for stored in &slice.entries {
                    let same = work(&Job::new(stored.raw.clone()));
                    if self.work.contains(&same) {
                        repeated.insert(same);
                    }
                }
                match slice.entries.last() {
                    Some(last) if slice.more => start = Start::After(last.cursor.clone()),
                    _ => break,
                }
            }
        }
        Ok((!repeated.is_empty()).then(|| {
            format!(
                "{} have the same class and arguments as jobs that wait in a queue already: their work would be done twice",
                repeated.len()
            )
        }))
    }
}

/// The first of these with how many jobs each, and how many more there are; nothing when there are none.
fn named<'names>(names: impl Iterator<Item = (&'names String, &'names u64)>) -> Option<String> {
    let mut names: Vec<_> = names.collect();
    names.sort();
    let first: Vec<String> = names
        .iter()
        .take(NAMED)
        .map(|(name, count)| {
            format!(
                "`{name}` ({count} {})",
                if **count == 1 { "job" } else { "jobs" }
            )
        })
        .collect();
    let more = match names.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    (!first.is_empty()).then(|| first.join(", ") + &more)
}

/// The job's class, if it failed because the process that took it has no such class: Ruby and Jobdeck's worker say so in the same words.
fn unknown_class(job: &Job) -> Option<String> {
    let says = |field: &str| serde_json::from_str::<String>(job.field(field)?).ok();
    if says("error_class")? != "NameError" {
        return None;
    }
    let message = says("error_message")?;
    let missing = message.strip_prefix("uninitialized constant ")?;
    let missing = missing.split_whitespace().next()?;
    let class = job.handler_class()?;
    // Of `Photos::Publish`, `Photos` may be what is missing.
    let is_it = class.strip_prefix(missing)?;
    (is_it.is_empty() || is_it.starts_with("::")).then_some(class)
}

fn work(job: &Job) -> (String, String) {
    (
        job.handler_class().unwrap_or_default(),
        job.field("args").unwrap_or_default().to_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::unknown_class;
    use crate::job::Job;

    #[test]
    fn a_class_is_unknown_when_it_is_what_was_missing() {
        let unknown = |class: &str, message: &str| {
            let raw = format!(
                r#"{{"class":"{class}","args":[],"error_class":"NameError","error_message":"{message}"}}"#
            );
            unknown_class(&Job::new(raw.into_bytes()))
        };
        for (class, message) in [
            ("Publish", "uninitialized constant Publish"),
            ("Photos::Publish", "uninitialized constant Photos"),
            (
                "Photos::Publish",
                "uninitialized constant Photos::Publish\\n\\n  Object.const_get",
            ),
        ] {
            assert_eq!(unknown(class, message).as_deref(), Some(class), "{message}");
        }
        assert_eq!(unknown("Publish", "uninitialized constant Flickr"), None);
        assert_eq!(unknown("Publisher", "uninitialized constant Publish"), None);
        assert_eq!(unknown("Publish", "undefined local variable"), None);
    }
}
