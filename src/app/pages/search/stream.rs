//! The browser's end of a search that goes on: `GET /live/search`, events `search`, each a [`SearchNews`] as JSON. A tab follows one.

use crate::model::SearchNews;
use leptos::leptos_dom::helpers::set_timeout;
use leptos::wasm_bindgen::{JsCast, closure::Closure};
use leptos::web_sys::{Event, EventSource, MessageEvent};
use std::{
    cell::{Cell, RefCell},
    time::Duration,
};

thread_local! {
    /// The stream of the tab, with its number.
    static OPEN: RefCell<Option<(u32, Stream)>> = const { RefCell::new(None) };
    /// Counts the streams.
    static COUNT: Cell<u32> = const { Cell::new(0) };
}

/// An open stream with the closures that the browser calls.
struct Stream {
    source: EventSource,
    _on_news: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(Event)>,
}

/// Opens a stream in place of the one that was open, and answers its number; nothing if the browser refuses.
pub(super) fn open(
    url: &str,
    mut receive: impl FnMut(SearchNews) + 'static,
    mut fail: impl FnMut() + 'static,
) -> Option<u32> {
    let source = EventSource::new(url).ok()?;
    let on_news = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let text = event.data().as_string().unwrap_or_default();
        // What another version of the server says is not understood: the page stays as it is.
        if let Ok(news) = leptos::serde_json::from_str(&text) {
            receive(news);
        }
    });
    let on_error = Closure::<dyn FnMut(Event)>::new(move |_| fail());
    // Only fails for arguments that are no functions.
    let _ = source.add_event_listener_with_callback("search", on_news.as_ref().unchecked_ref());
    source.set_onerror(Some(on_error.as_ref().unchecked_ref()));
    let number = COUNT.get().wrapping_add(1);
    COUNT.set(number);
    let stream = Stream {
        source,
        _on_news: on_news,
        _on_error: on_error,
    };
    end(OPEN.replace(Some((number, stream))));
    Some(number)
}

/// Closes the stream of this number, if it is open.
pub(super) fn close(number: u32) {
    let stream = OPEN.with_borrow_mut(|open| open.take_if(|(open, _)| *open == number));
    end(stream);
}

/// Its closures are let go a little later: this may be running inside one of them.
fn end(stream: Option<(u32, Stream)>) {
    if let Some((_, stream)) = stream {
        stream.source.set_onerror(None);
        stream.source.close();
        set_timeout(move || drop(stream), Duration::ZERO);
    }
}
