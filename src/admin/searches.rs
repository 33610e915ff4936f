//! The searches that pages follow: who asks for what another one is already looking for follows with him.

use super::{
    Admin, AdminResult,
    shared_search::{SearchFollower, SearchKey, SharedSearch},
};
use crate::job::new_jid;
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{runtime::Handle, sync::Semaphore};

/// Searches that read at the same time; others wait.
const AT_ONCE: usize = 4;

/// How long one reads before those that wait have their turn.
const TURN: Duration = Duration::from_secs(1);

/// Searches that are kept while nobody follows them.
const KEPT: usize = 32;

/// How long they are: who has stopped one may let it go on so long.
const KEPT_FOR: Duration = Duration::from_secs(600);

/// The searches that pages follow.
#[derive(Debug)]
pub(super) struct Searches {
    all: Mutex<Vec<Arc<SharedSearch>>>,
    permits: Semaphore,
    turn: Duration,
    /// Where they run: pages are made on threads that are not to be held up.
    runtime: Option<Handle>,
}

impl Searches {
    /// None yet. They run on the current runtime, if there is one.
    pub(super) fn new() -> Self {
        Self::with_turn(TURN)
    }

    fn with_turn(turn: Duration) -> Self {
        Self {
            all: Mutex::default(),
            permits: Semaphore::new(AT_ONCE),
            turn,
            runtime: Handle::try_current().ok(),
        }
    }

    fn all(&self) -> MutexGuard<'_, Vec<Arc<SharedSearch>>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn permits(&self) -> &Semaphore {
        &self.permits
    }

    /// How long one reads before those that wait have their turn.
    pub(super) fn turn(&self) -> Duration {
        self.turn
    }

    pub(super) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        match &self.runtime {
            Some(runtime) => drop(runtime.spawn(task)),
            None => drop(tokio::spawn(task)),
        }
    }

    /// Something was done to jobs: who searches from now on is not told what was found before.
    pub(super) fn outdate(&self) {
        for search in self.all().iter() {
            search.outdate();
        }
    }

    /// The search of this id, or one for the same that is good, or a new one. Of those that nobody follows the oldest are given up.
    fn find(&self, key: SearchKey, scan: Option<&str>) -> Arc<SharedSearch> {
        let mut all = self.all();
        let found = all
            .iter()
            .find(|search| Some(search.id.as_str()) == scan && search.key == key)
            .or_else(|| {
                all.iter()
                    .find(|search| search.key == key && search.is_good())
            });
        if let Some(found) = found {
            return Arc::clone(found);
        }
        all.retain(|search| search.idle().is_none_or(|idle| idle < KEPT_FOR));
        let idle = all.iter().filter(|search| search.idle().is_some()).count();
        let mut surplus = (idle + 1).saturating_sub(KEPT);
        all.retain(|search| {
            let goes = surplus > 0 && search.idle().is_some();
            surplus -= usize::from(goes);
            !goes
        });
        let new = Arc::new(SharedSearch::new(new_jid(), key));
        all.push(Arc::clone(&new));
        new
    }
}

impl Admin {
    /// Follows a search over all sets and queues, in the order of [`Admin::search`]: the jobs of a page are told, the others counted. Who asks
    /// for the same at the same time, or within some seconds, follows the same reading. `scan` and `known` are for who has followed one before
    /// and knows so many of its jobs.
    ///
    /// # Errors
    /// The search, or where to go on, cannot be read.
    pub fn follow_search(
        &self,
        query: &str,
        after: Option<&str>,
        scan: Option<&str>,
        known: usize,
    ) -> AdminResult<SearchFollower> {
        super::search::check(query, None, after)?;
        let key = SearchKey {
            query: query.trim().to_owned(),
            after: after.map(str::to_owned),
            limit: self.limit().clone(),
        };
        let search = self.searches.find(key, scan);
        let known = if scan == Some(search.id.as_str()) {
            known
        } else {
            0
        };
        Ok(search.follow(self, known))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::{AT_ONCE, Searches};
    use crate::admin::{Admin, ImportRequest, OperationRunner, SearchFollower};
    use crate::job::NewJob;
    use crate::model::{Action, Change, OperationRequest, Place, SearchPhase, Selection, Set};
    use crate::periodic::PeriodicJob;
    use crate::store::{Announcement, Destination, StoreOptions, connect};
    use std::{sync::Arc, time::Duration};
    use tempfile::TempDir;
    use tokio_util::sync::CancellationToken;

    /// A door to a store with so many dead jobs, each fiftieth of the class `Rare`.
    pub(in crate::admin) async fn admin(count: u32) -> (Admin, TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("jobs.db").display());
        let store = connect(&url, &StoreOptions::default()).await.unwrap();
        let entries: Vec<Destination> = (0..count)
            .map(|number| {
                let class = if number % 50 == 0 { "Rare" } else { "Usual" };
                Destination::Set {
                    set: Set::Dead,
                    score: f64::from(number),
                    raw: format!(r#"{{"class":"{class}","args":[],"jid":"{number}"}}"#).into(),
                }
            })
            .collect();
        store.add(&entries).await.unwrap();
        (Admin::new(store), folder)
    }

    pub(in crate::admin) fn follow(
        admin: &Admin,
        scan: Option<&str>,
        known: usize,
    ) -> SearchFollower {
        admin
            .follow_search("class:rare", None, scan, known)
            .unwrap()
    }

    #[tokio::test]
    async fn a_search_waits_while_as_many_read_as_may() {
        let (admin, _folder) = admin(100).await;
        let all = u32::try_from(AT_ONCE).unwrap();
        let taken = admin.searches.permits().acquire_many(all).await.unwrap();
        let mut waiting = follow(&admin, None, 0);
        tokio::task::yield_now().await;
        assert_eq!(waiting.news().phase, SearchPhase::Waiting);
        // Nobody else waits for who has gone.
        drop(admin.follow_search("class:other", None, None, 0).unwrap());
        drop(taken);
        let mut found = 0;
        loop {
            let news = waiting.news();
            found += news.hits.len();
            if news.phase == SearchPhase::Complete {
                break;
            }
            waiting.changed().await;
        }
        assert_eq!(found, 2);
        let everything = admin.searches.permits().acquire_many(all).await;
        assert!(everything.is_ok(), "none is kept");
    }

    #[tokio::test]
    async fn a_search_that_reads_long_lets_those_that_wait_have_their_turn() {
        let (mut admin, _folder) = admin(20_000).await;
        admin.searches = Arc::new(Searches::with_turn(Duration::ZERO));
        let others = u32::try_from(AT_ONCE - 1).unwrap();
        let taken = admin.searches.permits().acquire_many(others).await.unwrap();
        let mut first = follow(&admin, None, 0);
        while first.news().phase != SearchPhase::Searching {
            first.changed().await;
        }
        let mut second = admin.follow_search("class:usual", None, None, 0).unwrap();
        while second.news().hits.is_empty() {
            second.changed().await;
        }
        assert_ne!(first.news().phase, SearchPhase::Complete);
        drop(second);
        let mut news = first.news();
        while news.phase != SearchPhase::Complete {
            first.changed().await;
            news = first.news();
        }
        assert_eq!((news.progress.searched, news.progress.found), (20_000, 400));
        drop(taken);
    }

    #[tokio::test]
    async fn a_search_that_is_left_and_followed_again_tells_each_job_once() {
        let (admin, _folder) = admin(2_000).await;
        let (mut scan, mut told) = (None::<String>, Vec::new());
        loop {
            let mut follower = follow(&admin, scan.as_deref(), told.len());
            let mut news = follower.news();
            if news.hits.is_empty() && news.phase != SearchPhase::Complete {
                follower.changed().await;
                news = follower.news();
            }
            assert_eq!(*scan.get_or_insert_with(|| news.scan.clone()), news.scan);
            assert_eq!(news.known, told.len());
            told.extend(news.hits.into_iter().map(|hit| hit.jid));
            if news.phase == SearchPhase::Complete {
                assert_eq!(news.progress.searched, 2_000);
                break;
            }
        }
        let expected: Vec<String> = (0..40).rev().map(|n| (n * 50).to_string()).collect();
        assert_eq!(told, expected);
    }

    #[tokio::test]
    async fn whoever_puts_jobs_somewhere_outdates_what_was_found() {
        let (admin, _folder) = admin(100).await;
        let scan = || follow(&admin, None, 0).news().scan;
        let mut last = scan();
        let mut expect_other = |by: &str| {
            let now = scan();
            assert_ne!(now, last, "{by}");
            last = now;
        };
        admin.enqueue(&[NewJob::new("Rare")]).await.unwrap();
        expect_other("a new job");

        let job = PeriodicJob::new("0 0 1 1 *", "Rare").name("yearly");
        let announced = Announcement {
            name: "yearly".to_owned(),
            definition: job.definition().unwrap(),
            schedule: job.schedule_text(),
            fresh: true,
        };
        let store = admin.store();
        store.announce_periodic("one", &[announced]).await.unwrap();
        admin.run_periodic("yearly").await.unwrap();
        expect_other("a periodic job that is run now");

        let file = r#"{"place":"dead","score":7.5,"job":{"class":"Rare","args":[],"jid":"x"}}"#;
        let request = ImportRequest::default();
        let report = admin.import(&request, file.as_bytes(), |_| {}).await;
        assert_eq!(report.unwrap().imported, 1);
        expect_other("an import");

        let request = OperationRequest {
            change: Change::Act(Action::Retry),
            selection: Selection {
                places: vec![Place::Set(Set::Dead)],
                ..Selection::default()
            },
            before: None,
            rate: None,
            canary: None,
            reason: None,
        };
        let operation = admin.start_operation(&request).await.unwrap();
        let runner = OperationRunner::new(admin.clone());
        let shutdown = CancellationToken::new();
        runner.finish(&operation.id, &shutdown).await.unwrap();
        expect_other("an operation");
        let undo = admin.undo_operation(&operation.id, None).await.unwrap();
        runner.finish(&undo.id, &shutdown).await.unwrap();
        expect_other("an undo");
    }

    #[tokio::test]
    async fn who_asks_for_the_same_follows_with_the_others_until_jobs_are_changed() {
        let (admin, _folder) = admin(100).await;
        let first = follow(&admin, None, 0).news().scan;
        assert_eq!(follow(&admin, None, 0).news().scan, first);
        let mut other = admin.follow_search("class:usual", None, None, 0).unwrap();
        assert_ne!(other.news().scan, first);
        admin.searches.outdate();
        assert_ne!(follow(&admin, None, 0).news().scan, first);
        // Who has its jobs may still go on with it.
        assert_eq!(follow(&admin, Some(&first), 0).news().scan, first);
        assert!(admin.follow_search("(", None, None, 0).is_err());
        assert!(admin.follow_search("a", Some("nowhere"), None, 0).is_err());
    }
}
