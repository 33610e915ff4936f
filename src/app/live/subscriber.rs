//! The browser's end of the event stream: `GET /live`, events `snapshot`, each a whole [`Snapshot`] as JSON.

use super::{Link, LiveState};
use crate::model::Snapshot;
use leptos::leptos_dom::helpers::{set_interval, set_timeout, window_event_listener_untyped};
use leptos::prelude::*;
use leptos::wasm_bindgen::{JsCast, closure::Closure};
use leptos::web_sys::{Event, EventSource, MessageEvent, js_sys::Date};
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::Duration,
};

/// Silence after which a stream that looks open counts as broken: the server sends once a second, and by its settings every five at most.
const SILENCE_MS: i64 = 8_000;
/// Wait before the first new try; doubles with each failure.
const FIRST_WAIT_MS: u64 = 250;
/// Longest wait between two tries.
const LONGEST_WAIT_MS: u64 = 4_000;

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
    for event in ["visibilitychange", "online", "pageshow"] {
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
    stream: RefCell<Option<Stream>>,
    failures: Cell<u32>,
    /// Counts the streams, so that a late timer or event of an old one is recognised.
    generation: Cell<u32>,
    heard_ms: Cell<i64>,
    /// Whether this stream has sent something before: its first numbers may be as old as the server's interval.
    is_fresh: Cell<bool>,
}

/// An open stream with the closures that the browser calls.
struct Stream {
    source: EventSource,
    _on_snapshot: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(Event)>,
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
        let Ok(source) = EventSource::new(self.url) else {
            self.fail(generation);
            return;
        };
        let on_snapshot = {
            let subscriber = Rc::clone(self);
            Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
                subscriber.receive(generation, &event);
            })
        };
        let on_error = {
            let subscriber = Rc::clone(self);
            Closure::<dyn FnMut(Event)>::new(move |_| subscriber.fail(generation))
        };
        // Only fails for arguments that are no functions.
        let _ = source
            .add_event_listener_with_callback("snapshot", on_snapshot.as_ref().unchecked_ref());
        source.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        *self.stream.borrow_mut() = Some(Stream {
            source,
            _on_snapshot: on_snapshot,
            _on_error: on_error,
        });
    }

    /// Closes the stream. Its closures are let go a little later: this may be running inside one of them.
    fn close(&self) {
        self.generation.set(self.generation.get().wrapping_add(1));
        if let Some(stream) = self.stream.borrow_mut().take() {
            stream.source.set_onerror(None);
            stream.source.close();
            set_timeout(move || drop(stream), Duration::ZERO);
        }
    }

    fn receive(&self, generation: u32, event: &MessageEvent) {
        if generation != self.generation.get() {
            return;
        }
        let Some(text) = event.data().as_string() else {
            return;
        };
        // Numbers of another version of the server are not understood; the page says that it waits.
        let Ok(snapshot) = leptos::serde_json::from_str::<Snapshot>(&text) else {
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
            Duration::from_millis(wait_ms(failures, js_random())),
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

/// The wait before try number `failures` (from 0): doubling, limited, and spread by up to a quarter so that tabs do not come back in step.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "milliseconds of a few seconds"
)]
fn wait_ms(failures: u32, random: f64) -> u64 {
    let wait = FIRST_WAIT_MS
        .saturating_mul(1_u64.checked_shl(failures.min(16)).unwrap_or(u64::MAX))
        .min(LONGEST_WAIT_MS);
    wait + (wait as f64 * 0.25 * random) as u64
}

#[expect(clippy::cast_possible_truncation, reason = "whole milliseconds")]
fn now_ms() -> i64 {
    Date::now() as i64
}

fn js_random() -> f64 {
    leptos::web_sys::js_sys::Math::random()
}

#[cfg(test)]
mod tests {
    use super::{LONGEST_WAIT_MS, wait_ms};

    #[test]
    fn tries_come_less_often_but_never_stop() {
        assert_eq!(wait_ms(0, 0.0), 250);
        assert_eq!(wait_ms(1, 0.0), 500);
        assert_eq!(wait_ms(40, 0.0), LONGEST_WAIT_MS);
        assert!(wait_ms(u32::MAX, 1.0) <= LONGEST_WAIT_MS * 5 / 4);
    }
}
