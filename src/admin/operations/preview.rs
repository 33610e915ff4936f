//! What an operation would do, before it is confirmed.

use super::{
    changer::{Changer, Planned},
    mark::Mark,
    walk::{Batch, Position, Walk},
};
use crate::admin::{Admin, AdminResult};
use crate::job::{Job, entry};
use crate::model::{
    Action, Change, OperationPlan, OperationPreview, OperationRequest, PreviewSample, Set,
    Timestamp,
};
use crate::store::{Destination, StoredEntry, Target};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::{Duration, Instant},
};

/// Jobs that are shown.
const SAMPLES: usize = 5;

/// Queues that a warning names at most.
const NAMED: usize = 3;

/// Matching jobs whose arguments are compared with those that wait in queues.
const COMPARED: usize = 20_000;

/// Entries at the newer end of a queue that are compared with them.
const COMPARED_IN_QUEUE: usize = 2_000;

impl Admin {
    /// Counts and shows what an operation would change, for at most `budget`. Nothing is changed.
    ///
    /// # Errors
    /// What is wrong with the request; the store's.
    pub async fn preview_operation(
        &self,
        request: &OperationRequest,
        budget: Duration,
    ) -> AdminResult<OperationPreview> {
        let started = Instant::now();
        let plan = self.plan_operation(request).await?;
        let walk = Walk::new(self.store.clone(), Arc::new(plan.clone()));
        let mut look = Look::new(self.fleet_unit().await, request);
        look.preview.before = plan.before;
        look.preview.total = plan.total;
        let mut at = 0;
        'looking: while !walk.is_behind(at) {
            let mut reader = walk.read(Position { at, after: None })?;
            while let Some(batch) = reader.next().await? {
                at = batch.next.at;
                look.preview.scanned += batch.scanned;
                look.take(&batch);
                let is_last = walk.is_behind(at) && batch.next.after.is_none();
                if started.elapsed() >= budget && !is_last {
                    break 'looking;
                }
                tokio::task::yield_now().await;
            }
        }
        look.preview.complete = walk.is_behind(at);
        look.warnings(self, &plan).await?;
        let Look {
            mut preview, mark, ..
        } = look;
        preview.refused = mark.progress(0, 0, 0).refused;
        Ok(preview)
    }
}

/// What was seen so far.
struct Look<'request> {
    request: &'request OperationRequest,
    fleet_unit: Option<crate::job::TimeUnit>,
    preview: OperationPreview,
    mark: Mark,
    in_batches: u64,
    unique: u64,
    /// Queues where jobs go, with how many.
    queues: HashMap<String, u64>,
    /// Class and arguments of those that go into a queue.
    work: HashSet<(String, String)>,
}

impl<'request> Look<'request> {
    fn new(fleet_unit: Option<crate::job::TimeUnit>, request: &'request OperationRequest) -> Self {
        Self {
            request,
            fleet_unit,
            preview: OperationPreview::default(),
            mark: Mark::default(),
            in_batches: 0,
            unique: 0,
            queues: HashMap::new(),
            work: HashSet::new(),
        }
    }

    fn take(&mut self, batch: &Batch) {
        let changer = Changer {
            change: &self.request.change,
            now: batch.now,
            fleet_unit: self.fleet_unit,
        };
        for meant in &batch.meant {
            let planned = changer.plan(&meant.entry, &meant.job);
            if planned == Planned::IsSo {
                continue;
            }
            self.preview.matched += 1;
            match &planned {
                Planned::Stays(reason) => self.mark.refuse(reason, 1),
                Planned::Goes(to) => self.note(&meant.job, to),
                Planned::IsSo => {}
            }
            if self.preview.samples.len() < SAMPLES
                && let Some(stored) = batch.stored(meant)
            {
                self.preview
                    .samples
                    .push(self.sample(stored, &meant.job, planned));
            }
        }
    }

    fn note(&mut self, job: &Job, to: &Target) {
        self.in_batches += u64::from(job.field("bid").is_some());
        let is_unique = ["unique_for", "unique_until", "lock", "lock_digest"]
            .iter()
            .any(|field| job.field(field).is_some_and(|value| value != "null"));
        self.unique += u64::from(is_unique);
        if let Target::Away(Destination::Queue { name, .. }) = to {
            *self.queues.entry(name.clone()).or_default() += 1;
            if self.work.len() < COMPARED {
                self.work.insert(work(job));
            }
        }
    }

    fn sample(&self, stored: StoredEntry, job: &Job, planned: Planned) -> PreviewSample {
        let mut sample = PreviewSample {
            entry: entry(stored.id, job, false),
            to: None,
            at: None,
            edit: None,
            refused: None,
        };
        match planned {
            Planned::Goes(Target::Away(Destination::Set { set, score, .. })) => {
                sample.to = Some(set.name().to_owned());
                sample.at = (set != Set::Dead).then(|| Timestamp::from_seconds(score));
            }
            Planned::Goes(Target::Away(Destination::Queue { name, .. })) => {
                sample.to = Some(format!("queue:{name}"));
            }
            Planned::Goes(Target::Here(raw)) => {
                let path = match &self.request.change {
                    Change::Edit { path, .. } => path.as_str(),
                    _ => "queue",
                };
                let new = Job::new(raw);
                let value = |job: &Job| job.value_at(path).unwrap_or("null").to_owned();
                sample.edit = Some((value(job), value(&new)));
            }
            Planned::Goes(Target::Away(Destination::Nowhere)) | Planned::IsSo => {}
            Planned::Stays(reason) => sample.refused = Some(reason),
        }
        sample
    }

    async fn warnings(&mut self, admin: &Admin, plan: &OperationPlan) -> AdminResult<()> {
        for place in &self.request.selection.places {
            if !plan.selection.places.contains(place) {
                let change = self.request.change.name();
                self.preview.warnings.push(format!(
                    "`{change}` means nothing for jobs of {place}: they stay as they are"
                ));
            }
        }
        let so_far = if self.preview.complete {
            ""
        } else {
            " at least"
        };
        if self.in_batches > 0 {
            self.preview.warnings.push(format!(
                "{}{so_far} are members of a batch: it counts them, and may not know of this",
                self.in_batches
            ));
        }
        if self.unique > 0 {
            self.preview.warnings.push(format!(
                "{}{so_far} are unique jobs: their locks are left as they are",
                self.unique
            ));
        }
        if self.queues.is_empty() {
            return Ok(());
        }
        self.unheard(admin).await?;
        if matches!(plan.change, Some(Change::Act(Action::Retry))) {
            self.repeated(admin).await?;
        }
        Ok(())
    }

    /// Queues that no process listens to.
    async fn unheard(&mut self, admin: &Admin) -> AdminResult<()> {
        let processes = admin.store.processes().await?;
        let heard: HashSet<&str> = processes
            .iter()
            .filter(|process| !process.quiet)
            .flat_map(|process| process.queues.iter().map(|(name, _)| name.as_str()))
            .collect();
        let mut unheard: Vec<(&String, &u64)> = self
            .queues
            .iter()
            .filter(|(name, _)| !heard.contains(name.as_str()))
            .collect();
        unheard.sort();
        let named: Vec<String> = unheard
            .iter()
            .take(NAMED)
            .map(|(name, count)| format!("`{name}` ({count} jobs)"))
            .collect();
        if !named.is_empty() {
            let more = match unheard.len().saturating_sub(NAMED) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            self.preview.warnings.push(format!(
                "no process runs jobs of the queue {}{more}: they will wait there",
                named.join(", ")
            ));
        }
        Ok(())
    }

    /// The same work that somebody has enqueued again.
    async fn repeated(&mut self, admin: &Admin) -> AdminResult<()> {
        use crate::model::{Order, Place};
        use crate::store::Start;
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
        if !repeated.is_empty() {
            self.preview.warnings.push(format!(
                "{} have the same class and arguments as jobs that wait in a queue already: their work would be done twice",
                repeated.len()
            ));
        }
        Ok(())
    }
}

fn work(job: &Job) -> (String, String) {
    (
        job.handler_class().unwrap_or_default(),
        job.field("args").unwrap_or_default().to_owned(),
    )
}
