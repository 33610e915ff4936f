//! What an operation would do, before it is confirmed.

use super::{
    changer::{Changer, Planned},
    mark::Mark,
    walk::{Batch, Position, Walk},
    warnings::Warnings,
};
use crate::admin::{Admin, AdminResult};
use crate::job::Job;
use crate::model::{
    Change, Limit, OperationPreview, OperationRequest, PreviewSample, Right, Set, Timestamp,
};
use crate::redaction::Redactor;
use crate::shown;
use crate::store::{Destination, StoredEntry, Target};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// Jobs that are shown.
const SAMPLES: usize = 5;

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
        self.require(Right::ChangeJobs)?;
        let started = Instant::now();
        let plan = self.plan_operation(request).await?;
        let walk = Walk::new(self.store.clone(), Arc::new(plan.clone()));
        let redactor = self.shown_redactor();
        let mut look = Look::new(self.fleet_unit().await, request, &redactor, self.limit());
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
        let Look {
            mut preview,
            mark,
            warnings,
            ..
        } = look;
        preview.warnings = warnings
            .tell(self, request, &plan, preview.complete)
            .await?;
        preview.refused = mark.progress(0, 0, 0).refused;
        Ok(preview)
    }
}

/// What was seen so far.
struct Look<'request> {
    request: &'request OperationRequest,
    redactor: &'request Redactor,
    limit: &'request Limit,
    fleet_unit: Option<crate::job::TimeUnit>,
    preview: OperationPreview,
    mark: Mark,
    warnings: Warnings,
}

impl<'request> Look<'request> {
    fn new(
        fleet_unit: Option<crate::job::TimeUnit>,
        request: &'request OperationRequest,
        redactor: &'request Redactor,
        limit: &'request Limit,
    ) -> Self {
        Self {
            request,
            redactor,
            limit,
            fleet_unit,
            preview: OperationPreview::default(),
            mark: Mark::default(),
            warnings: Warnings::default(),
        }
    }

    fn take(&mut self, batch: &Batch) {
        let changer = Changer {
            change: &self.request.change,
            now: batch.now,
            fleet_unit: self.fleet_unit,
            limit: self.limit,
        };
        for meant in &batch.meant {
            let planned = changer.plan(&meant.entry, &meant.job);
            if planned == Planned::IsSo {
                continue;
            }
            self.preview.matched += 1;
            match &planned {
                Planned::Stays(reason) => self.mark.refuse(reason, 1),
                Planned::Goes(to) => self.warnings.note(&meant.job, to),
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

    fn sample(&self, stored: StoredEntry, job: &Job, planned: Planned) -> PreviewSample {
        let mut sample = PreviewSample {
            entry: shown::entry(stored.id, job, false, self.redactor),
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
                let value = |job: &Job| {
                    let open = self.redactor.job(job).map(Job::new);
                    let open = open.as_ref().unwrap_or(job);
                    open.value_at(path).unwrap_or("null").to_owned()
                };
                sample.edit = Some((value(job), value(&new)));
            }
            Planned::Goes(Target::Away(Destination::Nowhere)) | Planned::IsSo => {}
            Planned::Stays(reason) => sample.refused = Some(reason),
        }
        sample
    }
}
