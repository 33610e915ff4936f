//! Processes, what they run, and signals to them.

use super::{RedisStore, process_info, scripts};
use crate::{
    job::{self, Job, parse_time},
    model::{ProcessInfo, RunningJob, Signal, Timestamp},
    store::StoreResult,
};
use ::redis::{Value, cmd, from_redis_value, pipe};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::value::RawValue;

impl RedisStore {
    pub(super) async fn read_processes(&self) -> StoreResult<Vec<ProcessInfo>> {
        let identities = self.identities().await?;
        let mut heartbeats = pipe();
        for identity in &identities {
            heartbeats
                .cmd("HMGET")
                .arg(self.keys.process(identity))
                .arg(&process_info::FIELDS);
        }
        let heartbeats: Vec<Vec<Option<Bytes>>> = self.lenient(&mut heartbeats).await?;
        let mut processes = Vec::with_capacity(identities.len());
        let mut gone = Vec::new();
        for (identity, values) in identities.iter().zip(&heartbeats) {
            match process_info::parse(identity, values) {
                Some(process) => processes.push(process),
                None => gone.push(identity.as_str()),
            }
        }
        if !gone.is_empty() {
            self.prune(&gone).await;
        }
        Ok(processes)
    }

    async fn identities(&self) -> StoreResult<Vec<String>> {
        let identities: Vec<Bytes> = self
            .admin
            .read(cmd("SMEMBERS").arg(self.keys.processes()))
            .await?;
        let mut identities: Vec<String> = identities
            .iter()
            .map(|identity| String::from_utf8_lossy(identity).into_owned())
            .collect();
        identities.sort_unstable();
        Ok(identities)
    }

    /// Drops processes without a heartbeat from the list. A store that may only be read still shows the others.
    async fn prune(&self, gone: &[&str]) {
        let mut call = scripts::PRUNE_PROCESSES.key(self.keys.processes());
        call.key(self.keys.cleanup_lock());
        for identity in gone {
            call.key(self.keys.process(identity));
        }
        for identity in gone {
            call.arg(*identity);
        }
        let pruned: StoreResult<u64> = self.admin.change(&call).await;
        if let Err(error) = pruned {
            tracing::debug!(%error, "processes without a heartbeat could not be dropped from the list");
        }
    }

    pub(super) async fn read_running(&self) -> StoreResult<Vec<RunningJob>> {
        let identities = self.identities().await?;
        let mut tables = pipe();
        for identity in &identities {
            tables
                .cmd("HMGET")
                .arg(self.keys.process(identity))
                .arg(&process_info::FIELDS);
            tables.cmd("HGETALL").arg(self.keys.work(identity));
            tables.cmd("HGETALL").arg(self.keys.workers(identity));
        }
        let mut replies = self.lenient::<Value>(&mut tables).await?.into_iter();
        let mut running = self.owner_gone().await?;
        for identity in &identities {
            let heartbeat = replies
                .next()
                .and_then(|reply| from_redis_value(reply).ok());
            let heartbeat: Vec<Option<Bytes>> = heartbeat.unwrap_or_default();
            let process = process_info::parse(identity, &heartbeat);
            for table in replies.by_ref().take(2) {
                let table: Vec<(Bytes, Bytes)> = from_redis_value(table).unwrap_or_default();
                if let Some(process) = &process {
                    running.extend(table.iter().map(|(thread, work)| RunningJob {
                        foreign: !process.is_jobdeck(),
                        ..running_job(identity, thread, work)
                    }));
                }
            }
        }
        // After what the processes tell: what has ended meanwhile is in no list any more.
        let private = self.private_rows(&running).await?;
        running.extend(private);
        running.sort_by(|one, other| {
            (one.run_at, &one.process, &one.thread).cmp(&(
                other.run_at,
                &other.process,
                &other.thread,
            ))
        });
        self.add_reports(&mut running).await?;
        Ok(running)
    }

    pub(super) async fn leave_signal(&self, identity: &str, signal: Signal) -> StoreResult<bool> {
        let mut call = scripts::SIGNAL.key(self.keys.process(identity));
        call.key(self.keys.signals(identity)).arg(signal.name());
        self.admin.change(&call).await
    }
}

/// One entry of a process's work table. `payload` is the job's text in a string; very old versions wrote the object itself.
#[derive(Default, Deserialize)]
struct Work<'text> {
    #[serde(default)]
    queue: Option<String>,
    #[serde(borrow, default)]
    payload: Option<&'text RawValue>,
    #[serde(borrow, default)]
    run_at: Option<&'text RawValue>,
}

fn running_job(identity: &str, thread: &[u8], work: &[u8]) -> RunningJob {
    let work: Work<'_> = serde_json::from_slice(work).unwrap_or_default();
    let payload = work.payload.map(RawValue::get).unwrap_or_default();
    let payload = serde_json::from_str(payload).unwrap_or_else(|_| payload.to_owned());
    job::running(
        identity,
        &String::from_utf8_lossy(thread),
        &work.queue.unwrap_or_default(),
        &Job::new(payload),
        work.run_at
            .and_then(|time| parse_time(time.get()))
            .unwrap_or(Timestamp(0)),
    )
}

#[cfg(test)]
mod tests {
    use super::running_job;
    use crate::model::Timestamp;

    #[test]
    fn payloads_are_read_as_text_and_as_object() {
        for work in [
            r#"{"queue":"low","payload":"{\"class\":\"A\",\"args\":[1.0],\"jid\":\"x\"}","run_at":1795470705}"#,
            r#"{"queue":"low","payload":{"class":"A","args":[1.0],"jid":"x"},"run_at":1795470705}"#,
        ] {
            let running = running_job("vm:1:ab", b"9iy", work.as_bytes());
            assert_eq!(running.payload, r#"{"class":"A","args":[1.0],"jid":"x"}"#);
            assert_eq!((running.jid.as_str(), running.queue.as_str()), ("x", "low"));
            assert_eq!(running.run_at, Timestamp(1_795_470_705_000));
        }
    }

    #[test]
    fn anything_else_is_shown_as_far_as_it_goes() {
        let running = running_job("vm:1:ab", b"9iy", b"no JSON");
        assert_eq!((running.thread.as_str(), running.jid.as_str()), ("9iy", ""));
    }
}
