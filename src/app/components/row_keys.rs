//! The keys of rows of jobs: `j` and `k` move, `x` selects, `r` retries, `e` reschedules, `#` deletes, Escape clears.

use super::{Acting, ENTRIES, Question, Selection, act_on, entry_of};
use crate::api::Act;
use crate::app::keyboard::is_taken;
use crate::model::{EntryId, Verb};
use leptos::ev;
use leptos::ev::KeyboardEvent;
use leptos::leptos_dom::helpers::window_event_listener;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, HtmlElement};

/// What the keys work on.
#[derive(Clone, Copy)]
pub struct RowKeys {
    /// Which rows are ticked.
    pub selection: Selection,
    /// What is being done.
    pub acting: Acting,
    /// What is asked, while something is.
    pub question: RwSignal<Option<Question>>,
    /// The entry that gets the focus when the rows have changed.
    pub refocus: StoredValue<Option<String>>,
    /// Does something.
    pub act: Callback<Act>,
    /// Asks what a verb needs to know about entries.
    pub ask: Callback<(Verb, Vec<String>)>,
}

impl std::fmt::Debug for RowKeys {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("RowKeys").finish_non_exhaustive()
    }
}

impl RowKeys {
    /// Listens as long as the rows' page is there.
    pub fn listen(self) {
        self.forget_neighbour();
        Effect::new(move || {
            let listener = window_event_listener(ev::keydown, move |event| {
                if !is_taken(&event) && self.press(&event) {
                    event.prevent_default();
                }
            });
            on_cleanup(move || listener.remove());
        });
    }

    /// Does what a key says; whether it said anything.
    fn press(self, event: &KeyboardEvent) -> bool {
        match event.key().as_str() {
            "j" => self.go(1),
            "k" => self.go(-1),
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
                let entries = self.chosen();
                let first = entries.first().and_then(|id| id.parse::<EntryId>().ok());
                let usual = first.map(|id| Verb::for_place(&id.place)[0]);
                let Some(verb @ (Verb::Retry | Verb::Enqueue)) = usual else {
                    return false;
                };
                self.remember_neighbour();
                self.act.run(act_on(verb.name(), entries));
                true
            }
            "e" => self.ask_about(Verb::Reschedule),
            "#" => self.ask_about(Verb::Delete),
            "Escape" if self.selection.count().get_untracked() > 0 => {
                self.selection.set_all(false);
                true
            }
            _ => false,
        }
    }

    /// Moves the focus by a row, of whichever table, or onto the first.
    fn go(self, step: isize) -> bool {
        let rows = self.selection.rows();
        let at = match current_row() {
            Some(row) => rows
                .iter()
                .position(|other| *other == row)
                .and_then(|at| at.checked_add_signed(step)),
            None => Some(0),
        };
        at.and_then(|at| rows.get(at)).is_some_and(focus)
    }

    fn ask_about(self, verb: Verb) -> bool {
        let entries = self.chosen();
        let is_any = !entries.is_empty();
        if is_any {
            self.remember_neighbour();
            self.ask.run((verb, entries));
        }
        is_any
    }

    /// The ticked entries, or else the one with the focus.
    fn chosen(self) -> Vec<String> {
        let ticked = self.selection.entries();
        if !ticked.is_empty() {
            return ticked;
        }
        let row = current_row().and_then(|row| entry_of(&row));
        row.map(|id| id.to_string()).into_iter().collect()
    }

    /// The row with the focus may go, and all that are ticked: the nearest that stays gets the focus then.
    fn remember_neighbour(self) {
        let stays = |row: &&Element| matches!(row.query_selector("input:checked"), Ok(None));
        let rows = self.selection.rows();
        let next = current_row().and_then(|row| {
            let at = rows.iter().position(|other| *other == row)?;
            rows[at + 1..]
                .iter()
                .find(stays)
                .or_else(|| rows[..at].iter().rev().find(stays))
        });
        // Its position may change until then, its digest does not.
        let digest = next.and_then(entry_of).map(|id| id.digest);
        self.refocus.set_value(digest);
    }

    /// Forgets the remembered row when its reason is gone: the question was taken back, or the act came to nothing.
    fn forget_neighbour(self) {
        let value = self.acting.value();
        let pending = self.acting.pending();
        Effect::new(move || {
            if value.with(|value| matches!(value, Some(Err(_)))) {
                self.refocus.set_value(None);
            }
        });
        Effect::new(move |was_asked: Option<bool>| {
            let is_asked = self.question.with(Option::is_some);
            if was_asked == Some(true) && !is_asked && !pending.get_untracked() {
                self.refocus.set_value(None);
            }
            is_asked
        });
    }
}

/// The row that has the focus.
fn current_row() -> Option<Element> {
    document().active_element()?.closest("tr.job").ok()?
}

fn focus(row: &Element) -> bool {
    let link = row.query_selector("a.job-link").ok().flatten();
    link.and_then(|link| link.dyn_into::<HtmlElement>().ok())
        .is_some_and(|link| link.focus().is_ok())
}

/// Gives the focus to the remembered row, if nothing else has it.
pub fn give_focus(refocus: StoredValue<Option<String>>) {
    let is_lost = document()
        .active_element()
        .is_none_or(|element| element.tag_name() == "BODY");
    if !is_lost {
        return;
    }
    let Some(digest) = refocus.try_update_value(Option::take).flatten() else {
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
