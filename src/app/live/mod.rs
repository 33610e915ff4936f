//! The live numbers of a tab: the first from the server's page, all later ones from one event stream.
//!
//! Put in context once by [`provide_live`], read everywhere by [`use_live`].

mod subscriber;

use crate::model::{QueueSummary, Snapshot, StoreState, Timestamp};
use leptos::prelude::*;

pub use subscriber::subscribe;

/// How the tab is joined to the server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Link {
    /// The page as the server made it: no stream was opened (yet).
    #[default]
    Static,
    /// The stream is being opened for the first time, or again by the operator's wish.
    Connecting,
    /// Numbers arrive.
    Live,
    /// The stream broke; it is tried again and again.
    Reconnecting,
    /// No numbers are asked for: by the operator's wish, or because nobody sees the tab.
    Paused,
}

impl Link {
    /// The word in the header.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Static => "not live",
            Self::Connecting => "connecting",
            Self::Live => "live",
            Self::Reconnecting => "reconnecting",
            Self::Paused => "paused",
        }
    }

    /// The name for style sheets and tests.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Static => "static",
            other => other.word(),
        }
    }
}

/// The live numbers of a tab and how fresh they are.
#[derive(Clone, Copy, Debug)]
pub struct LiveState {
    snapshot: RwSignal<Snapshot>,
    link: RwSignal<Link>,
    held: RwSignal<bool>,
    clock: RwSignal<Option<Timestamp>>,
    skew_ms: RwSignal<i64>,
}

/// Puts the tab's live numbers in context.
pub fn provide_live() {
    provide_context(LiveState {
        snapshot: RwSignal::default(),
        link: RwSignal::default(),
        held: RwSignal::default(),
        clock: RwSignal::default(),
        skew_ms: RwSignal::default(),
    });
}

/// The tab's live numbers; numbers that never change when nobody provided any.
#[must_use]
pub fn use_live() -> LiveState {
    use_context::<LiveState>().unwrap_or_else(|| {
        provide_live();
        LiveState {
            snapshot: RwSignal::default(),
            link: RwSignal::default(),
            held: RwSignal::default(),
            clock: RwSignal::default(),
            skew_ms: RwSignal::default(),
        }
    })
}

impl LiveState {
    /// One part of the numbers, which changes only when that part does.
    pub fn select<T: PartialEq + Clone + Send + Sync + 'static>(
        self,
        part: impl Fn(&Snapshot) -> T + Send + Sync + 'static,
    ) -> Memo<T> {
        Memo::new(move |_| self.snapshot.with(&part))
    }

    /// The newest numbers.
    #[must_use]
    pub fn snapshot(self) -> ReadSignal<Snapshot> {
        self.snapshot.read_only()
    }

    /// How the tab is joined to the server.
    #[must_use]
    pub fn link(self) -> ReadSignal<Link> {
        self.link.read_only()
    }

    /// Whether the operator holds the numbers still.
    #[must_use]
    pub fn held(self) -> RwSignal<bool> {
        self.held
    }

    /// Whether any numbers were ever read. Before that a zero is not a zero.
    #[must_use]
    pub fn is_known(self) -> Memo<bool> {
        self.select(|snapshot| snapshot.overview.sampled_at.0 > 0)
    }

    /// Counts the live numbers of a store that answers, in steps of `every` (one is sent a second): when what is not sent with them
    /// is to be read again. It stands still while nobody looks, while the page is held, while the store is lost, and on the server;
    /// a store that is back ends a step at once.
    #[must_use]
    pub fn beat(self, every: u64) -> Memo<u64> {
        let every = every.max(1);
        let received = Memo::new(move |last: Option<&(u64, bool)>| {
            let is_lost = self
                .snapshot
                .with(|snapshot| snapshot.state != StoreState::Connected);
            let count = match last {
                None => 0,
                Some((count, _)) if is_lost => *count,
                Some((count, true)) => (count / every + 1) * every,
                Some((count, false)) => count + 1,
            };
            (count, is_lost)
        });
        Memo::new(move |_| received.get().0 / every)
    }

    /// The store's time, once a second; nothing on the server and until the browser has taken the page over.
    #[must_use]
    pub fn clock(self) -> ReadSignal<Option<Timestamp>> {
        self.clock.read_only()
    }

    /// Whether the browser has taken the page over.
    #[must_use]
    pub fn is_hydrated(self) -> Memo<bool> {
        Memo::new(move |_| self.clock.with(Option::is_some))
    }

    /// The best guess of the time now: the clock, or on the server the time of the numbers.
    #[must_use]
    pub fn now(self) -> Timestamp {
        self.clock
            .get()
            .unwrap_or_else(|| self.snapshot.with(|snapshot| snapshot.overview.sampled_at))
    }

    /// Seconds since the numbers were read.
    #[must_use]
    pub fn age_seconds(self) -> f64 {
        let sampled_at = self.snapshot.with(|snapshot| snapshot.overview.sampled_at);
        (self.now().seconds() - sampled_at.seconds()).max(0.0)
    }

    /// Takes numbers in, from the server's page or from the stream.
    pub fn receive(self, snapshot: Snapshot) {
        self.snapshot.set(snapshot);
    }

    /// The difference between the store's clock and this machine's, when it is large enough to be wrong and not just late.
    fn learn_skew(self, snapshot: &Snapshot, local_ms: i64) {
        const TOLERATED_MS: i64 = 3_000;
        if snapshot.state == StoreState::Connected {
            let skew = snapshot.overview.sampled_at.0.saturating_sub(local_ms);
            let skew = if skew.abs() > TOLERATED_MS { skew } else { 0 };
            // A whole second's change at least: late numbers must not make the clock tremble.
            if (skew - self.skew_ms.get_untracked()).abs() >= 1_000 {
                self.skew_ms.set(skew);
            }
        }
    }

    fn tick(self, local_ms: i64) {
        let now = Timestamp(local_ms.saturating_add(self.skew_ms.get_untracked()));
        self.clock.set(Some(now));
    }
}

/// One queue's numbers, kept by name: they follow the live ones.
#[derive(Clone, Copy, Debug)]
pub struct QueueNumbers {
    /// Size, latency, whether paused.
    pub summary: Memo<QueueSummary>,
    /// Sizes of the last ten minutes, oldest first; nothing where the store was lost.
    pub trend: Memo<Vec<Option<u64>>>,
}

/// The live numbers of the queue of this name; zeros when it is gone.
#[must_use]
pub fn queue_numbers(name: &str) -> QueueNumbers {
    let live = use_live();
    let wanted = name.to_owned();
    let summary = live.select(move |snapshot| {
        let queues = &snapshot.overview.queues;
        queues
            .iter()
            .find(|queue| queue.name == wanted)
            .cloned()
            .unwrap_or_default()
    });
    let wanted = name.to_owned();
    let trend = live.select(move |snapshot| {
        let mut trends = snapshot.trends.iter();
        trends
            .find(|trend| trend.name == wanted)
            .map(|trend| trend.sizes.clone())
            .unwrap_or_default()
    });
    QueueNumbers { summary, trend }
}
