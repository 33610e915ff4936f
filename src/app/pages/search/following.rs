//! A search as the page knows it: the jobs so far, how far it is, and whether it is followed.

use super::stream;
use crate::api::SearchAddress;
use crate::app::event_stream::{LOOK_AGAIN, wait};
use crate::model::{
    JobEntry, Place, SEARCH_PAGE, SearchNews, SearchNext, SearchPhase, SearchProgress,
};
use leptos::leptos_dom::helpers::{set_timeout, window_event_listener_untyped};
use leptos::prelude::*;

/// A job that was found, with its number: that stays the same while others are taken away.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Hit {
    pub(super) number: usize,
    pub(super) entry: JobEntry,
}

impl Hit {
    /// What tells its row from others: another search has other jobs of the same numbers.
    pub(super) fn key(&self) -> (usize, String) {
        (self.number, self.entry.id.to_string())
    }
}

/// A search as the page knows it.
#[derive(Clone, Copy)]
pub(super) struct Following {
    address: StoredValue<SearchAddress>,
    scan: StoredValue<String>,
    /// Jobs that it was told, those that were taken away since included.
    known: StoredValue<usize>,
    pub(super) hits: RwSignal<Vec<Hit>>,
    /// How far it is, with the parts before this one.
    pub(super) progress: RwSignal<SearchProgress>,
    pub(super) phase: RwSignal<SearchPhase>,
    pub(super) next: RwSignal<Option<SearchNext>>,
    /// Whether the page is full: from there on it is only counted.
    pub(super) is_full: RwSignal<bool>,
    /// Whether somebody has stopped it.
    pub(super) is_stopped: RwSignal<bool>,
    /// Whether the server does not answer.
    pub(super) is_lost: RwSignal<bool>,
    /// The number of the stream.
    stream: StoredValue<Option<u32>>,
    /// Streams that broke since the server has told something.
    failures: StoredValue<u32>,
}

impl Following {
    /// What the page was made with.
    pub(super) fn new(address: SearchAddress, news: SearchNews) -> Self {
        let following = Self {
            address: StoredValue::new(address),
            scan: StoredValue::new(news.scan.clone()),
            known: StoredValue::new(0),
            hits: RwSignal::new(Vec::new()),
            progress: RwSignal::new(SearchProgress::default()),
            phase: RwSignal::new(SearchPhase::Waiting),
            next: RwSignal::new(None),
            is_full: RwSignal::new(false),
            is_stopped: RwSignal::new(false),
            is_lost: RwSignal::new(false),
            stream: StoredValue::new(None),
            failures: StoredValue::new(0),
        };
        following.take(news);
        following
    }

    /// Follows it, in the browser, as long as the page shows it and somebody sees the tab.
    pub(super) fn begin(self) {
        Effect::new(move || {
            // What broke off while the page was made is tried once more.
            if matches!(*self.phase.read_untracked(), SearchPhase::Broken(_)) {
                self.phase.set(SearchPhase::Searching);
            }
            self.follow();
            let listeners = LOOK_AGAIN
                .map(|event| window_event_listener_untyped(event, move |_| self.follow()));
            on_cleanup(move || {
                for listener in listeners {
                    listener.remove();
                }
            });
        });
        on_cleanup(move || {
            self.close();
        });
    }

    /// Opens or closes the stream, as there is more to come and the tab's visibility want it.
    fn follow(self) {
        if !self.is_wanted() {
            self.close();
        } else if self.stream.with_value(Option::is_none) {
            self.failures.set_value(0);
            self.open();
        }
    }

    /// Whether there is more to come that somebody wants to see.
    fn is_wanted(self) -> bool {
        let goes_on = self.phase.try_with_untracked(is_going_on) == Some(true);
        goes_on && self.is_stopped.try_get_untracked() == Some(false) && !document().hidden()
    }

    fn close(self) {
        if let Some(number) = self.stream.try_update_value(Option::take).flatten() {
            stream::close(number);
        }
    }

    /// Stops it here; on the server as well, if nobody else follows it.
    pub(super) fn stop(self) {
        self.close();
        self.is_stopped.set(true);
        self.is_lost.set(false);
    }

    /// Goes on where it was.
    pub(super) fn go_on(self) {
        self.is_stopped.set(false);
        self.phase.set(SearchPhase::Searching);
        self.open();
    }

    fn open(self) {
        let url = self
            .address
            .with_value(|address| address.stream(&self.scan.get_value(), self.known.get_value()));
        let stream = stream::open(
            &url,
            move |news| {
                self.failures.set_value(0);
                self.is_lost.set(false);
                self.take(news);
            },
            move || self.try_again(),
        );
        if stream.is_none() {
            self.is_lost.set(true);
        }
        self.stream.set_value(stream);
    }

    /// The server does not answer: it is asked again, as long as somebody wants to know.
    fn try_again(self) {
        self.close();
        self.is_lost.try_set(true);
        let Some(failures) = self.failures.try_update_value(|failures| {
            *failures = failures.saturating_add(1);
            *failures - 1
        }) else {
            return;
        };
        set_timeout(
            move || {
                if self.is_wanted() && self.stream.try_with_value(Option::is_none) == Some(true) {
                    self.open();
                }
            },
            wait(failures),
        );
    }

    fn take(self, news: SearchNews) {
        let is_other = news.scan != self.scan.get_value() && !news.scan.is_empty();
        if is_other {
            // The one that was followed is not kept any more.
            self.scan.set_value(news.scan);
            self.known.set_value(0);
            self.hits.set(Vec::new());
            self.next.set(None);
        }
        let known = self.known.get_value();
        let told = news.known + news.hits.len();
        let new: Vec<Hit> = (news.known..)
            .zip(news.hits)
            .filter(|(number, _)| *number >= known)
            .map(|(number, entry)| Hit { number, entry })
            .collect();
        if !new.is_empty() {
            self.hits.update(|hits| hits.extend(new));
            self.known.set_value(told);
        }
        let is_full = self.known.get_value() >= SEARCH_PAGE;
        set_if_other(self.is_full, is_full);
        set_if_other(self.next, news.next);
        let before = self.address.with_value(|address| address.before);
        set_if_other(self.progress, news.progress.behind(before));
        let is_over = !is_going_on(&news.phase);
        set_if_other(self.phase, news.phase);
        if is_over {
            self.close();
        }
    }

    /// The places of the jobs, in order.
    pub(super) fn places(self) -> Memo<Vec<Place>> {
        Memo::new(move |_| {
            self.hits.with(|hits| {
                let mut places: Vec<Place> = Vec::new();
                for hit in hits {
                    if places.last() != Some(&hit.entry.id.place) {
                        places.push(hit.entry.id.place.clone());
                    }
                }
                places
            })
        })
    }

    /// Whether it is followed at this moment.
    pub(super) fn is_running(self) -> bool {
        !self.is_stopped.get() && self.phase.with(is_going_on)
    }

    /// Whether it was told a job, also one that was taken away since.
    pub(super) fn has_found(self) -> bool {
        self.known.get_value() > 0
    }
}

fn is_going_on(phase: &SearchPhase) -> bool {
    matches!(phase, SearchPhase::Searching | SearchPhase::Waiting)
}

fn set_if_other<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.with_untracked(|before| *before != value) {
        signal.set(value);
    }
}
