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

/// Searches that are kept while nobody follows them.
const KEPT: usize = 32;

/// How long they are: who has stopped one may let it go on so long.
const KEPT_FOR: Duration = Duration::from_secs(600);

/// The searches that pages follow.
#[derive(Debug)]
pub(super) struct Searches {
    all: Mutex<Vec<Arc<SharedSearch>>>,
    permits: Semaphore,
    /// Where they run: pages are made on threads that are not to be held up.
    runtime: Option<Handle>,
}

impl Searches {
    /// None yet. They run on the current runtime, if there is one.
    pub(super) fn new() -> Self {
        Self {
            all: Mutex::default(),
            permits: Semaphore::new(AT_ONCE),
            runtime: Handle::try_current().ok(),
        }
    }

    fn all(&self) -> MutexGuard<'_, Vec<Arc<SharedSearch>>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn permits(&self) -> &Semaphore {
        &self.permits
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
