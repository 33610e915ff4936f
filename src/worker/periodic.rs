//! Enqueues periodic jobs at their time.
//!
//! Every process that has a periodic job in its configuration tries; the store lets one of them do it.

use super::{builder::WorkerError, runtime::Runtime};
use crate::{
    model::Timestamp,
    periodic::{Due, PeriodicJob, Schedule, due},
    store::{Announcement, NewRun, Standing, Standings, StoreError, StoreResult, Tick, Trouble},
};
use std::{collections::HashSet, sync::Arc, time::Duration};
use tokio::time::{Instant, sleep};

/// Longest time between two looks: what somebody has paused or resumed is known after that, and others know that this process lives.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Shortest time between two looks.
const SHORTEST_PAUSE: Duration = Duration::from_millis(1);

/// A periodic job, checked.
#[derive(Clone, Debug)]
pub(super) struct Planned {
    job: PeriodicJob,
    schedule: Schedule,
    announcement: Announcement,
}

/// The periodic jobs of a worker, checked.
pub(super) fn plan(jobs: Vec<PeriodicJob>) -> Result<Vec<Planned>, WorkerError> {
    let mut planned: Vec<Planned> = Vec::with_capacity(jobs.len());
    for job in jobs {
        let name = job.effective_name().to_owned();
        let wrong = |error| WorkerError::Periodic {
            name: name.clone(),
            error,
        };
        job.check().map_err(wrong)?;
        if planned
            .iter()
            .any(|earlier| earlier.announcement.name == name)
        {
            return Err(WorkerError::RepeatedPeriodic(name));
        }
        planned.push(Planned {
            schedule: job.schedule().map_err(wrong)?,
            announcement: Announcement {
                name: name.clone(),
                definition: job.definition().map_err(wrong)?,
                schedule: job.schedule_text(),
                fresh: true,
            },
            job,
        });
    }
    Ok(planned)
}

/// Enqueues what is due until the worker stops, then says that this process has its periodic jobs no more.
pub(super) async fn run(runtime: Arc<Runtime>) {
    let jobs = &runtime.settings.periodic;
    if jobs.is_empty() {
        return;
    }
    let mut trouble = Trouble::new("looking for periodic jobs that are due");
    let mut calendar = Calendar {
        runtime: &runtime,
        announcements: jobs.iter().map(|job| job.announcement.clone()).collect(),
        refused: HashSet::new(),
    };
    let longest = runtime
        .settings
        .poll_interval
        .map_or(LONGEST_PAUSE, |interval| interval.min(LONGEST_PAUSE));
    while !runtime.stopping.is_cancelled() {
        let pause = match calendar.look().await {
            Ok(pause) => {
                trouble.is_over();
                pause.map_or(longest, |pause| pause.clamp(SHORTEST_PAUSE, longest))
            }
            Err(error) => {
                trouble.note(&error);
                longest
            }
        };
        tokio::select! {
            () = sleep(pause) => {}
            () = runtime.stopping.cancelled() => {}
        }
    }
    let names: Vec<String> = jobs
        .iter()
        .map(|job| job.announcement.name.clone())
        .collect();
    let withdrawn = runtime
        .store
        .withdraw_periodic(&runtime.identity, &names)
        .await;
    if let Err(error) = withdrawn {
        tracing::debug!(%error, "could not say that the periodic jobs are held no more; that expires by itself");
    }
}

/// What this process knows between two looks.
struct Calendar<'runtime> {
    runtime: &'runtime Runtime,
    announcements: Vec<Announcement>,
    /// Names of periodic jobs whose ticks the store refuses: each is told once.
    refused: HashSet<String>,
}

impl Calendar<'_> {
    /// Enqueues what is due. Answers how long it is until the next tick, if one is known.
    async fn look(&mut self) -> StoreResult<Option<Duration>> {
        let runtime = self.runtime;
        let Standings { now, standings } = runtime
            .store
            .announce_periodic(&runtime.identity, &self.announcements)
            .await?;
        let answered = Instant::now();
        for announcement in &mut self.announcements {
            announcement.fresh = false;
        }
        let mut next: Option<Timestamp> = None;
        for (job, standing) in runtime.settings.periodic.iter().zip(standings) {
            if !standing.holds || standing.paused {
                continue;
            }
            if let Some(of_job) = self.enqueue_due(job, standing, now).await? {
                next = Some(next.map_or(of_job, |next| next.min(of_job)));
            }
        }
        Ok(next.map(|next| {
            let wait = u64::try_from(next.0.saturating_sub(now.0)).unwrap_or(0);
            Duration::from_millis(wait).saturating_sub(answered.elapsed())
        }))
    }

    /// Enqueues what is due of one periodic job. Answers its next tick; nothing when there is none, or when the store refuses this one.
    async fn enqueue_due(
        &mut self,
        job: &Planned,
        standing: Standing,
        now: Timestamp,
    ) -> StoreResult<Option<Timestamp>> {
        let Some(due) = due(&job.schedule, job.job.missed, standing.last_tick, now) else {
            return Ok(job.schedule.next_after(standing.last_tick));
        };
        let name = &job.announcement.name;
        if due.ticks.is_empty() {
            tracing::info!(name, until = %due.until, "missed ticks of a periodic job are skipped");
        }
        let until = due.until;
        let ticked = match self.tick(job, standing, due, now) {
            Ok(tick) => {
                let runtime = self.runtime;
                let store = &runtime.store;
                store.tick_periodic(&runtime.identity, &tick).await
            }
            Err(error) => Err(error),
        };
        match ticked {
            // Whoever did it, it is done; or it is paused or defined otherwise, which the next look tells.
            Ok(_) => {
                self.refused.remove(name);
                Ok(job.schedule.next_after(until))
            }
            Err(error @ StoreError::Unavailable { .. }) => Err(error),
            Err(error) => {
                if self.refused.insert(name.clone()) {
                    tracing::warn!(%error, name, "a periodic job cannot be enqueued; trying again until it works, the others go on");
                }
                Ok(None)
            }
        }
    }

    /// The jobs of the ticks that are due.
    fn tick(
        &self,
        job: &Planned,
        standing: Standing,
        due: Due,
        now: Timestamp,
    ) -> StoreResult<Tick> {
        let unit = self.runtime.settings.time_unit;
        let new = job.job.new_job();
        let runs = due
            .ticks
            .into_iter()
            .map(|tick| {
                NewRun::of(&new, Some(tick), now, unit)
                    .map_err(|error| StoreError::Invalid(error.to_string()))
            })
            .collect::<StoreResult<Vec<NewRun>>>()?;
        Ok(Tick {
            name: job.announcement.name.clone(),
            definition: job.announcement.definition.clone(),
            after: standing.last_tick,
            until: due.until,
            runs,
        })
    }
}
