//! A process as others see it: heartbeat, signals, the end.

use super::{RedisStore, process_info, scripts, timestamp};
use crate::{
    job,
    model::{RunningJob, Signal},
    store::{Heartbeat, Pulse, StoreResult},
};
use ::redis::cmd;
use std::time::Instant;

impl RedisStore {
    pub(super) async fn beat(&self, heartbeat: &Heartbeat) -> StoreResult<Pulse> {
        let mut process = heartbeat.process.clone();
        if process.rtt_us.is_none() {
            process.rtt_us = Some(self.round_trip_us().await?);
        }
        if process.version.is_empty() {
            env!("CARGO_PKG_VERSION").clone_into(&mut process.version);
        }
        let identity = &process.identity;
        let fields = process_info::fields(&process, job::now());
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
    let signal = Signal::of_name(name);
    if signal.is_none() {
        tracing::warn!(name, "a signal is not known and was ignored");
    }
    signal
}

#[cfg(test)]
mod tests {
    use super::work_text;
    use crate::model::{RunningJob, Timestamp};

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
