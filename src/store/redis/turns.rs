//! A worker's exchange with the store: jobs that it lets go, and others that it gets.

use super::{RedisStore, failure::refusal, moves::Put, scripts, tickets::Call};
use crate::store::{
    Destination, Fetch, FetchedJob, QueueEnd, Settlement, StoreResult, Turn, Turned,
};
use ::redis::ScriptInvocation;
use bytes::Bytes;
use std::sync::Arc;

/// Most jobs that a call fetches: what a script can pass on at once.
const MOST: usize = 1_000;
/// How long a day's numbers are kept, seconds: five years, as Sidekiq keeps them.
const DAY_TTL: u64 = 5 * 365 * 86_400;

/// Gone; refused; why nothing was fetched; what lost calls have taken; of each queue its number and jobs.
type Reply = (
    usize,
    Vec<String>,
    String,
    Vec<(String, Bytes)>,
    Vec<Vec<Bytes>>,
);

impl RedisStore {
    pub(super) async fn exchange(&self, identity: &str, turn: Turn<'_>) -> StoreResult<Turned> {
        for (_, settlement) in turn.settle {
            settlement
                .destination()
                .map_or(Ok(()), Destination::check)?;
        }
        let fetch = turn.fetch.filter(|fetch| fetch.limit > 0);
        if turn.settle.is_empty() && fetch.is_none() {
            return Ok(Turned {
                gone: 0,
                refused: Vec::new(),
                jobs: Ok(Vec::new()),
            });
        }
        let fetcher = fetch.map(|fetch| format!("{identity}/{}", fetch.capsule));
        let call = fetch
            .zip(fetcher.as_ref())
            .map(|(fetch, fetcher)| self.tickets.start(fetcher, fetch.limit.min(MOST)));
        // Where each job stands that goes somewhere, by its index in the turn.
        let moves: Vec<(usize, Destination)> = turn
            .settle
            .iter()
            .enumerate()
            .filter_map(|(index, (job, settlement))| Some((index, goal(job, settlement)?)))
            .collect();
        let invocation = self.invocation(identity, &turn, fetch, call.as_ref(), &moves);
        let (sent, answer) = self.worker.change_once::<Reply>(&invocation).await;
        let (gone, refused, trouble, found, fetched) = match answer {
            Ok(reply) => reply,
            Err(error) => {
                if let Some(call) = call.filter(|_| !sent) {
                    call.not_sent();
                }
                return Err(error);
            }
        };
        let mut jobs = Vec::new();
        if let (Some(fetch), Some(call)) = (fetch, call) {
            let ticket = call.ticket.clone();
            call.answered(found.iter().map(|(lease, _)| lease.as_str()));
            jobs.extend(found.into_iter().filter_map(|(lease, value)| {
                let (queue, raw) = decode(&value)?;
                Some(FetchedJob {
                    queue: queue.into(),
                    raw,
                    lease,
                })
            }));
            let taken = fetched.into_iter().flat_map(|jobs| {
                let mut jobs = jobs.into_iter();
                let number = jobs.next().and_then(|number| number_of(&number));
                let queue = number.and_then(|number| fetch.queues.get(number.checked_sub(1)?));
                queue.into_iter().flat_map(move |queue| {
                    jobs.by_ref()
                        .map(|raw| (Arc::clone(&queue.queue), raw))
                        .collect::<Vec<_>>()
                })
            });
            jobs.extend(taken.zip(1..).map(|((queue, raw), number)| FetchedJob {
                queue,
                raw,
                lease: format!("{ticket}:{number:04}"),
            }));
        }
        let refused = refused
            .chunks_exact(2)
            .filter_map(|pair| {
                let [number, reason] = pair else { return None };
                let number: usize = number.parse().ok()?;
                let (index, _) = moves.get(number.checked_sub(1)?)?;
                Some((*index, refusal(reason, self.worker.shown())))
            })
            .collect();
        let jobs = if trouble.is_empty() {
            Ok(jobs)
        } else {
            Err(refusal(&trouble, self.worker.shown()))
        };
        Ok(Turned {
            gone,
            refused,
            jobs,
        })
    }

    fn invocation(
        &self,
        identity: &str,
        turn: &Turn<'_>,
        fetch: Option<Fetch<'_>>,
        call: Option<&Call<'_>>,
        moves: &[(usize, Destination)],
    ) -> ScriptInvocation<'static> {
        let mut invocation = scripts::TURN.key(self.keys.progress(identity));
        invocation
            .key(self.keys.progress_processes())
            .key(self.keys.process(identity))
            .key(self.keys.paused())
            .key(self.keys.queues())
            .key(self.keys.counter("processed"))
            .key(self.keys.counter("failed"))
            .key(self.keys.void(identity, &self.tickets.origin()));
        let queues = fetch.map_or(&[][..], |fetch| fetch.queues);
        for share in queues {
            invocation.key(self.keys.queue(&share.queue));
        }
        invocation.arg(identity).arg(DAY_TTL);
        for failed in [false, true] {
            let finished = || {
                turn.settle.iter().filter(move |(_, settlement)| {
                    matches!(settlement, Settlement::Finish { failed: f } if *f == failed)
                        || (failed && matches!(settlement, Settlement::Fail(Destination::Nowhere)))
                })
            };
            invocation.arg(finished().count());
            for (job, _) in finished() {
                invocation.arg(&job.lease);
            }
        }
        invocation.arg(moves.len());
        for (index, to) in moves {
            let put = Put::new(self, to);
            // A job that is set aside to nowhere has no key of its own.
            invocation.key(put.key.unwrap_or_else(|| self.keys.progress(identity)));
            let (lease, (processed, failed)) = turn
                .settle
                .get(*index)
                .map_or(("", (false, false)), |(job, settlement)| {
                    (&job.lease, settlement.counts())
                });
            invocation
                .arg(lease)
                .arg(put.kind)
                .arg(put.detail)
                .arg(put.raw)
                .arg(u8::from(processed))
                .arg(u8::from(failed));
        }
        let limit = call.map_or(0, Call::limit);
        invocation
            .arg(limit)
            .arg(fetch.map_or(0, |fetch| fetch.most_bytes))
            .arg(call.map_or("", |call| &call.ticket))
            .arg(queues.len());
        for share in queues {
            invocation.arg(&*share.queue).arg(share.jobs);
        }
        let lost = call.map_or(&[][..], |call| &call.lost);
        invocation.arg(lost.len());
        for lost in lost {
            invocation.arg(&lost.ticket).arg(lost.next).arg(lost.limit);
        }
        invocation
    }
}

/// Where a job goes, unless it is simply gone.
fn goal(job: &FetchedJob, settlement: &Settlement) -> Option<Destination> {
    match settlement {
        Settlement::Finish { .. } | Settlement::Fail(Destination::Nowhere) => None,
        Settlement::Fail(to) | Settlement::SetAside(to) => Some(to.clone()),
        Settlement::Requeue => Some(Destination::Queue {
            name: job.queue.to_string(),
            raw: job.raw.clone(),
            end: QueueEnd::Next,
        }),
    }
}

fn number_of(value: &Bytes) -> Option<usize> {
    str::from_utf8(value).ok()?.parse().ok()
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

#[cfg(test)]
mod tests {
    use super::decode;
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
}
