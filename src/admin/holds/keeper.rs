//! Moves retries that are about to come due aside, as long as a hold means them.
//!
//! Nobody else does: Sidekiq's own scheduler knows of no holds. Several Jobdecks may do it at once: of two moves one finds the entry.

use super::remove_over;
use crate::admin::Admin;
use crate::holds::Holder;
use crate::model::{Cursor, Order, Place, Set, Timestamp};
use crate::store::{Destination, Move, Moved, Start, Store, StoreResult, Trouble};
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// How often it looks while there is a hold.
const LOOK: Duration = Duration::from_secs(1);

/// While there is more than a turn may read, the next turn comes so many times later as this one took, if that is sooner: a quarter of the time
/// is work then, however much there is.
const SHARE: u32 = 3;

/// How often it looks whether there is one.
const IDLE: Duration = Duration::from_secs(2);

/// Entries that are read at a time.
const SLICE: usize = 300;

/// What is due within the next seconds is looked at in each turn: Sidekiq's first retry comes 15 seconds after the failure, so each passes
/// here. What was due some seconds ago is here, too: it may have come late.
const NEAR: Span = Span {
    behind: Some(5.0),
    ahead: 12.0,
    entries: 6_000,
    rest: Duration::ZERO,
};

/// Seldom, all that is due soon or should have been enqueued long ago: what an undo has put back, or another Jobdeck has left.
const ALL: Span = Span {
    behind: None,
    ahead: 30.0,
    entries: 3_000,
    rest: Duration::from_secs(10),
};

/// A part of the retry set around the present.
#[derive(Clone, Copy)]
struct Span {
    /// From so many seconds ago on; nothing: from the first entry on.
    behind: Option<f64>,
    /// Up to so many seconds from now.
    ahead: f64,
    /// Most entries that are read in a turn; then it goes on in the next.
    entries: usize,
    /// Least time from its end to its next beginning.
    rest: Duration,
}

/// One way through a span after the other.
struct Sweep {
    span: Span,
    /// Where it goes on, and the time of the entry there; nothing: at the beginning.
    at: Option<(Cursor, f64)>,
    /// When the way under way, or the next, begins.
    begins: Instant,
}

/// What a turn has found to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    /// Nothing is held.
    Nothing,
    /// It has looked at all there was.
    All,
    /// There is more than a turn may read.
    More,
}

/// Keeps what is held from being tried.
#[derive(Debug)]
pub struct HoldKeeper {
    admin: Admin,
}

impl HoldKeeper {
    /// For the holds of this store.
    #[must_use]
    pub fn new(admin: Admin) -> Self {
        Self { admin }
    }

    /// Works until `shutdown`.
    pub async fn run(self, shutdown: CancellationToken) {
        let mut sweeps = [Sweep::new(NEAR), Sweep::new(ALL)];
        let mut trouble = Trouble::new("holding retries");
        loop {
            let started = Instant::now();
            let pause = match self.turn(&mut sweeps).await {
                Ok(found) => {
                    trouble.is_over();
                    found.pause(started.elapsed())
                }
                Err(error) => {
                    trouble.note(&error);
                    LOOK
                }
            };
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = shutdown.cancelled() => return,
            }
        }
    }

    /// Removes the holds that are over, and moves aside what the others mean.
    async fn turn(&self, sweeps: &mut [Sweep]) -> StoreResult<Found> {
        let store = self.admin.store();
        let holds = store.holds().await?;
        if holds.is_empty() {
            return Ok(Found::Nothing);
        }
        let now = store.now().await?;
        remove_over(&self.admin, &holds, now).await?;
        let mut holder = Holder::new(holds, now);
        if holder.is_empty() {
            return Ok(Found::Nothing);
        }
        for sweep in sweeps.iter_mut() {
            let moved = sweep.turn(store.as_ref(), &mut holder, now).await?;
            if moved > 0 {
                self.admin.searches.outdate();
                // The audit has the hold: what it moves from second to second would leave no room for anything else.
                tracing::info!(jobs = moved, "retries are held");
            }
        }
        Ok(if sweeps.iter().any(|sweep| sweep.at.is_some()) {
            Found::More
        } else {
            Found::All
        })
    }
}

impl Found {
    /// How long to wait for the next turn behind one that took so long.
    fn pause(self, took: Duration) -> Duration {
        match self {
            Self::Nothing => IDLE,
            Self::All => LOOK,
            Self::More => LOOK.min(took * SHARE),
        }
    }
}

impl Sweep {
    fn new(span: Span) -> Self {
        Self {
            span,
            at: None,
            begins: Instant::now(),
        }
    }

    /// Goes on, to the end of the span or of what a turn may read; answers how many were moved aside.
    async fn turn(
        &mut self,
        store: &dyn Store,
        holder: &mut Holder,
        now: Timestamp,
    ) -> StoreResult<u64> {
        let started = Instant::now();
        if started < self.begins {
            return Ok(0);
        }
        let retries = Place::Set(Set::Retries);
        let first = self.span.behind.map(|seconds| now.seconds() - seconds);
        let end = now.seconds() + self.span.ahead;
        // What lies behind the span by now is the other's.
        let at = self.at.take();
        let mut start = match (at, first) {
            (Some((cursor, position)), first) if first.is_none_or(|first| position > first) => {
                Start::After(cursor)
            }
            (_, Some(first)) => Start::Score(first),
            (_, None) => Start::Edge,
        };
        let (mut looked_at, mut moved) = (0, 0);
        loop {
            let slice = store
                .slice(&retries, &start, Order::Ascending, SLICE)
                .await?;
            let last = slice.entries.last();
            let next = last.map(|last| (last.cursor.clone(), last.id.position));
            let is_end = !slice.more || next.as_ref().is_none_or(|(_, position)| *position > end);
            looked_at += slice.entries.len();
            let moves: Vec<Move> = slice
                .entries
                .into_iter()
                .take_while(|entry| entry.id.position <= end)
                .filter_map(|entry| {
                    let score = holder.score(entry.id.position, &entry.raw)?;
                    let to = Destination::Set {
                        set: Set::Retries,
                        score,
                        raw: entry.raw.clone(),
                    };
                    Some(Move { entry, to })
                })
                .collect();
            // What is released in this moment must not be moved aside any more: nobody would let it go before its time.
            if !moves.is_empty() && !holder.is_within(&store.holds().await?) {
                return Ok(moved);
            }
            moved += aside(store, &moves).await?;
            match next {
                Some((cursor, _)) if !is_end && looked_at < self.span.entries => {
                    start = Start::After(cursor);
                }
                next => {
                    self.at = next.filter(|_| !is_end);
                    break;
                }
            }
        }
        if self.at.is_none() {
            // A share of the time, however long the span is.
            self.begins = Instant::now() + self.span.rest.max(started.elapsed() * SHARE);
        }
        Ok(moved)
    }
}

async fn aside(store: &dyn Store, moves: &[Move]) -> StoreResult<u64> {
    if moves.is_empty() {
        return Ok(0);
    }
    let mut moved = 0;
    for (change, outcome) in moves.iter().zip(store.apply(moves).await?) {
        match outcome {
            Moved::Done => moved += 1,
            Moved::Gone => {}
            Moved::Refused(error) => {
                tracing::debug!(%error, entry = %change.entry.id, "a retry cannot be held; it stays where it is");
            }
        }
    }
    Ok(moved)
}

#[cfg(test)]
mod tests {
    use super::{ALL, Found, HoldKeeper, LOOK, Sweep};
    use crate::admin::searches::tests::{admin, follow};
    use crate::model::{Hold, Set};
    use crate::store::Destination;
    use std::time::Duration;

    #[tokio::test]
    async fn what_was_found_before_a_retry_was_held_is_outdated() {
        let (admin, _folder) = admin(0).await;
        let store = admin.store();
        let now = store.now().await.unwrap();
        let due = Destination::Set {
            set: Set::Retries,
            score: now.seconds(),
            raw: r#"{"class":"Rare","args":[],"jid":"x"}"#.into(),
        };
        store.add(&[due]).await.unwrap();
        let hold = Hold {
            id: "one".to_owned(),
            query: "class:Rare".to_owned(),
            until: now.plus_milliseconds(3_600_000),
            ..Hold::default()
        };
        store.put_hold(&hold).await.unwrap();
        let before = follow(&admin, None, 0).news().scan;
        let keeper = HoldKeeper::new(admin.clone());
        let found = keeper.turn(&mut [Sweep::new(ALL)]).await.unwrap();
        assert_ne!(found, Found::Nothing);
        assert_eq!(store.held(&[hold]).await.unwrap(), [1]);
        assert_ne!(follow(&admin, None, 0).news().scan, before);
    }

    #[test]
    fn while_there_is_more_it_waits_for_a_share_of_the_time_alone() {
        let took = Duration::from_millis(40);
        assert_eq!(Found::More.pause(took), Duration::from_millis(120));
        assert_eq!(Found::More.pause(Duration::from_secs(9)), LOOK);
        assert_eq!(Found::All.pause(took), LOOK);
        assert!(Found::Nothing.pause(took) > LOOK);
    }
}
