//! The keys of a list: `j` and `k` move, `x` selects, `r` retries, `e` reschedules, `#` deletes, Escape clears.

use super::List;
use crate::app::components::{ENTRIES, act_on, entry_of};
use crate::app::keyboard::is_taken;
use crate::model::Verb;
use leptos::ev;
use leptos::ev::KeyboardEvent;
use leptos::leptos_dom::helpers::window_event_listener;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, HtmlElement};
use std::iter::successors;

/// Listens as long as the list is there.
pub(super) fn listen(list: List) {
    forget_neighbour(list);
    Effect::new(move || {
        let listener = window_event_listener(ev::keydown, move |event| {
            if !is_taken(&event) && press(list, &event) {
                event.prevent_default();
            }
        });
        on_cleanup(move || listener.remove());
    });
}

/// Does what a key says; whether it said anything.
fn press(list: List, event: &KeyboardEvent) -> bool {
    match event.key().as_str() {
        "j" => go(1),
        "k" => go(-1),
        "x" => {
            let tick = current_row()
                .and_then(|row| {
                    row.query_selector(&format!("input[name='{ENTRIES}']"))
                        .ok()?
                })
                .and_then(|tick| tick.dyn_into::<HtmlElement>().ok());
            if let Some(tick) = &tick {
                tick.click();
            }
            tick.is_some()
        }
        "r" => {
            let verb = list.place.with_untracked(|place| Verb::for_place(place)[0]);
            let entries = chosen(list);
            if !matches!(verb, Verb::Retry | Verb::Enqueue) || entries.is_empty() {
                return false;
            }
            remember_neighbour(list);
            list.act(act_on(verb.name(), entries));
            true
        }
        "e" => ask(list, Verb::Reschedule),
        "#" => ask(list, Verb::Delete),
        "Escape" if list.selection.count().get_untracked() > 0 => {
            list.selection.set_all(false);
            true
        }
        _ => false,
    }
}

fn ask(list: List, verb: Verb) -> bool {
    let entries = chosen(list);
    let is_any = !entries.is_empty();
    if is_any {
        remember_neighbour(list);
        list.ask(verb, entries);
    }
    is_any
}

/// The ticked entries, or else the one with the focus.
fn chosen(list: List) -> Vec<String> {
    let ticked = list.selection.entries();
    if !ticked.is_empty() {
        return ticked;
    }
    let row = current_row().and_then(|row| entry_of(&row));
    row.map(|id| id.to_string()).into_iter().collect()
}

/// The row that has the focus.
fn current_row() -> Option<Element> {
    document().active_element()?.closest("tr.job").ok()?
}

/// The nearest row in a direction.
fn neighbour(row: &Element, step: i32) -> Option<Element> {
    if step > 0 {
        row.next_element_sibling()
    } else {
        row.previous_element_sibling()
    }
}

/// Moves the focus by a row, or onto the first.
fn go(step: i32) -> bool {
    let row = match current_row() {
        Some(row) => neighbour(&row, step),
        None => document().query_selector("tr.job").ok().flatten(),
    };
    row.is_some_and(|row| focus(&row))
}

fn focus(row: &Element) -> bool {
    let link = row.query_selector("a.job-link").ok().flatten();
    link.and_then(|link| link.dyn_into::<HtmlElement>().ok())
        .is_some_and(|link| link.focus().is_ok())
}

/// The row with the focus may go, and all that are ticked: the nearest that stays gets the focus then.
fn remember_neighbour(list: List) {
    let stays = |row: &Element| matches!(row.query_selector("input:checked"), Ok(None));
    let next = current_row().and_then(|row| {
        [1, -1].into_iter().find_map(|step| {
            successors(neighbour(&row, step), |row| neighbour(row, step)).find(stays)
        })
    });
    // Its position may change until then, its digest does not.
    let digest = next.and_then(|row| entry_of(&row)).map(|id| id.digest);
    list.refocus.set_value(digest);
}

/// Forgets the remembered row when its reason is gone: the question was taken back, or the act came to nothing.
fn forget_neighbour(list: List) {
    let value = list.acting.value();
    let pending = list.acting.pending();
    Effect::new(move || {
        if value.with(|value| matches!(value, Some(Err(_)))) {
            list.refocus.set_value(None);
        }
    });
    Effect::new(move |was_asked: Option<bool>| {
        let is_asked = list.question.with(Option::is_some);
        if was_asked == Some(true) && !is_asked && !pending.get_untracked() {
            list.refocus.set_value(None);
        }
        is_asked
    });
}

/// Gives the focus to the remembered row, if nothing else has it.
pub(super) fn give_focus(list: List) {
    let is_lost = document()
        .active_element()
        .is_none_or(|element| element.tag_name() == "BODY");
    if !is_lost {
        return;
    }
    let Some(digest) = list.refocus.try_update_value(Option::take).flatten() else {
        return;
    };
    // Hexadecimal digits need no escapes.
    let row = document()
        .query_selector(&format!("tr.job[data-entry$='~{digest}']"))
        .ok()
        .flatten();
    if let Some(row) = row {
        focus(&row);
    }
}
