//! A search that several may follow: it is read once, as long as somebody follows it, and stands still when nobody does.

use super::{Admin, AdminError, AdminResult, SearchRequest, Vocabulary, searches::Searches};
use crate::model::{
    JobEntry, Limit, SEARCH_PAGE, SearchEvent, SearchNews, SearchNext, SearchPhase, SearchProgress,
};
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{SemaphorePermit, mpsc::Receiver, watch},
    time::{Instant, timeout},
};
use tokio_util::sync::CancellationToken;

/// How long a search that has ended, or stands still, is still news to those who ask for the same.
const GOOD: Duration = Duration::from_secs(3);

/// What a search is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SearchKey {
    pub(super) query: String,
    /// Where another one ended.
    pub(super) after: Option<String>,
    /// The queues that those who follow it are limited to.
    pub(super) limit: Limit,
}

/// A search that several may follow.
#[derive(Debug)]
pub(super) struct SharedSearch {
    pub(super) id: String,
    pub(super) key: SearchKey,
    states: watch::Sender<State>,
    control: Mutex<Control>,
}

/// What it has found so far.
#[derive(Debug, Default)]
struct State {
    hits: Vec<JobEntry>,
    progress: SearchProgress,
    phase: SearchPhase,
    /// Where the next page begins, once this one is full.
    page_end: Option<SearchNext>,
    /// A place where it could go on, and how many jobs were found until there.
    mark: Option<(usize, SearchNext)>,
}

/// Who follows it, and whether a task is at work on it.
#[derive(Debug)]
struct Control {
    followers: usize,
    is_driven: bool,
    /// Ends the reading that goes on.
    stop: CancellationToken,
    /// When it was begun, left by somebody, or had searched everything.
    touched: Instant,
    /// Whether that was the end: then whoever leaves it changes nothing.
    is_complete: bool,
    /// Whether something was done to jobs meanwhile.
    is_outdated: bool,
}

impl SharedSearch {
    pub(super) fn new(id: String, key: SearchKey) -> Self {
        Self {
            id,
            key,
            states: watch::Sender::new(State::default()),
            control: Mutex::new(Control {
                followers: 0,
                is_driven: false,
                stop: CancellationToken::new(),
                touched: Instant::now(),
                is_complete: false,
                is_outdated: false,
            }),
        }
    }

    fn control(&self) -> MutexGuard<'_, Control> {
        self.control.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether what it has found is still news to somebody who asks for the same.
    pub(super) fn is_good(&self) -> bool {
        let is_broken = matches!(self.states.borrow().phase, SearchPhase::Broken(_));
        let control = self.control();
        let is_followed = control.followers > 0 && !control.is_complete;
        !control.is_outdated && !is_broken && (is_followed || control.touched.elapsed() < GOOD)
    }

    /// How long nobody has followed it; nothing while somebody does.
    pub(super) fn idle(&self) -> Option<Duration> {
        let control = self.control();
        (control.followers == 0).then(|| control.touched.elapsed())
    }

    /// Who asks for the same from now on gets a new search.
    pub(super) fn outdate(&self) {
        self.control().is_outdated = true;
    }

    /// One more follows it, who knows so many of its jobs. It goes on reading, if it stood still.
    pub(super) fn follow(self: &Arc<Self>, admin: &Admin, known: usize) -> SearchFollower {
        let states = self.states.subscribe();
        let mut control = self.control();
        control.followers += 1;
        if !control.is_driven {
            control.is_driven = true;
            self.states.send_if_modified(|state| {
                let is_broken = matches!(state.phase, SearchPhase::Broken(_));
                if is_broken {
                    state.phase = SearchPhase::Waiting;
                }
                is_broken
            });
            admin.searches.spawn(drive(admin.clone(), Arc::clone(self)));
        }
        drop(control);
        SearchFollower {
            shared: Arc::clone(self),
            states,
            known,
        }
    }

    /// What ends the next reading; nothing when there is no reason to read: then nobody is at work on it any more.
    fn next_turn(&self) -> Option<CancellationToken> {
        let phase = self.states.borrow().phase.clone();
        let is_complete = phase == SearchPhase::Complete;
        let mut control = self.control();
        if is_complete || matches!(phase, SearchPhase::Broken(_)) || control.followers == 0 {
            control.is_driven = false;
            if is_complete && !control.is_complete {
                control.is_complete = true;
                control.touched = Instant::now();
            }
            return None;
        }
        control.stop = CancellationToken::new();
        Some(control.stop.clone())
    }

    fn set_phase(&self, phase: SearchPhase) {
        self.states.send_if_modified(|state| {
            let is_other = state.phase != phase;
            state.phase = phase;
            is_other
        });
    }
}

/// Reads on as long as somebody follows, a while at a time: between two turns others that wait have theirs.
async fn drive(admin: Admin, shared: Arc<SharedSearch>) {
    while let Some(stop) = shared.next_turn() {
        let Some(permit) = wait_for_turn(&shared, &admin.searches, &stop).await else {
            continue;
        };
        shared.set_phase(SearchPhase::Searching);
        if let Err(error) = read(&admin, &shared, stop).await {
            shared.set_phase(SearchPhase::Broken(error.to_string()));
        }
        drop(permit);
    }
}

/// Waits while as many as may run at a time are running; nothing when nobody follows any more.
async fn wait_for_turn<'searches>(
    shared: &SharedSearch,
    searches: &'searches Searches,
    stop: &CancellationToken,
) -> Option<SemaphorePermit<'searches>> {
    if let Ok(permit) = searches.permits().try_acquire() {
        return Some(permit);
    }
    shared.set_phase(SearchPhase::Waiting);
    tokio::select! {
        // It is never closed.
        permit = searches.permits().acquire() => permit.ok(),
        () = stop.cancelled() => None,
    }
}

/// Reads from where it is until the page is full, all is searched, its turn is over, or nobody follows any more.
async fn read(admin: &Admin, shared: &SharedSearch, stop: CancellationToken) -> AdminResult<()> {
    let (after, found, before, is_full) = {
        let state = shared.states.borrow();
        let (known, mark) = state.mark.clone().unzip();
        (
            mark.as_ref()
                .map(|mark: &SearchNext| mark.after.clone())
                .or_else(|| shared.key.after.clone()),
            known.unwrap_or_default(),
            mark.map(|mark| mark.progress).unwrap_or_default(),
            state.page_end.is_some(),
        )
    };
    // After a break there may be jobs behind the mark: they are found again.
    shared.states.send_if_modified(|state| {
        let is_ahead = state.hits.len() > found;
        state.hits.truncate(found);
        is_ahead
    });
    let events = admin
        .search(SearchRequest {
            query: shared.key.query.clone(),
            after,
            limit: if is_full {
                0
            } else {
                (SEARCH_PAGE - found) as u64
            },
            budget: Some(admin.searches.turn()),
            counts_only: is_full,
            stop,
            ..SearchRequest::default()
        })
        .await?;
    take(shared, &admin.vocabulary(), events, before).await
}

/// Takes in what a reading finds, until it ends.
async fn take(
    shared: &SharedSearch,
    vocabulary: &Vocabulary,
    mut events: Receiver<AdminResult<SearchEvent>>,
    before: SearchProgress,
) -> AdminResult<()> {
    while let Some(event) = events.recv().await {
        match event? {
            SearchEvent::Hit(entry) => {
                vocabulary.learn(&entry);
                shared.states.send_modify(|state| {
                    state.hits.push(entry);
                    state.progress.found = state.hits.len() as u64;
                });
            }
            SearchEvent::Progress { progress, next } => shared.states.send_modify(|state| {
                state.progress = progress.behind(before);
                state.set_mark(next);
            }),
            SearchEvent::End { progress, next } => {
                shared.states.send_modify(|state| {
                    state.progress = progress.behind(before);
                    let Some(next) = next else {
                        state.phase = SearchPhase::Complete;
                        return;
                    };
                    state.set_mark(next);
                    if state.hits.len() >= SEARCH_PAGE && state.page_end.is_none() {
                        state.page_end = state.mark.as_ref().map(|(_, next)| next.clone());
                    }
                });
                return Ok(());
            }
        }
    }
    Err(AdminError::Refused(
        "its reading ended without a word, which is an error of Jobdeck's: the server's log says more"
            .to_owned(),
    ))
}

impl State {
    fn set_mark(&mut self, after: String) {
        let next = SearchNext {
            after,
            progress: self.progress,
        };
        self.mark = Some((self.hits.len(), next));
    }

    /// Where the next page begins, unless it is known that there is nothing on it.
    fn next_page(&self) -> Option<SearchNext> {
        let is_all =
            self.phase == SearchPhase::Complete && self.progress.found <= self.hits.len() as u64;
        self.page_end.clone().filter(|_| !is_all)
    }

    /// Whether a page that does not follow gets no more by waiting.
    fn is_enough(&self) -> bool {
        self.page_end.is_some()
            || matches!(self.phase, SearchPhase::Complete | SearchPhase::Broken(_))
    }
}

/// One who follows a search. The search stands still when the last one is dropped.
#[derive(Debug)]
pub struct SearchFollower {
    shared: Arc<SharedSearch>,
    states: watch::Receiver<State>,
    known: usize,
}

impl SearchFollower {
    /// What is new since this was asked last; the phase tells whether there will be more.
    pub fn news(&mut self) -> SearchNews {
        let state = self.states.borrow_and_update();
        // Jobs that are told twice are known by their number.
        let known = self.known.min(state.hits.len());
        self.known = state.hits.len();
        SearchNews {
            scan: self.shared.id.clone(),
            known,
            hits: state.hits[known..].to_vec(),
            progress: state.progress,
            phase: state.phase.clone(),
            next: state.next_page(),
        }
    }

    /// Waits until there is news.
    pub async fn changed(&mut self) {
        // The sender lives as long as this handle.
        let _ = self.states.changed().await;
    }

    /// What can be shown within this time, by a page that does not follow: with a place where to go on.
    pub async fn part(mut self, budget: Duration) -> SearchNews {
        // If it is not enough by then, what there is is told.
        let _ = timeout(budget, self.states.wait_for(State::is_enough)).await;
        let state = self.states.borrow();
        let (found, next) = match (&state.page_end, &state.mark) {
            (Some(next), _) => (state.hits.len(), Some(next.clone())),
            _ if state.is_enough() => (state.hits.len(), None),
            (None, Some((found, next))) => (*found, Some(next.clone())),
            (None, None) => (0, None),
        };
        SearchNews {
            scan: self.shared.id.clone(),
            known: 0,
            hits: state.hits[..found].to_vec(),
            // What was counted behind a full page is told to those who follow only: a server may make a page's parts twice, one of them before
            // that and one behind it, and both must say the same.
            progress: next.as_ref().map_or(state.progress, |next| next.progress),
            phase: match &state.phase {
                SearchPhase::Complete if next.is_some() => SearchPhase::Searching,
                phase => phase.clone(),
            },
            next,
        }
    }
}

impl Drop for SearchFollower {
    fn drop(&mut self) {
        let mut control = self.shared.control();
        control.followers = control.followers.saturating_sub(1);
        if !control.is_complete {
            control.touched = Instant::now();
        }
        if control.followers == 0 {
            control.stop.cancel();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{SearchKey, SharedSearch, take};
    use crate::admin::Vocabulary;
    use crate::admin::searches::tests::{admin, follow};
    use crate::model::{Limit, SEARCH_PAGE, SearchEvent, SearchPhase, SearchProgress};
    use std::sync::Arc;
    use tokio::sync::mpsc::channel;

    #[tokio::test]
    async fn a_reading_that_ends_without_a_word_is_an_error() {
        let key = SearchKey {
            query: "a".to_owned(),
            after: None,
            limit: Limit::none(),
        };
        let shared = SharedSearch::new("s".to_owned(), key);
        let (vocabulary, before) = (Vocabulary::default(), SearchProgress::default());
        let (sender, events) = channel(1);
        drop(sender);
        assert!(take(&shared, &vocabulary, events, before).await.is_err());
        let (sender, events) = channel(1);
        let end = SearchEvent::End {
            progress: before,
            next: None,
        };
        sender.send(Ok(end)).await.unwrap();
        assert!(take(&shared, &vocabulary, events, before).await.is_ok());
    }

    #[tokio::test]
    async fn a_page_that_holds_all_jobs_has_no_next_one() {
        for (jobs, has_next) in [(SEARCH_PAGE, false), (SEARCH_PAGE + 1, true)] {
            let (admin, _folder) = admin(u32::try_from(jobs * 50).unwrap()).await;
            let mut follower = follow(&admin, None, 0);
            let mut news = follower.news();
            while news.phase != SearchPhase::Complete {
                follower.changed().await;
                news = follower.news();
            }
            assert_eq!(news.progress.found, jobs as u64);
            assert_eq!(news.next.is_some(), has_next, "{jobs} jobs");
        }
    }

    #[tokio::test]
    async fn a_search_that_nobody_follows_stands_still() {
        let (admin, _folder) = admin(20_000).await;
        let mut follower = follow(&admin, None, 0);
        while follower.news().hits.is_empty() {
            follower.changed().await;
        }
        let shared = Arc::clone(&follower.shared);
        drop(follower);
        while shared.control().is_driven {
            tokio::task::yield_now().await;
        }
        let state = shared.states.borrow();
        assert_eq!(state.phase, SearchPhase::Searching);
        assert!(state.progress.searched < 20_000, "{:?}", state.progress);
        // It goes on behind what it has read.
        let (found, mark) = state.mark.as_ref().unwrap();
        assert_eq!((*found, mark.progress), (state.hits.len(), state.progress));
    }
}
