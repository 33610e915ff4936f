//! Periodic jobs: definitions, holders, ticks.

use super::{RedisStore, scripts};
use crate::{
    model::{PeriodicRun, Timestamp},
    store::{
        Announcement, Deletion, NewRun, PeriodicEntry, PeriodicStore, RUNS_KEPT, Standing,
        Standings, StoreError, StoreResult, Tick,
    },
};
use ::redis::{ScriptInvocation, Value, cmd, from_redis_value, pipe};
use async_trait::async_trait;
use bytes::Bytes;

/// For how long a process that has announced a periodic job counts as its holder, milliseconds.
const LIFE_MS: i64 = 60_000;

#[async_trait]
impl PeriodicStore for RedisStore {
    async fn announce_periodic(
        &self,
        identity: &str,
        jobs: &[Announcement],
    ) -> StoreResult<Standings> {
        let mut call = scripts::PERIODIC_ANNOUNCE.key(self.keys.periodic());
        for job in jobs {
            call.key(self.keys.periodic_state(&job.name))
                .key(self.keys.periodic_holders(&job.name));
        }
        call.arg(identity).arg(LIFE_MS);
        for job in jobs {
            call.arg(&job.name)
                .arg(&job.definition)
                .arg(&job.schedule)
                .arg(i32::from(job.fresh));
        }
        let answer: Vec<i64> = self.worker.change(&call).await?;
        let (now, rows) = answer.split_first().unwrap_or((&0, &[]));
        let standings: Vec<Standing> = rows
            .chunks_exact(3)
            .map(|row| Standing {
                holds: row[0] == 1,
                paused: row[1] == 1,
                last_tick: Timestamp(row[2]),
            })
            .collect();
        if standings.len() != jobs.len() {
            return Err(StoreError::Unusable {
                address: self.worker.shown().to_owned(),
                reason: "it gave an unexpected answer about periodic jobs".to_owned(),
            });
        }
        Ok(Standings {
            now: Timestamp(*now),
            standings,
        })
    }

    async fn withdraw_periodic(&self, identity: &str, names: &[String]) -> StoreResult<()> {
        let mut commands = pipe();
        for name in names {
            commands
                .cmd("ZREM")
                .arg(self.keys.periodic_holders(name))
                .arg(identity)
                .ignore();
        }
        if names.is_empty() {
            return Ok(());
        }
        self.worker.change(&commands).await
    }

    async fn tick_periodic(&self, identity: &str, tick: &Tick) -> StoreResult<bool> {
        // All jobs of a periodic job have its queue; when there are none, there is nothing to put anywhere.
        let queue = tick.queue()?.unwrap_or("default");
        for run in &tick.runs {
            run.destination().check()?;
        }
        let mut call = scripts::PERIODIC_TICK.key(self.keys.periodic());
        call.key(self.keys.periodic_state(&tick.name))
            .key(self.keys.periodic_runs(&tick.name))
            .key(self.keys.queue(queue))
            .key(self.keys.queues());
        call.arg(&tick.name)
            .arg(&tick.definition)
            .arg(tick.after.0)
            .arg(tick.until.0)
            .arg(identity)
            .arg(queue)
            .arg(RUNS_KEPT);
        for run in &tick.runs {
            add_run(&mut call, run);
        }
        let done: i64 = self.worker.change(&call).await?;
        Ok(done == 1)
    }

    async fn periodic(&self) -> StoreResult<Vec<PeriodicEntry>> {
        let (definitions, time): (Vec<(Bytes, Bytes)>, (i64, i64)) = self
            .admin
            .read(pipe().cmd("HGETALL").arg(self.keys.periodic()).cmd("TIME"))
            .await?;
        let now = super::timestamp(time);
        let mut entries: Vec<PeriodicEntry> = definitions
            .iter()
            .map(|(name, definition)| PeriodicEntry {
                name: text(name),
                definition: text(definition),
                ..PeriodicEntry::default()
            })
            .collect();
        entries.sort_by(|one, other| one.name.cmp(&other.name));
        let mut commands = pipe();
        for entry in &entries {
            commands
                .cmd("HMGET")
                .arg(self.keys.periodic_state(&entry.name))
                .arg(&["registered_at", "last_tick", "paused"]);
            commands
                .cmd("ZCOUNT")
                .arg(self.keys.periodic_holders(&entry.name))
                .arg(format!("({}", now.0 - LIFE_MS))
                .arg("+inf");
            commands
                .cmd("LINDEX")
                .arg(self.keys.periodic_runs(&entry.name))
                .arg(0);
        }
        let replies = self.lenient::<Value>(&mut commands).await?;
        for (entry, reply) in entries.iter_mut().zip(replies.chunks_exact(3)) {
            let state: Vec<Option<String>> = from_redis_value(reply[0].clone()).unwrap_or_default();
            let number = |at: usize| -> Option<i64> { state.get(at)?.as_ref()?.parse().ok() };
            entry.registered_at = Timestamp(number(0).unwrap_or_default());
            entry.last_tick = Timestamp(number(1).unwrap_or_default());
            entry.paused = number(2) == Some(1);
            entry.held = matches!(reply[1], Value::Int(holders) if holders > 0);
            let run: Option<Bytes> = from_redis_value(reply[2].clone()).unwrap_or_default();
            entry.last_run = run.and_then(|run| read_run(&run));
        }
        Ok(entries)
    }

    async fn periodic_runs(&self, name: &str) -> StoreResult<Vec<PeriodicRun>> {
        let runs: Vec<Bytes> = self
            .admin
            .read(
                cmd("LRANGE")
                    .arg(self.keys.periodic_runs(name))
                    .arg(0)
                    .arg(RUNS_KEPT - 1),
            )
            .await?;
        Ok(runs.iter().filter_map(|run| read_run(run)).collect())
    }

    async fn run_periodic(&self, name: &str, run: &NewRun, by: &str) -> StoreResult<bool> {
        run.destination().check()?;
        let mut call = scripts::PERIODIC_RUN.key(self.keys.periodic());
        call.key(self.keys.periodic_runs(name))
            .key(self.keys.queue(&run.queue))
            .key(self.keys.queues());
        call.arg(name).arg(by).arg(&run.queue).arg(RUNS_KEPT);
        add_run(&mut call, run);
        let done: i64 = self.admin.change(&call).await?;
        Ok(done == 1)
    }

    async fn set_periodic_paused(&self, name: &str, paused: bool) -> StoreResult<bool> {
        let mut call = scripts::PERIODIC_PAUSE.key(self.keys.periodic());
        call.key(self.keys.periodic_state(name))
            .arg(name)
            .arg(i32::from(paused));
        let done: i64 = self.admin.change(&call).await?;
        Ok(done == 1)
    }

    async fn delete_periodic(&self, name: &str) -> StoreResult<Deletion> {
        let mut call = scripts::PERIODIC_DELETE.key(self.keys.periodic());
        call.key(self.keys.periodic_state(name))
            .key(self.keys.periodic_runs(name))
            .key(self.keys.periodic_holders(name))
            .arg(name)
            .arg(LIFE_MS);
        let done: i64 = self.admin.change(&call).await?;
        Ok(match done {
            1 => Deletion::Done,
            0 => Deletion::Gone,
            _ => Deletion::Held,
        })
    }
}

fn add_run(call: &mut ScriptInvocation<'_>, run: &NewRun) {
    match run.tick {
        Some(tick) => call.arg(tick.0),
        None => call.arg("-"),
    };
    call.arg(&run.jid).arg(&run.raw[..]);
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// `TICK TIME JID BY`, as the scripts write it; nothing for what is no such note.
fn read_run(note: &[u8]) -> Option<PeriodicRun> {
    let note = String::from_utf8_lossy(note);
    let mut parts = note.splitn(4, ' ');
    let tick = parts.next()?;
    Some(PeriodicRun {
        tick: match tick {
            "-" => None,
            time => Some(Timestamp(time.parse().ok()?)),
        },
        enqueued_at: Timestamp(parts.next()?.parse().ok()?),
        jid: parts.next()?.to_owned(),
        by: parts.next()?.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::read_run;
    use crate::model::{PeriodicRun, Timestamp};

    #[test]
    fn a_note_of_a_run_is_read() {
        let run = PeriodicRun {
            tick: Some(Timestamp(1_795_467_600_000)),
            enqueued_at: Timestamp(1_795_467_600_012),
            jid: "f00".to_owned(),
            by: "run now".to_owned(),
        };
        assert_eq!(
            read_run(b"1795467600000 1795467600012 f00 run now"),
            Some(run.clone())
        );
        let by_hand = PeriodicRun { tick: None, ..run };
        assert_eq!(read_run(b"- 1795467600012 f00 run now"), Some(by_hand));
        for wrong in ["", "- x f00 by", "soon 1 f00 by", "1 2 f00"] {
            assert_eq!(read_run(wrong.as_bytes()), None, "{wrong}");
        }
    }
}
