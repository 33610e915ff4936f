//! Takes over jobs that processes left unfinished when they died.

use super::{JobError, heartbeat, retry, runtime::Runtime, settlement};
use crate::{
    job::{Job, TimeUnit},
    model::{Set, Timestamp},
    store::{Destination, Orphan, QueueEnd, Rescue, StoreResult, Trouble},
};
use bytes::Bytes;
use std::sync::Arc;
use tokio::time::sleep;

/// A job that is rescued so often within 72 hours is dead then.
const MOST_RESCUES: u32 = 3;

/// Recovers at once and then every so often, until the worker stops.
pub(super) async fn run(runtime: Arc<Runtime>) {
    let mut trouble = Trouble::new("recovering jobs of processes that are gone");
    loop {
        match recover(&runtime).await {
            Ok(0) => trouble.is_over(),
            Ok(recovered) => {
                trouble.is_over();
                tracing::warn!(
                    recovered,
                    "jobs of processes that are gone went back to their queues"
                );
                // A call has a limit, so there may be more.
                if !runtime.stopping.is_cancelled() {
                    continue;
                }
            }
            Err(error) => trouble.note(&error),
        }
        let pause = runtime
            .settings
            .recovery_interval
            .mul_f64(rand::random_range(0.8..1.2));
        tokio::select! {
            () = sleep(pause) => {}
            () = runtime.stopping.cancelled() => return,
        }
    }
}

async fn recover(runtime: &Runtime) -> StoreResult<u64> {
    // After a long sleep of the machine nobody's heartbeat counts any more: this process says that it lives before it looks at others.
    heartbeat::beat(runtime, &runtime.store).await?;
    settlement::settle_waiting(runtime).await;
    let grace = runtime.settings.recovery_grace;
    let orphans = runtime.store.orphans(&runtime.identity, grace).await?;
    if orphans.is_empty() {
        return Ok(0);
    }
    let rescues: Vec<Rescue> = orphans
        .into_iter()
        .map(|orphan| rescue(orphan, runtime.clock.now(), runtime.settings.time_unit))
        .collect();
    runtime.store.rescue(&rescues).await
}

/// Back to its queue, next to run; the third time within 72 hours to the dead set, as Sidekiq Pro does with what it calls poison pills.
fn rescue(orphan: Orphan, now: Timestamp, unit: TimeUnit) -> Rescue {
    let raw = orphan.job.raw.clone();
    let to = if orphan.rescues + 1 < MOST_RESCUES {
        Destination::Queue {
            name: orphan.job.queue.to_string(),
            raw,
            end: QueueEnd::Next,
        }
    } else {
        Destination::Set {
            set: Set::Dead,
            score: now.seconds(),
            raw: poisoned(&orphan, now, unit),
        }
    };
    Rescue { orphan, to }
}

/// The job with an error that says why it is dead. What is no job stays as it is.
fn poisoned(orphan: &Orphan, now: Timestamp, unit: TimeUnit) -> Bytes {
    let job = Job::new(orphan.job.raw.clone());
    let error = JobError::new(
        "Jobdeck::PoisonPill",
        format!(
            "its process was gone before the job had ended, {MOST_RESCUES} times within 72 hours: the job may be what ends them \
             (the last one was {}). Find out why before you retry it",
            orphan.owner
        ),
    );
    tracing::error!(
        class = job.handler_class().unwrap_or_default(),
        jid = job.jid().unwrap_or_default(),
        owner = orphan.owner,
        "a job was recovered from processes that were gone for the third time within 72 hours; it goes to the dead set"
    );
    retry::with_error(&job, &orphan.job.queue, &error, now, unit)
}

#[cfg(test)]
mod tests {
    use super::rescue;
    use crate::{
        job::{Job, TimeUnit},
        model::{Set, Timestamp},
        store::{Destination, FetchedJob, Orphan, QueueEnd},
    };

    fn rescued(raw: &str, rescues: u32) -> Destination {
        let orphan = Orphan {
            owner: "host:1:a".to_owned(),
            job: FetchedJob {
                queue: "photos".into(),
                raw: raw.to_owned().into(),
                lease: "1".to_owned(),
            },
            rescues,
        };
        rescue(orphan, Timestamp(1_795_470_721_142), TimeUnit::Seconds).to
    }

    #[test]
    fn a_job_is_run_again_twice() {
        for rescues in 0..2 {
            let to = rescued("{}", rescues);
            assert_eq!(
                to,
                Destination::Queue {
                    name: "photos".to_owned(),
                    raw: "{}".into(),
                    end: QueueEnd::Next
                }
            );
        }
    }

    #[test]
    fn the_third_rescue_is_the_last_and_says_so() {
        let raw = r#"{"class":"A","args":[1.0],"retry":true,"jid":"j","queue":"photos","created_at":1795470701.5}"#;
        let Destination::Set {
            set: Set::Dead,
            raw,
            score,
        } = rescued(raw, 2)
        else {
            panic!("it is not dead")
        };
        assert!((score - 1_795_470_721.142).abs() < 1e-6);
        let job = Job::new(raw);
        assert_eq!(job.field("args"), Some("[1.0]"));
        assert_eq!(job.string("error_class").unwrap(), "Jobdeck::PoisonPill");
        assert!(job.string("error_message").unwrap().contains("host:1:a"));
        assert_eq!(job.field("failed_at"), Some("1795470721.142"));
        assert_eq!(job.string("queue").unwrap(), "photos");
    }

    #[test]
    fn what_is_no_job_dies_as_it_is() {
        let to = rescued("no job", 2);
        assert!(matches!(to, Destination::Set { raw, .. } if raw == "no job"));
    }
}
