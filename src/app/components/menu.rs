//! Menus that open from a button: plain `<details>`, so they work without JavaScript; with it they close by themselves.

use leptos::ev;
use leptos::leptos_dom::helpers::window_event_listener;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{HtmlElement, Node};

/// What marks an open menu.
const OPEN: &str = "details.menu[open]";

/// Lets open menus (`details.menu`) close at a click elsewhere and at Escape. Once a page.
pub fn close_menus_by_themselves() {
    Effect::new(|| {
        let click = window_event_listener(ev::click, |event| {
            let target: Option<Node> = event.target().and_then(|target| target.dyn_into().ok());
            close_menus(target.as_ref());
        });
        let key = window_event_listener(ev::keydown, |event| {
            if event.key() == "Escape" && is_menu_open() {
                // Escape closes one thing at a time.
                event.stop_immediate_propagation();
                focus_summary();
                close_menus(None);
            }
        });
        on_cleanup(move || {
            click.remove();
            key.remove();
        });
    });
}

/// Whether a menu is open. In the browser only.
#[must_use]
pub fn is_menu_open() -> bool {
    matches!(document().query_selector(OPEN), Ok(Some(_)))
}

/// Closes open menus but one that holds `inside`. In the browser only.
pub fn close_menus(inside: Option<&Node>) {
    while let Ok(Some(menu)) = document().query_selector(OPEN) {
        // Menus of a page share a name, so there is one open at most.
        if inside.is_some_and(|node| menu.contains(Some(node))) || menu.remove_attribute("open").is_err()
        {
            break;
        }
    }
}

/// Gives the focus back to the button of the open menu.
fn focus_summary() {
    if let Ok(Some(summary)) = document().query_selector("details.menu[open] > summary")
        && let Ok(summary) = summary.dyn_into::<HtmlElement>()
    {
        // Fails for elements that cannot have it; a summary can.
        let _ = summary.focus();
    }
}
