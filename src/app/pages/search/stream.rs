//! The browser's end of a search that goes on: `GET /live/search`, events `search`, each a [`SearchNews`] as JSON. A tab follows one.

use crate::app::event_stream::EventStream;
use crate::model::SearchNews;
use std::cell::{Cell, RefCell};

thread_local! {
    /// The stream of the tab, with its number.
    static OPEN: RefCell<Option<(u32, EventStream)>> = const { RefCell::new(None) };
    /// Counts the streams.
    static COUNT: Cell<u32> = const { Cell::new(0) };
}

/// Opens a stream in place of the one that was open, and answers its number; nothing if the browser refuses.
pub(super) fn open(
    url: &str,
    mut receive: impl FnMut(SearchNews) + 'static,
    fail: impl FnMut() + 'static,
) -> Option<u32> {
    let receive = move |text: &str| {
        // What another version of the server says is not understood: the page stays as it is.
        if let Ok(news) = leptos::serde_json::from_str(text) {
            receive(news);
        }
    };
    let stream = EventStream::open(url, "search", receive, fail)?;
    let number = COUNT.get().wrapping_add(1);
    COUNT.set(number);
    drop(OPEN.replace(Some((number, stream))));
    Some(number)
}

/// Closes the stream of this number, if it is open.
pub(super) fn close(number: u32) {
    drop(OPEN.with_borrow_mut(|open| open.take_if(|(open, _)| *open == number)));
}
