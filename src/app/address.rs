//! Addresses: how links are written, and what the page's own one says.
//!
//! Paths are written without what stands before all of them; [`link`] is the one place that puts it there, and [`use_path`] the one that
//! takes it away. Navigation by the router goes by the router's base, which is the same.
//!
//! What an address says is decoded once: the router's own maps of the path's and the query's parts decode twice, and a queue `a%20b`
//! would be taken for `a b`.

use crate::api::query_string;
use crate::model::BasePath;
use leptos::prelude::*;
use leptos::wasm_bindgen::{JsCast, closure::Closure};
use leptos::web_sys::{Element, Event};
use leptos_router::hooks::use_location;

/// The address of a page, a file or a form of this server, as it stands in a document.
#[must_use]
pub fn link(path: impl AsRef<str>) -> String {
    use_base_path().address(path.as_ref())
}

/// What stands before the paths of all pages. Provided by the server, and by the browser's entry point.
#[must_use]
pub fn use_base_path() -> BasePath {
    use_context().unwrap_or_default()
}

/// The same, as the server has written it into the document. In the browser only.
#[must_use]
pub fn base_path_of_document() -> BasePath {
    document()
        .document_element()
        .and_then(|root| root.get_attribute("data-base"))
        .map(|base| BasePath::default().join(&base))
        .unwrap_or_default()
}

/// The path of the page's address.
#[must_use]
pub fn use_path() -> Memo<String> {
    let base = use_base_path();
    let path = use_location().pathname;
    Memo::new(move |_| path.with(|path| base.behind(path).unwrap_or(path).to_owned()))
}

/// A value of the address's query; nothing when it is not there or empty.
#[must_use]
pub fn value(search: &str, name: &str) -> Option<String> {
    query_string::parse(search)
        .into_iter()
        .rev()
        .find(|(other, _)| other == name)
        .map(|(_, value)| value)
        .filter(|value| !value.is_empty())
}

/// What the address asks to do something to: `confirm=VERB`, and its name as `FIELD`.
#[must_use]
pub fn asked(search: &str, verb: &str, field: &str) -> Option<String> {
    value(search, "confirm").filter(|confirm| confirm == verb)?;
    value(search, field)
}

/// The query of the page that calls it, as it stands in the address. It stays as it was while the page is being left.
#[must_use]
pub fn use_own_search() -> Memo<String> {
    let search = use_location().search;
    let path = use_path();
    let own = path.get_untracked();
    Memo::new(move |last: Option<&String>| {
        if path.with(|path| *path == own) {
            search.get()
        } else {
            last.cloned().unwrap_or_default()
        }
    })
}

/// The part of the path behind `prefix`; empty when there is none. It stays as it was while the page is being left.
#[must_use]
pub fn use_segment(prefix: &'static str) -> Memo<String> {
    let path = use_path();
    Memo::new(move |last: Option<&String>| {
        path.with(|path| segment(path, prefix))
            .or_else(|| last.cloned())
            .unwrap_or_default()
    })
}

/// The part of a path behind `prefix`, decoded.
#[must_use]
pub fn segment(path: &str, prefix: &str) -> Option<String> {
    let encoded = path.strip_prefix(prefix)?;
    let encoded = encoded.strip_suffix('/').unwrap_or(encoded);
    (!encoded.is_empty() && !encoded.contains('/')).then(|| query_string::decode_segment(encoded))
}

/// Leaves links whose path has an encoded `%` to the browser. The router would write such a path into the address bar with the `%`
/// decoded, and a reload would lead to another name. Call once, in the browser only.
pub fn leave_percent_to_browser() {
    // On the document: before the router's own listener, which is the window's.
    let listener = Closure::<dyn FnMut(Event)>::new(|event: Event| {
        let link = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok())
            .and_then(|element| element.closest("a[href]").ok().flatten());
        if let Some(link) = link
            && link
                .get_attribute("href")
                .is_some_and(|href| has_percent_in_path(&href))
        {
            // Fails only for a name that is none.
            let _ = link.set_attribute("rel", "external");
        }
    });
    // Fails only for arguments that are no functions.
    let _ = document().add_event_listener_with_callback("click", listener.as_ref().unchecked_ref());
    // It listens as long as the tab lives.
    listener.forget();
}

fn has_percent_in_path(href: &str) -> bool {
    let path = href.split(['?', '#']).next().unwrap_or(href);
    path.contains("%25")
}

#[cfg(test)]
mod tests {
    use super::{asked, has_percent_in_path, segment, value};
    use crate::app::format;

    #[test]
    fn a_name_is_decoded_once() {
        for name in ["a%20b", "100%", "a b", "a+b", "a/b", "ü", "%25"] {
            let path = format::queue_path(name);
            assert_eq!(segment(&path, "/queues/").as_deref(), Some(name), "{path}");
            let search = format!("confirm=clear&queue={}", format::url_encode(name));
            assert_eq!(value(&search, "queue").as_deref(), Some(name), "{search}");
        }
        assert_eq!(segment("/queues/a+b/", "/queues/").as_deref(), Some("a+b"));
    }

    #[test]
    fn what_is_not_there_is_nothing() {
        assert_eq!(segment("/queues", "/queues/"), None);
        assert_eq!(segment("/queues/", "/queues/"), None);
        assert_eq!(segment("/dead", "/queues/"), None);
        assert_eq!(value("queue=&other=1", "queue"), None);
        assert_eq!(value("", "queue"), None);
    }

    #[test]
    fn only_a_whole_question_is_asked() {
        let about = |search| asked(search, "clear", "queue");
        let queue = Some("photos".to_owned());
        assert_eq!(about("?sort=size&confirm=clear&queue=photos"), queue);
        for search in [
            "",
            "queue=photos",
            "confirm=clear",
            "confirm=clear&queue=",
            "confirm=delete&queue=photos",
            "confirm=clear&job=photos",
        ] {
            assert_eq!(about(search), None, "{search}");
        }
    }

    #[test]
    fn only_a_percent_in_the_path_is_left_to_the_browser() {
        assert!(has_percent_in_path("/queues/a%2520b"));
        assert!(!has_percent_in_path("/queues/a%20b"));
        assert!(!has_percent_in_path("/queues?queue=a%2520b"));
    }
}
