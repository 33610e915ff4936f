//! The worker's path: fetch, settle, heartbeat, recover.

use super::{RedisStore, check, moves::Put, process_info, scripts, timestamp};
use crate::{
    model::{RunningJob, Signal, Timestamp},
    store::{Destination, FetchedJob, Heartbeat, Pulse, QueueEnd, Settlement, StoreResult},
};
use ::redis::cmd;
use bytes::Bytes;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Most jobs that a call fetches: what a script can pass on at once.
const MOST: usize = 1_000;
/// Bytes that a call fetches before it takes no further job.
const MOST_BYTES: usize = 4 << 20;
/// First and longest pause between two looks at empty queues.
const PAUSES: (Duration, Duration) = (Duration::from_millis(5), Duration::from_millis(100));
/// How long a day's numbers are kept, seconds: five years, as Sidekiq keeps them.
const DAY_TTL: u64 = 5 * 365 * 86_400;
/// Jobs that one step puts back, and one call.
const RECOVERED: (u64, u64) = (100, 1_000);

impl RedisStore {
    pub(super) async fn fetch_jobs(
        &self,
        identity: &str,
        queues: &[String],
        limit: usize,
        wait: Duration,
    ) -> StoreResult<Vec<FetchedJob>> {
        let deadline = Instant::now() + wait;
        let mut pause = PAUSES.0;
        loop {
            let jobs = self.take(identity, queues, limit.min(MOST)).await?;
            let left = deadline.saturating_duration_since(Instant::now());
            if !jobs.is_empty() || limit == 0 || left.is_zero() {
                return Ok(jobs);
            }
            tokio::time::sleep(pause.min(left)).await;
            pause = (pause * 2).min(PAUSES.1);
        }
    }

    /// Fetches without waiting.
    async fn take(
        &self,
        identity: &str,
        queues: &[String],
        limit: usize,
    ) -> StoreResult<Vec<FetchedJob>> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        let ticket = self.tickets.start(identity, limit);
        let mut call = scripts::FETCH.key(self.keys.progress(identity));
        call.key(self.keys.progress_processes())
            .key(self.keys.process(identity))
            .key(self.keys.paused());
        for queue in queues {
            call.key(self.keys.queue(queue));
        }
        call.arg(identity)
            .arg(limit)
            .arg(MOST_BYTES)
            .arg(&ticket.ticket)
            .arg(ticket.lost.len());
        for lost in &ticket.lost {
            call.arg(&lost.ticket).arg(lost.next).arg(lost.limit);
        }
        for queue in queues {
            call.arg(queue);
        }
        let (sent, answer) = self.worker.change_once(&call).await;
        let rows: Vec<(String, Bytes)> = match answer {
            Ok(rows) => rows,
            Err(error) => {
                if !sent {
                    ticket.not_sent();
                }
                return Err(error);
            }
        };
        ticket.answered(rows.iter().map(|(lease, _)| lease.as_str()));
        Ok(rows
            .into_iter()
            .filter_map(|(lease, value)| {
                let (queue, raw) = decode(&value)?;
                Some(FetchedJob { queue, raw, lease })
            })
            .collect())
    }

    pub(super) async fn settle_job(
        &self,
        identity: &str,
        job: &FetchedJob,
        settlement: &Settlement,
    ) -> StoreResult<bool> {
        let back = || Destination::Queue {
            name: job.queue.clone(),
            raw: job.raw.clone(),
            end: QueueEnd::Next,
        };
        let (to, processed, failed) = match settlement {
            Settlement::Finish { failed } => (Destination::Nowhere, true, *failed),
            Settlement::Fail(to) => (to.clone(), true, true),
            Settlement::SetAside(to) => (to.clone(), false, false),
            Settlement::Requeue => (back(), false, false),
        };
        check(&to)?;
        let put = Put::new(self, &to);
        let mut call = scripts::SETTLE.key(self.keys.progress(identity));
        call.key(put.key.unwrap_or_else(|| self.keys.progress(identity)))
            .key(self.keys.queues());
        for name in ["processed", "failed"] {
            call.key(self.keys.counter(name));
        }
        call.arg(&job.lease)
            .arg(put.kind)
            .arg(put.detail)
            .arg(put.raw)
            .arg(u8::from(processed))
            .arg(u8::from(failed))
            .arg(DAY_TTL);
        self.worker.change(&call).await
    }

    pub(super) async fn beat(&self, heartbeat: &Heartbeat) -> StoreResult<Pulse> {
        let mut process = heartbeat.process.clone();
        if process.rtt_us.is_none() {
            process.rtt_us = Some(self.round_trip_us().await?);
        }
        if process.version.is_empty() {
            env!("CARGO_PKG_VERSION").clone_into(&mut process.version);
        }
        let identity = &process.identity;
        let fields = process_info::fields(&process, local_now());
        let mut call = scripts::HEARTBEAT.key(self.keys.processes());
        call.key(self.keys.process(identity))
            .key(self.keys.work(identity))
            .key(self.keys.signals(identity))
            .key(self.keys.progress_processes())
            .key(self.keys.missing_processes());
        call.arg(identity).arg(fields.len());
        for (name, value) in &fields {
            call.arg(*name).arg(value);
        }
        for running in &heartbeat.running {
            call.arg(&running.thread).arg(work_text(running));
        }
        let (signal, seconds, microseconds): (Option<String>, i64, i64) =
            self.worker.change(&call).await?;
        Ok(Pulse {
            now: timestamp((seconds, microseconds)),
            signal: signal.as_deref().and_then(signal_of),
        })
    }

    async fn round_trip_us(&self) -> StoreResult<u64> {
        let start = Instant::now();
        let _: String = self.worker.read(&cmd("PING")).await?;
        Ok(u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX))
    }

    pub(super) async fn sign_off(&self, identity: &str) -> StoreResult<()> {
        let mut call = scripts::LEAVE.key(self.keys.processes());
        call.key(self.keys.process(identity))
            .key(self.keys.work(identity))
            .key(self.keys.signals(identity))
            .key(self.keys.progress_processes())
            .key(self.keys.progress(identity))
            .key(self.keys.missing_processes())
            .arg(identity);
        self.worker.change(&call).await
    }

    pub(super) async fn recover_jobs(&self, identity: &str, grace: Duration) -> StoreResult<u64> {
        let grace_ms = u64::try_from(grace.as_millis()).unwrap_or(u64::MAX);
        let mut recovered = 0;
        loop {
            let mut call = scripts::RECOVER.key(self.keys.progress_processes());
            call.key(self.keys.missing_processes())
                .key(self.keys.queues())
                .arg(self.keys.prefix())
                .arg(RECOVERED.0)
                .arg(identity)
                .arg(grace_ms);
            let moved: u64 = self.worker.change(&call).await?;
            recovered += moved;
            if moved < RECOVERED.0 || recovered >= RECOVERED.1 {
                return Ok(recovered);
            }
        }
    }
}

/// Queue and bytes of a value of the in-progress hash: `LENGTH:NAME` and the bytes.
pub(super) fn decode(value: &Bytes) -> Option<(String, Bytes)> {
    let colon = value.iter().position(|byte| *byte == b':')?;
    let length: usize = std::str::from_utf8(value.get(..colon)?)
        .ok()?
        .parse()
        .ok()?;
    let start = colon + 1;
    let end = start.checked_add(length)?;
    let name = std::str::from_utf8(value.get(start..end)?).ok()?.to_owned();
    Some((name, value.slice(end..)))
}

/// What the process runs, as Sidekiq writes it: the payload is a text.
fn work_text(running: &RunningJob) -> String {
    let text = |text: &str| serde_json::Value::from(text).to_string();
    format!(
        r#"{{"queue":{},"payload":{},"run_at":{}}}"#,
        text(&running.queue),
        text(&running.payload),
        running.run_at.0.div_euclid(1000)
    )
}

fn signal_of(name: &str) -> Option<Signal> {
    let signal = [Signal::Quiet, Signal::Stop, Signal::Dump]
        .into_iter()
        .find(|signal| signal.name() == name);
    if signal.is_none() {
        tracing::warn!(name, "a signal is not known and was ignored");
    }
    signal
}

fn local_now() -> Timestamp {
    let elapsed = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp(i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::{decode, work_text};
    use crate::model::{RunningJob, Timestamp};
    use bytes::Bytes;

    #[test]
    fn progress_values_keep_any_name_and_any_bytes() {
        let decoded = decode(&Bytes::from_static(b"5:a:b 9{\xff:\0}"));
        assert_eq!(
            decoded,
            Some(("a:b 9".to_owned(), Bytes::from_static(b"{\xff:\0}")))
        );
        for odd in ["", "5", "x:a", "9:a", ":"] {
            assert_eq!(decode(&Bytes::from(odd)), None);
        }
    }

    #[test]
    fn work_is_written_as_sidekiq_does() {
        let running = RunningJob {
            process: String::new(),
            thread: "9iy".to_owned(),
            queue: "low".to_owned(),
            jid: String::new(),
            class: String::new(),
            args: String::new(),
            run_at: Timestamp(1_795_470_705_999),
            payload: r#"{"class":"A"}"#.to_owned(),
            ..RunningJob::default()
        };
        assert_eq!(
            work_text(&running),
            r#"{"queue":"low","payload":"{\"class\":\"A\"}","run_at":1795470705}"#
        );
    }
}
