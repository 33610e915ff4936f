//! The task that keeps the index.
//!
//! How often it reads:
//! - At start both sets are read whole, in the background.
//! - Then no set is read while sizes, the entries at both ends and the counter of failures stand still. It is looked at these when the
//!   sampler, which reads sizes and counter anyway, tells of a change, and every two seconds while somebody looks.
//! - What has come to the end of the dead set is counted at once: it is read from where the last reading ended. When sizes say that
//!   something has gone from it, the set is read whole.
//! - The retry set stands in the order in which its jobs are due, so what is new in it may stand anywhere: it is read whole.
//! - A whole reading of a set rests nine times as long as it took, and two seconds at least, before the next one: so it takes a tenth of
//!   the time at most. While nobody has looked for a minute, it rests five minutes at least.
//! - While somebody looks, a set is read whole once a minute (or when it has rested) although nothing seems to have changed: a change by
//!   hand in the middle of a set shows in nothing else.

use super::{
    Counters, Shared, lock, read_kept,
    set_index::SetIndex,
    view::{Known, View},
};
use crate::failures::Tally;
use crate::model::{Set, Timestamp};
use crate::store::{SharedStore, StoreResult};
use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};
use tokio::time::{Instant, sleep_until};

/// How long somebody who has looked is taken to look on.
pub(super) const LOOKS: Duration = Duration::from_secs(60);

/// Distance of two readings of any kind.
const BREATH: Duration = Duration::from_millis(500);

/// How often it is looked whether anything has changed, while somebody looks.
const LOOK: Duration = Duration::from_secs(2);

/// When it is tried again after an error.
const AGAIN: Duration = Duration::from_secs(2);

/// How often the state of the first reading is shown.
const SHOWN_EVERY: Duration = Duration::from_millis(300);

/// Keeps the index.
pub(super) struct Keeper {
    store: SharedStore,
    shared: Arc<Shared>,
    retries: SetIndex,
    dead: SetIndex,
}

impl Keeper {
    pub(super) fn new(store: SharedStore, shared: Arc<Shared>) -> Self {
        Self {
            store,
            shared,
            retries: SetIndex::new(Set::Retries),
            dead: SetIndex::new(Set::Dead),
        }
    }

    pub(super) async fn run(mut self) {
        loop {
            let began = Instant::now();
            let next = match self.turn().await {
                Ok(next) => next,
                Err(error) => {
                    tracing::debug!(%error, "failures could not be read");
                    self.shared.views.send_modify(|view| {
                        let mut lost = View::clone(view);
                        lost.index.problem = Some(error.to_string());
                        *view = Arc::new(lost);
                    });
                    Some(Instant::now() + AGAIN)
                }
            };
            sleep_until(began + BREATH).await;
            let due = async {
                match next {
                    Some(next) => sleep_until(next).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = self.shared.wanted.notified() => {}
                () = due => {}
            }
        }
    }

    /// Does what is to be done now; answers when there is more.
    async fn turn(&mut self) -> StoreResult<Option<Instant>> {
        let asked = self.shared.asked.load(Ordering::SeqCst);
        let is_asked = asked > self.shared.views.borrow().answers;
        let is_looked_at = lock(&self.shared.looked).is_some_and(|looked| looked.elapsed() < LOOKS);
        let overview = self.store.overview().await?;
        let counters = Counters::of(&overview);
        let now = overview.sampled_at;
        read_kept(&self.store, &self.shared).await?;
        let next = [
            self.bring_up_to_date(Set::Dead, counters, now, (is_asked, is_looked_at))
                .await?,
            self.bring_up_to_date(Set::Retries, counters, now, (is_asked, is_looked_at))
                .await?,
        ];
        let before = Arc::clone(&self.shared.views.borrow());
        let mut view = View::of([(&self.retries).into(), (&self.dead).into()], &before);
        view.clock = Some((now, Instant::now()));
        view.answers = asked;
        self.shared.views.send_replace(Arc::new(view));
        let look = is_looked_at.then(|| Instant::now() + LOOK);
        Ok(next.into_iter().flatten().chain(look).min())
    }

    /// Reads of a set what is to be read now; answers when there is more.
    async fn bring_up_to_date(
        &mut self,
        set: Set,
        counters: Counters,
        now: Timestamp,
        (is_asked, is_looked_at): (bool, bool),
    ) -> StoreResult<Option<Instant>> {
        let size = if set == Set::Dead {
            counters.dead
        } else {
            counters.retries
        };
        let is_first = self.of(set).as_of.is_none();
        if !is_asked && !is_first {
            let store = self.store.clone();
            let index = self.of(set);
            let whole_due = index.whole_due(is_looked_at);
            let is_due = whole_due.is_some_and(|due| due <= Instant::now());
            if !is_due && index.stands(&store, size, counters.failed).await? {
                index.confirm(now);
                return Ok(whole_due);
            }
            if set == Set::Dead && !is_due {
                self.dead.catch_up(&self.store, counters.failed).await?;
                if self.dead.is_exact {
                    return Ok(self.dead.whole_due(is_looked_at));
                }
            }
            if let Some(next) = self.of(set).next(is_looked_at)
                && next > Instant::now()
            {
                return Ok(Some(next));
            }
        }
        self.read(set, counters.failed, is_first).await?;
        let index = self.of(set);
        Ok(if index.is_exact {
            index.whole_due(is_looked_at)
        } else {
            index.next(is_looked_at)
        })
    }

    fn of(&mut self, set: Set) -> &mut SetIndex {
        if set == Set::Dead {
            &mut self.dead
        } else {
            &mut self.retries
        }
    }

    /// Reads a set whole; the first time, how far that is is shown meanwhile.
    async fn read(&mut self, set: Set, failed: u64, is_first: bool) -> StoreResult<()> {
        let (index, other) = if set == Set::Dead {
            (&mut self.dead, &self.retries)
        } else {
            (&mut self.retries, &self.dead)
        };
        let shared = &self.shared;
        let mut shown = Instant::now();
        let tell = |tally: &Tally, total| {
            if !is_first || shown.elapsed() < SHOWN_EVERY {
                return;
            }
            shown = Instant::now();
            let reading = Known {
                set,
                tally,
                total,
                as_of: None,
                is_exact: false,
            };
            let before = Arc::clone(&shared.views.borrow());
            let view = View::of([reading, other.into()], &before);
            shared.views.send_replace(Arc::new(view));
        };
        index.read(&self.store, failed, tell).await
    }
}
