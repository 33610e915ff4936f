//! An event stream of the server, as a browser hears it.

use leptos::leptos_dom::helpers::set_timeout;
use leptos::server_fn::client::get_server_url;
use leptos::wasm_bindgen::{JsCast, closure::Closure};
use leptos::web_sys::{Event, EventSource, MessageEvent, js_sys::Math};
use std::{fmt, time::Duration};

/// Events of a window after which it is to be looked whether a stream is wanted: whether the tab is seen may have changed, or the network
/// is back.
pub const LOOK_AGAIN: [&str; 3] = ["visibilitychange", "online", "pageshow"];

/// Wait before the first new try; doubles with each failure.
const FIRST_WAIT_MS: u64 = 250;
/// Longest wait between two tries.
const LONGEST_WAIT_MS: u64 = 4_000;

/// An open stream. It is closed when this is dropped.
pub struct EventStream(Option<Open>);

/// The stream with the closures that the browser calls.
struct Open {
    source: EventSource,
    _on_event: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(Event)>,
}

impl EventStream {
    /// Opens it: `receive` hears the text of each event of this name, `fail` that the stream broke. Nothing if the browser refuses.
    pub fn open(
        path: &str,
        event: &str,
        mut receive: impl FnMut(&str) + 'static,
        mut fail: impl FnMut() + 'static,
    ) -> Option<Self> {
        // The same stands before it as before the addresses of server functions.
        let url = format!("{}{path}", get_server_url());
        let source = EventSource::new(&url).ok()?;
        let on_event = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            if let Some(text) = event.data().as_string() {
                receive(&text);
            }
        });
        let on_error = Closure::<dyn FnMut(Event)>::new(move |_| fail());
        // Only fails for arguments that are no functions.
        let _ = source.add_event_listener_with_callback(event, on_event.as_ref().unchecked_ref());
        source.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        Some(Self(Some(Open {
            source,
            _on_event: on_event,
            _on_error: on_error,
        })))
    }
}

impl Drop for EventStream {
    /// Its closures are let go a little later: this may be running inside one of them.
    fn drop(&mut self) {
        if let Some(open) = self.0.take() {
            open.source.set_onerror(None);
            open.source.close();
            set_timeout(move || drop(open), Duration::ZERO);
        }
    }
}

impl fmt::Debug for EventStream {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("EventStream")
            .finish_non_exhaustive()
    }
}

/// How long to wait before a stream that broke is opened anew, after so many failures: first a little, then longer, and not in step with
/// other tabs.
#[must_use]
pub fn wait(failures: u32) -> Duration {
    Duration::from_millis(wait_ms(failures, Math::random()))
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
