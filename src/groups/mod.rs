//! One index of failure groups a store, kept in the background and shared by all who look.
//!
//! | file | owns |
//! | --- | --- |
//! | `sweep` | reading a set, gently |
//! | `set_index` | what is known of one set, and when it is to be read again |
//! | `keeper` | the task that keeps the index, and how often it may read |
//! | `view` | one state of the index, shared by all who look |
//! | `list`, `detail`, `dead` | what pages and scripts are told |
//! | `distribution` | values of a sample |

mod dead;
mod detail;
mod distribution;
mod keeper;
mod list;
mod set_index;
mod sweep;
mod view;

use crate::model::{
    DeadCauses, FailureGroup, FailureGroups, GroupDetail, GroupDigest, GroupQuery, GroupSample,
    KeptGroup, Limit, Overview,
};
use crate::redaction::{Redactor, SharedRedactor};
use crate::store::{SharedStore, StoreResult};
use keeper::{Keeper, LOOKS};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::{Notify, watch},
    time::{Instant, timeout},
};
use tokio_util::sync::CancellationToken;
use view::{Both, View};

/// How long a page waits for the first numbers there are.
const FIRST_VIEW: Duration = Duration::from_millis(500);

/// How long a sample of a group is good.
const SAMPLE_KEPT: Duration = Duration::from_secs(4);

/// A handle to a store's index of failure groups. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Groups {
    store: SharedStore,
    shared: Arc<Shared>,
}

/// What the keeper and those who look share.
#[derive(Debug)]
struct Shared {
    /// What takes secrets out of what is shown.
    redactor: SharedRedactor,
    views: watch::Sender<Arc<View>>,
    /// Told when there may be something to do.
    wanted: Notify,
    /// Whole readings that were asked for; the keeper answers with the number in its view.
    asked: AtomicU64,
    /// When somebody looked last.
    looked: Mutex<Option<Instant>>,
    /// Sizes and the counter of failures at the last reading of the sampler.
    seen: Mutex<Option<Counters>>,
    /// What was sampled of groups that are looked at, and when. One sample is taken at a time, and all who look within some seconds get
    /// the same, if they are limited to the same: a page that asks twice while it is made must not be told two things.
    samples: tokio::sync::Mutex<HashMap<(GroupDigest, Limit), (Instant, GroupSample)>>,
    /// What people have said, as last read.
    kept: Mutex<Arc<HashMap<GroupDigest, KeptGroup>>>,
}

/// What cannot stand while the sets change: sizes, and the counter of failures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Counters {
    failed: u64,
    retries: u64,
    dead: u64,
}

impl Counters {
    fn of(overview: &Overview) -> Self {
        Self {
            failed: overview.failed,
            retries: overview.retrying,
            dead: overview.dead,
        }
    }
}

impl Groups {
    /// Starts to keep the index on the current runtime, until `shutdown`: it is read at once, and then as often as [`keeper`] says. What is
    /// shown of it goes through the redactor.
    #[must_use]
    pub fn start(
        store: SharedStore,
        redactor: impl Into<SharedRedactor>,
        shutdown: CancellationToken,
    ) -> Self {
        let groups = Self {
            store: store.clone(),
            shared: Arc::new(Shared {
                redactor: redactor.into(),
                views: watch::Sender::new(Arc::default()),
                wanted: Notify::new(),
                asked: AtomicU64::new(0),
                looked: Mutex::new(None),
                seen: Mutex::new(None),
                samples: tokio::sync::Mutex::default(),
                kept: Mutex::default(),
            }),
        };
        let keeper = Keeper::new(store, Arc::clone(&groups.shared));
        tokio::spawn(async move {
            tokio::select! {
                () = shutdown.cancelled() => {}
                () = keeper.run() => {}
            }
        });
        groups
    }

    /// What the sampler has just read, and whether somebody watches: so the index need not ask for itself whether anything has changed.
    pub fn observe(&self, overview: &Overview, is_watched: bool) {
        if is_watched {
            self.look();
        }
        let counters = Counters::of(overview);
        let before = lock(&self.shared.seen).replace(counters);
        if before != Some(counters) {
            self.shared.wanted.notify_one();
        }
    }

    /// How many groups within a limit are to be looked at, as far as is known; nothing until both sets have been read once. Waits for nothing.
    #[must_use]
    pub fn open_count(&self, limit: &Limit) -> Option<u64> {
        let view = self.view();
        let kept = Arc::clone(&lock(&self.shared.kept));
        view.open_count(&kept, limit)
    }

    /// The classes of jobs and of errors of all groups within a limit, as far as is known, with the entries of each. Waits for nothing.
    #[must_use]
    pub fn names(&self, limit: &Limit) -> Vec<(String, String, u64)> {
        let view = self.view();
        let groups = view.groups.values().filter(|both| both.is_within(limit));
        groups
            .map(|both| {
                let signature = &both.group.signature;
                (
                    signature.class.clone(),
                    signature.error_class.clone(),
                    both.group.count,
                )
            })
            .collect()
    }

    /// The groups that are asked for, of those within a limit. A group is within it with all of its entries: one that has others is not shown,
    /// because its numbers are those of all.
    ///
    /// # Errors
    /// The store's: what people have said about groups is read from it.
    pub async fn list(&self, limit: &Limit, query: &GroupQuery) -> StoreResult<FailureGroups> {
        let view = self.first_view().await;
        let deploys = self.store.deploy_marks().await?;
        let kept = read_kept(&self.store, &self.shared).await?;
        let state = (view.index.clone(), deploys.first());
        let mut list = list::list(&view, &kept, state, (limit, query));
        let redactor = self.shared.redactor.get();
        for group in &mut list.groups {
            hide_in(group, &redactor);
        }
        Ok(list)
    }

    /// The groups within a limit with the most dead jobs, `most` at most, as the index has them. Asks the store for nothing.
    pub async fn dead_causes(&self, limit: &Limit, most: usize) -> DeadCauses {
        let mut causes = dead::causes(self.first_view().await.as_ref(), limit, most);
        let redactor = self.shared.redactor.get();
        for cause in &mut causes.causes {
            redactor.hide(&mut cause.message);
        }
        causes
    }

    /// All of one group; it may have no entry, or not be known. One that is not within a limit is not known to who is limited, nor what was said
    /// of it.
    ///
    /// # Errors
    /// The store's.
    pub async fn detail(&self, limit: &Limit, digest: GroupDigest) -> StoreResult<GroupDetail> {
        let view = self.first_view().await;
        let deploys = self.store.deploy_marks().await?;
        let both = view.groups.get(&digest);
        let both = both.filter(|both| both.is_within(limit));
        // Of one without entries nobody knows whose it was.
        let kept = if both.is_some() || limit.is_none() {
            self.store.kept_group(digest).await?
        } else {
            KeptGroup::default()
        };
        let state = (view.index.clone(), deploys.first());
        let sample = match both {
            Some(both) => self.sample(limit, digest, both).await?,
            None => GroupSample::default(),
        };
        let mut detail = detail::detail(&view, (digest, both), kept, sample, state);
        detail.entries = view.entries_within(limit);
        if let Some(group) = &mut detail.group {
            hide_in(group, &self.shared.redactor.get());
        }
        Ok(detail)
    }

    /// What a bounded number of a group's entries have in common.
    async fn sample(
        &self,
        limit: &Limit,
        digest: GroupDigest,
        both: &Both,
    ) -> StoreResult<GroupSample> {
        let mut samples = self.shared.samples.lock().await;
        samples.retain(|_, (taken, _)| taken.elapsed() < SAMPLE_KEPT);
        let key = (digest, limit.clone());
        if let Some((_, sample)) = samples.get(&key) {
            return Ok(sample.clone());
        }
        let redactor = self.shared.redactor.get();
        let sample = detail::sample(&self.store, &redactor, limit, (digest, both)).await?;
        samples.insert(key, (Instant::now(), sample.clone()));
        Ok(sample)
    }

    /// Waits until both sets have been read once.
    pub async fn first_complete(&self) {
        let mut views = self.shared.views.subscribe();
        // The sender lives as long as this handle.
        let _ = views.wait_for(|view| view.index.as_of.is_some()).await;
    }

    /// Reads both sets whole, now, and waits for that, however long ago they were read.
    pub async fn refresh(&self) {
        let wanted = self.shared.asked.fetch_add(1, Ordering::SeqCst) + 1;
        self.look();
        self.shared.wanted.notify_one();
        let mut views = self.shared.views.subscribe();
        // The sender lives as long as this handle.
        let _ = views.wait_for(|view| view.answers >= wanted).await;
    }

    /// Notes that somebody looks; when nobody has for a while, there may be something to do.
    fn look(&self) {
        let before = lock(&self.shared.looked).replace(Instant::now());
        if before.is_none_or(|looked| looked.elapsed() >= LOOKS) {
            self.shared.wanted.notify_one();
        }
    }

    fn view(&self) -> Arc<View> {
        Arc::clone(&self.shared.views.borrow())
    }

    /// The state of the index; when there is none yet, the first one, if it comes soon.
    async fn first_view(&self) -> Arc<View> {
        self.look();
        let mut views = self.shared.views.subscribe();
        let _ = timeout(FIRST_VIEW, views.wait_for(|view| !view.is_empty())).await;
        self.view()
    }
}

/// Takes the secrets out of what a group says of its failures.
fn hide_in(group: &mut FailureGroup, redactor: &Redactor) {
    redactor.hide(&mut group.message);
    if let Some(frame) = &mut group.frame {
        redactor.hide(frame);
    }
}

async fn read_kept(
    store: &SharedStore,
    shared: &Shared,
) -> StoreResult<Arc<HashMap<GroupDigest, KeptGroup>>> {
    let kept = Arc::new(store.kept_groups().await?.into_iter().collect());
    *lock(&shared.kept) = Arc::clone(&kept);
    Ok(kept)
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
