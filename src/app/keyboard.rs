//! Keys that work on every page, and the dialog that lists all keys.

use crate::app::components::{Icon, IconName};
use crate::app::live::use_live;
use leptos::ev::KeyboardEvent;
use leptos::html::Dialog;
use leptos::leptos_dom::helpers::window_event_listener;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, HtmlElement, js_sys::Date};
use leptos_router::hooks::use_navigate;
use std::cell::Cell;

/// Keys of every page, and those of lists.
const KEYS: [(&str, &[(&str, &str)]); 3] = [
    (
        "Everywhere",
        &[
            ("/", "search the list, or all jobs"),
            ("p", "hold the numbers still, or go on"),
            ("?", "this help"),
            ("Esc", "leave a dialog or a field"),
        ],
    ),
    (
        "Go to",
        &[
            ("g o", "Overview"),
            ("g q", "Queues"),
            ("g r", "Running"),
            ("g s", "Scheduled"),
            ("g t", "Retries"),
            ("g d", "Dead"),
            ("g f", "Failures"),
            ("g c", "Periodic"),
            ("g p", "Processes"),
        ],
    ),
    (
        "Jobs, in a list or on their page",
        &[
            ("j / k", "next, previous job"),
            ("Enter", "open the job"),
            ("x", "select the job"),
            ("r", "retry, or enqueue now"),
            ("e", "reschedule"),
            ("#", "delete"),
        ],
    ),
];

/// Where `g` and a letter lead.
fn destination(letter: &str) -> Option<&'static str> {
    Some(match letter {
        "o" => "/",
        "q" => "/queues",
        "r" => "/running",
        "s" => "/scheduled",
        "t" => "/retries",
        "d" => "/dead",
        "f" => "/failures",
        "c" => "/periodic",
        "p" => "/processes",
        _ => return None,
    })
}

/// So long after `g` the next key is its second.
const SEQUENCE_MILLISECONDS: f64 = 1_500.0;

/// The place of the dialog in the page.
#[derive(Clone, Copy, Debug)]
struct HelpDialog(NodeRef<Dialog>);

thread_local! {
    /// When `g` was pressed, milliseconds since the epoch. Every listener of the tab has to know it, whichever hears a key first.
    static AFTER_G: Cell<f64> = const { Cell::new(0.0) };
}

/// Whether the next key is the second after `g`.
fn is_second() -> bool {
    Date::now() - AFTER_G.get() < SEQUENCE_MILLISECONDS
}

/// Whether a key is meant for a field or a dialog, is a shortcut of the browser, or leads to another page: then pages leave it alone.
#[must_use]
pub fn is_taken(event: &KeyboardEvent) -> bool {
    is_elsewhere(event) || is_second()
}

/// Whether a key is meant for a field or a dialog, or is a shortcut of the browser.
fn is_elsewhere(event: &KeyboardEvent) -> bool {
    if event.default_prevented()
        || event.ctrl_key()
        || event.meta_key()
        || event.alt_key()
        || event.is_composing()
    {
        return true;
    }
    // In an open dialog the focus may be on nothing at all.
    if matches!(document().query_selector("dialog[open]"), Ok(Some(_))) {
        return true;
    }
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok());
    target.is_some_and(|target| {
        let is_in = |selector: &str| target.closest(selector).is_ok_and(|found| found.is_some());
        // A dialog that has just been closed has the focus for a moment still: nobody means it any more.
        !is_in("dialog:not([open])")
            && is_in(
                "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]",
            )
    })
}

/// Escape leaves a field, so that the keys of the page work again. In a dialog it closes that.
fn leave_field(event: &KeyboardEvent) {
    let target = event.target();
    let field = target.and_then(|target| target.dyn_into::<HtmlElement>().ok());
    if let Some(field) = field
        && event.key() == "Escape"
        && !event.default_prevented()
        && field.closest("dialog").is_ok_and(|dialog| dialog.is_none())
    {
        // Fails only for an element that is gone.
        let _ = field.blur();
    }
}

/// The dialog that lists all keys; listens for the keys of every page.
#[component]
pub fn KeyboardHelp() -> impl IntoView {
    let dialog = help_dialog();
    let live = use_live();
    let navigate = use_navigate();
    Effect::new(move || {
        let navigate = navigate.clone();
        let listener = window_event_listener(leptos::ev::keydown, move |event| {
            if is_elsewhere(&event) {
                leave_field(&event);
                return;
            }
            let key = event.key();
            if is_second() {
                AFTER_G.set(0.0);
                // Whatever it means alone, it does not mean that now.
                event.prevent_default();
                if let Some(path) = destination(&key) {
                    navigate(path, Default::default());
                }
                return;
            }
            match key.as_str() {
                "g" => AFTER_G.set(Date::now()),
                "/" => {
                    event.prevent_default();
                    focus_search();
                }
                "p" => live.held().update(|held| *held = !*held),
                "?" => open(dialog),
                _ => {}
            }
        });
        on_cleanup(move || listener.remove());
    });
    let groups = KEYS
        .into_iter()
        .map(|(title, keys)| {
            let rows = keys
                .iter()
                .map(|(keys, meaning)| {
                    let keys = keys
                        .split(' ')
                        .map(|key| {
                            if key == "/" && keys.len() > 1 {
                                view! { " / " }.into_any()
                            } else {
                                view! { <kbd>{key}</kbd> }.into_any()
                            }
                        })
                        .collect_view();
                    view! {
                        <div class="key-row">
                            <dt>{keys}</dt>
                            <dd>{*meaning}</dd>
                        </div>
                    }
                })
                .collect_view();
            view! {
                <section>
                    <h3>{title}</h3>
                    <dl>{rows}</dl>
                </section>
            }
        })
        .collect_view();
    view! {
        <dialog class="help" node_ref=dialog aria-labelledby="help-title">
            <form method="dialog" class="help-head">
                <h2 id="help-title">"Keyboard"</h2>
                <button class="button button-quiet" type="submit">
                    <Icon name=IconName::Close/>
                    <span class="visually-hidden">"Close"</span>
                </button>
            </form>
            <div class="help-keys">{groups}</div>
        </dialog>
    }
}

/// Opens the list of keys. Not there without JavaScript, as the keys are not.
#[component]
pub fn HelpButton() -> impl IntoView {
    let dialog = help_dialog();
    let hydrated = use_live().is_hydrated();
    view! {
        <button
            class="button button-quiet help-button"
            type="button"
            title="Keyboard shortcuts (?)"
            hidden=move || !hydrated.get()
            on:click=move |_| open(dialog)
        >
            <Icon name=IconName::Keyboard/>
            <span class="visually-hidden">"Keyboard shortcuts"</span>
        </button>
    }
}

/// The dialog of this tab, made by whoever asks first.
fn help_dialog() -> NodeRef<Dialog> {
    use_context::<HelpDialog>().map_or_else(NodeRef::new, |HelpDialog(dialog)| dialog)
}

/// Puts the place of the dialog in context, for the button and the dialog to meet.
pub fn provide_help_dialog() {
    provide_context(HelpDialog(NodeRef::new()));
}

fn open(dialog: NodeRef<Dialog>) {
    if let Some(dialog) = dialog.get_untracked()
        && !dialog.open()
    {
        // Fails only outside a document.
        let _ = dialog.show_modal();
    }
}

/// A list's own search comes before the search for a job.
fn focus_search() {
    // While rows are ticked the list's own is hidden.
    let field = ["[data-search]", "#find-job"]
        .into_iter()
        .find_map(|selector| {
            let field = document().query_selector(selector).ok()??;
            let field = field.dyn_into::<HtmlElement>().ok()?;
            (field.offset_width() > 0).then_some(field)
        });
    if let Some(field) = field {
        // Fails only for an element that is gone.
        let _ = field.focus();
    }
}

#[cfg(test)]
mod tests {
    use super::{KEYS, destination};

    #[test]
    fn every_listed_way_leads_somewhere() {
        for (keys, _) in KEYS[1].1 {
            assert!(
                destination(keys.trim_start_matches("g ")).is_some(),
                "{keys}"
            );
        }
    }
}
