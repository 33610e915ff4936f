//! How the processes of a deployment read times.

use super::Admin;
use crate::job::TimeUnit;
use crate::model::ProcessInfo;
use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// How long an answer holds: processes are replaced at a deployment, not between two clicks.
const HOLDS: Duration = Duration::from_secs(60);

/// What is known of the processes, and since when.
#[derive(Debug, Default)]
pub(super) struct Fleet {
    known: Mutex<Option<(Instant, Option<TimeUnit>)>>,
}

impl Admin {
    /// The unit in which the processes write times, or what the options say; nothing when no process is alive that would tell.
    pub async fn fleet_unit(&self) -> Option<TimeUnit> {
        if self.options().time_unit.is_some() {
            return self.options().time_unit;
        }
        let known = *self.fleet.lock();
        if let Some((since, unit)) = known
            && since.elapsed() < HOLDS
        {
            return unit;
        }
        match self.store.processes().await {
            Ok(processes) => {
                let unit = unit_of(&processes);
                *self.fleet.lock() = Some((Instant::now(), unit));
                unit
            }
            // A store that is lost says so at the change itself; one that only keeps its processes secret is no obstacle.
            Err(error) => {
                tracing::debug!(%error, "the processes cannot be asked for their version");
                known.and_then(|(_, unit)| unit)
            }
        }
    }
}

impl Fleet {
    fn lock(&self) -> std::sync::MutexGuard<'_, Option<(Instant, Option<TimeUnit>)>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whole milliseconds when every process is a Sidekiq 8 or newer, otherwise float seconds, which all versions read right.
/// Jobdeck's own processes read both, so they have no say.
fn unit_of(processes: &[ProcessInfo]) -> Option<TimeUnit> {
    let mut sidekiqs = processes
        .iter()
        .filter(|process| !process.is_jobdeck())
        .peekable();
    sidekiqs.peek()?;
    let is_new = |process: &ProcessInfo| process.sidekiq_major().is_some_and(|major| major >= 8);
    Some(if sidekiqs.all(is_new) {
        TimeUnit::Milliseconds
    } else {
        TimeUnit::Seconds
    })
}

#[cfg(test)]
mod tests {
    use super::unit_of;
    use crate::job::TimeUnit;
    use crate::model::ProcessInfo;

    #[test]
    fn milliseconds_need_every_sidekiq_to_be_new() {
        let (seconds, milliseconds) = (Some(TimeUnit::Seconds), Some(TimeUnit::Milliseconds));
        for (versions, unit) in [
            (&[][..], None),
            (&["jobdeck 0.1.0"], None),
            (&["8.1.7"], milliseconds),
            (&["8.0.0", "10.2.1", "jobdeck 0.1.0"], milliseconds),
            (&["8.1.7", "7.3.10"], seconds),
            (&["8.1.7", ""], seconds),
            (&["another client"], seconds),
        ] {
            let processes: Vec<_> = versions
                .iter()
                .map(|&version| ProcessInfo {
                    version: version.to_owned(),
                    ..ProcessInfo::default()
                })
                .collect();
            assert_eq!(unit_of(&processes), unit, "{versions:?}");
        }
    }
}
