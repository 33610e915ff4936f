//! Takes up the operations that are to go on.

use super::drive::{Drive, Driven, LEASE, is_passing};
use crate::admin::Admin;
use crate::job::new_jid;
use crate::model::{OperationPlan, OperationState};
use crate::store::{OperationRecord, StoreError, StoreResult, Trouble};
use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// How often it is looked whether there is something to take up: operations of others that have ended, and such as wait.
const LOOK: Duration = Duration::from_secs(1);

/// Ends of operations that are looked for at the start: those of the last hour, milliseconds.
const UNTOLD_MS: i64 = 3_600_000;

/// Operations that one process is at work on at the same time.
const AT_ONCE: usize = 8;

/// A process's work on operations.
#[derive(Debug)]
pub struct OperationRunner {
    admin: Admin,
    /// Its name in the store.
    owner: String,
    /// Operations that are being worked on here.
    active: Mutex<HashSet<String>>,
}

impl OperationRunner {
    /// For the operations of this store.
    #[must_use]
    pub fn new(admin: Admin) -> Self {
        Self {
            admin,
            owner: new_jid(),
            active: Mutex::default(),
        }
    }

    /// Takes up whatever is to go on, until `shutdown`; what is at work then is let go for others, or for the next start.
    pub async fn run(self, shutdown: CancellationToken) {
        let mut works = JoinSet::new();
        let runner = std::sync::Arc::new(self);
        let mut trouble = Trouble::new("reading operations");
        let mut ends_are_noted = false;
        loop {
            match runner
                .admin
                .store()
                .current_operations(Duration::ZERO)
                .await
            {
                Ok(records) => {
                    trouble.is_over();
                    if !ends_are_noted {
                        ends_are_noted = runner.note_ends().await;
                    }
                    for record in records {
                        let is_open = !record.state.is_over()
                            && record.state != OperationState::Paused
                            && record
                                .owner
                                .as_ref()
                                .is_none_or(|owner| *owner == runner.owner);
                        if is_open && works.len() < AT_ONCE && runner.begin(&record.id) {
                            let (runner, shutdown) =
                                (std::sync::Arc::clone(&runner), shutdown.clone());
                            works.spawn(async move {
                                runner.work(&record.id, &shutdown).await;
                                runner.ended(&record.id);
                            });
                        }
                    }
                }
                Err(error) => trouble.note(&error),
            }
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                () = runner.admin.operations_wake.notified() => {}
                () = shutdown.cancelled() => break,
            }
            while works.try_join_next().is_some() {}
        }
        // Each ends behind its step.
        works.join_all().await;
    }

    /// Works on one operation until it is over, paused or another's, or `shutdown`; answers how it stands. It may wait long: for a canary.
    ///
    /// # Errors
    /// The store's, when trying again does not help.
    pub async fn finish(&self, id: &str, shutdown: &CancellationToken) -> StoreResult<()> {
        while !shutdown.is_cancelled() {
            self.work(id, shutdown).await;
            match self.admin.store().operation(id).await? {
                Some(record)
                    if !record.state.is_over() && record.state != OperationState::Paused => {}
                _ => break,
            }
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                () = shutdown.cancelled() => {}
            }
        }
        Ok(())
    }

    fn begin(&self, id: &str) -> bool {
        self.active().insert(id.to_owned())
    }

    fn ended(&self, id: &str) {
        self.active().remove(id);
    }

    fn active(&self) -> std::sync::MutexGuard<'_, HashSet<String>> {
        self.active.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn work(&self, id: &str, shutdown: &CancellationToken) {
        let store = self.admin.store();
        let result = match store.claim_operation(id, &self.owner, LEASE).await {
            Ok(Some(record)) => self.drive(&record, shutdown).await,
            Ok(None) => return,
            Err(error) => Err(error),
        };
        match result {
            Ok(Driven::Over) => {
                if let Some(record) = self.record(id).await {
                    self.admin.note_end(record).await;
                }
            }
            Ok(Driven::Stuck) => {
                if let Some(record) = self.record(id).await {
                    self.admin.note_pause(record).await;
                }
            }
            Ok(Driven::Left | Driven::Later) => {}
            Err(error) if is_passing(&error) => {
                tracing::warn!(%error, id, "an operation waits for its store");
            }
            Err(error) => {
                tracing::warn!(%error, id, "an operation is paused");
                let message = format!("paused by itself: {error}");
                self.pause(id, &message).await;
            }
        }
        if let Err(error) = store.release_operation(id, &self.owner).await {
            tracing::debug!(%error, id, "an operation cannot be let go; others take it up in some seconds");
        }
    }

    async fn drive(
        &self,
        record: &OperationRecord,
        shutdown: &CancellationToken,
    ) -> StoreResult<Driven> {
        let unreadable = |reason: String| {
            StoreError::Invalid(format!(
                "what operation {} is to do cannot be read, it was written by another version of Jobdeck: {reason}",
                record.id
            ))
        };
        let plan: OperationPlan =
            serde_json::from_str(&record.plan).map_err(|error| unreadable(error.to_string()))?;
        let drive =
            Drive::new(&self.admin, &self.owner, record, plan, shutdown).map_err(unreadable)?;
        Box::pin(drive.run()).await
    }

    async fn pause(&self, id: &str, message: &str) {
        let open = [OperationState::Running, OperationState::Waiting];
        let paused = self
            .admin
            .store()
            .turn_operation(
                id,
                &open,
                OperationState::Paused,
                Some(message),
                self.admin.options().undo_kept,
            )
            .await;
        match paused {
            Ok(true) => {
                if let Some(record) = self.record(id).await {
                    self.admin.note_pause(record).await;
                }
            }
            Ok(false) => {}
            Err(error) => {
                tracing::warn!(%error, id, "and that could not be written down: it will be tried again");
            }
        }
    }

    /// An operation as it stands now, for the audit.
    async fn record(&self, id: &str) -> Option<OperationRecord> {
        match self.admin.store().operation(id).await {
            Ok(record) => record,
            Err(error) => {
                tracing::error!(%error, id, "the audit cannot be told what has become of an operation");
                None
            }
        }
    }

    /// Tells the audit of the operations that were over just before whoever worked on them has died, so that it could not tell; whether they
    /// could be read.
    async fn note_ends(&self) -> bool {
        let store = self.admin.store();
        let (Ok(records), Ok(now)) = (store.operations().await, store.now().await) else {
            // It will be heard of the store's trouble.
            return false;
        };
        let since = now.plus_milliseconds(-UNTOLD_MS);
        for record in records {
            let is_over = record.finished_at.is_some_and(|at| at >= since);
            if !is_over || !record.state.is_over() {
                continue;
            }
            // What was done while somebody waited, the one who did it has told.
            let was_at_once =
                serde_json::from_str::<OperationPlan>(&record.plan).is_ok_and(|plan| plan.at_once);
            if !was_at_once {
                self.admin.note_end(record).await;
            }
        }
        true
    }
}
