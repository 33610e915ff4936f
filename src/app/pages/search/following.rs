//! A search as the page knows it: the jobs so far, how far it is, and whether it is followed.

use super::stream;
use crate::api::{PAGE_SIZE, SearchAddress};
use crate::model::{JobEntry, Place, SearchNews, SearchNext, SearchPhase, SearchProgress};
use leptos::leptos_dom::helpers::set_timeout;
use leptos::prelude::*;
use std::time::Duration;

/// Pause before a stream that broke is tried again.
const AGAIN: Duration = Duration::from_secs(1);

/// A job that was found, with its number: that stays the same while others are taken away.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Hit {
    pub(super) number: usize,
    pub(super) entry: JobEntry,
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
        };
        following.take(news);
        following
    }

    /// Follows it, in the browser, as long as the page shows it.
    pub(super) fn begin(self) {
        Effect::new(move || {
            if self.phase.get_untracked() != SearchPhase::Complete {
                self.open();
            }
        });
        on_cleanup(move || {
            self.close();
        });
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
        set_timeout(
            move || {
                let is_wanted = self.is_lost.try_get_untracked() == Some(true)
                    && self.stream.try_with_value(Option::is_none) == Some(true);
                if is_wanted {
                    self.open();
                }
            },
            AGAIN,
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
        let is_full = self.known.get_value() >= PAGE_SIZE as usize;
        set_if_other(self.is_full, is_full);
        set_if_other(self.next, news.next);
        let before = self.address.with_value(|address| address.before);
        set_if_other(self.progress, news.progress.behind(before));
        let is_over = matches!(news.phase, SearchPhase::Complete | SearchPhase::Broken(_));
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
        !self.is_stopped.get()
            && matches!(
                self.phase.get(),
                SearchPhase::Searching | SearchPhase::Waiting
            )
    }
}

fn set_if_other<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.with_untracked(|before| *before != value) {
        signal.set(value);
    }
}
