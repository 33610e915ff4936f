//! The browser's end of the event stream: `GET /live`, events `snapshot`, each a whole [`Snapshot`] as JSON.

use super::{Link, LiveState};
use crate::app::event_stream::{EventStream, LOOK_AGAIN, wait};
use crate::model::Snapshot;
use leptos::leptos_dom::helpers::{set_interval, set_timeout, window_event_listener_untyped};
use leptos::prelude::*;
use leptos::web_sys::js_sys::Date;
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::Duration,
};

/// Silence after which a stream that looks open counts as broken: the server sends once a second, and by its settings every five at most.
const SILENCE_MS: i64 = 8_000;

/// Opens the tab's stream and keeps it open as long as somebody looks. Call once, in the browser only.
pub fn subscribe(live: LiveState, url: &'static str) {
    let subscriber = Rc::new(Subscriber {
        live,
        url,
        stream: RefCell::new(None),
        failures: Cell::new(0),
        generation: Cell::new(0),
        heard_ms: Cell::new(0),
        is_fresh: Cell::new(false),
    });
    live.tick(now_ms());

    let ticking = Rc::clone(&subscriber);
    set_interval(move || ticking.tick(), Duration::from_secs(1));
    for event in LOOK_AGAIN {
        let subscriber = Rc::clone(&subscriber);
        // The subscriber lives as long as the tab.
        let _ = window_event_listener_untyped(event, move |_| subscriber.follow());
    }
    Effect::new(move || {
        live.held.track();
        subscriber.follow();
    });
}

struct Subscriber {
    live: LiveState,
    url: &'static str,
    stream: RefCell<Option<EventStream>>,
    failures: Cell<u32>,
    /// Counts the streams, so that a late timer or event of an old one is recognised.
    generation: Cell<u32>,
    heard_ms: Cell<i64>,
    /// Whether this stream has sent something before: its first numbers may be as old as the server's interval.
    is_fresh: Cell<bool>,
}

impl Subscriber {
    /// Opens or closes, as the operator's wish and the tab's visibility want it.
    fn follow(self: &Rc<Self>) {
        let wanted = !self.live.held.get_untracked() && !document().hidden();
        if !wanted {
            self.close();
            self.live.link.set(Link::Paused);
        } else if self.stream.borrow().is_none() {
            self.failures.set(0);
            self.live.link.set(Link::Connecting);
            self.open();
        }
    }

    fn open(self: &Rc<Self>) {
        self.close();
        let generation = self.generation.get();
        self.heard_ms.set(now_ms());
        self.is_fresh.set(false);
        let (receiving, failing) = (Rc::clone(self), Rc::clone(self));
        let stream = EventStream::open(
            self.url,
            "snapshot",
            move |text| receiving.receive(generation, text),
            move || failing.fail(generation),
        );
        if stream.is_none() {
            self.fail(generation);
            return;
        }
        *self.stream.borrow_mut() = stream;
    }

    fn close(&self) {
        self.generation.set(self.generation.get().wrapping_add(1));
        let stream = self.stream.borrow_mut().take();
        drop(stream);
    }

    fn receive(&self, generation: u32, text: &str) {
        if generation != self.generation.get() {
            return;
        }
        // Numbers of another version of the server are not understood; the page says that it waits.
        let Ok(snapshot) = leptos::serde_json::from_str::<Snapshot>(text) else {
            return;
        };
        let local_ms = now_ms();
        self.heard_ms.set(local_ms);
        self.failures.set(0);
        if self.is_fresh.replace(true) {
            self.live.learn_skew(&snapshot, local_ms);
        }
        self.live.receive(snapshot);
        if self.live.link.get_untracked() != Link::Live {
            self.live.link.set(Link::Live);
        }
        self.live.tick(local_ms);
    }

    /// The stream is broken: tries again, first soon, then less often, for ever.
    fn fail(self: &Rc<Self>, generation: u32) {
        if generation != self.generation.get() {
            return;
        }
        self.close();
        self.live.link.set(Link::Reconnecting);
        let failures = self.failures.get();
        self.failures.set(failures.saturating_add(1));
        let again = Rc::clone(self);
        let expected = self.generation.get();
        set_timeout(
            move || {
                if again.generation.get() == expected {
                    again.open();
                }
            },
            wait(failures),
        );
    }

    fn tick(self: &Rc<Self>) {
        let local_ms = now_ms();
        self.live.tick(local_ms);
        let silent = local_ms.saturating_sub(self.heard_ms.get()) > SILENCE_MS;
        if silent && self.stream.borrow().is_some() {
            self.fail(self.generation.get());
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "whole milliseconds")]
fn now_ms() -> i64 {
    Date::now() as i64
}
