//! The box of a search, with what its words could become: a list below it, for keyboard and pointer.

use super::follow_text;
use crate::api::{SearchAddress, get_completions};
use crate::app::live::use_live;
use crate::model::{Completion, Completions};
use leptos::ev::{KeyboardEvent, MouseEvent};
use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::HtmlInputElement;

/// The box of a search. Without JavaScript it is a plain field.
#[component]
pub fn SearchInput(
    /// Its id.
    id: &'static str,
    /// What it is called.
    label: &'static str,
    /// Its name in the form.
    name: &'static str,
    /// What stands in it while it is empty.
    placeholder: &'static str,
    /// What can be written.
    #[prop(optional)]
    title: &'static str,
    /// What is searched now.
    #[prop(optional, into)]
    value: Signal<String>,
    /// Whether that was read and is wrong.
    #[prop(optional, into)]
    invalid: Signal<bool>,
    /// Whether the form needs it.
    #[prop(optional)]
    required: bool,
    /// Whether it is the page's own, to which the key `/` leads before any other.
    #[prop(optional)]
    of_page: bool,
) -> impl IntoView {
    let hydrated = use_live().is_hydrated();
    let input = NodeRef::<Input>::new();
    let writing = Writing {
        input,
        found: RwSignal::new(Completions::default()),
        active: RwSignal::new(None),
        asked: StoredValue::new(0),
        length: StoredValue::new(0),
    };
    follow_text(input, value);
    let is_open = move || writing.found.with(|found| !found.items.is_empty());
    let list = format!("{id}-words");
    let option = move |index: usize| format!("{id}-word-{index}");
    let options = move || {
        let items = writing.found.with(|found| found.items.clone());
        items
            .into_iter()
            .enumerate()
            .map(|(index, Completion { text, about })| {
                let accept = move |event: MouseEvent| {
                    // The field keeps the focus.
                    event.prevent_default();
                    writing.accept(index);
                };
                view! {
                    <li
                        id=option(index)
                        role="option"
                        class="completion"
                        aria-selected=move || (writing.active.get() == Some(index)).to_string()
                        on:mousedown=accept
                    >
                        <span class="completion-text">{text}</span>
                        <span class="completion-about">{about}</span>
                    </li>
                }
            })
            .collect_view()
    };
    view! {
        <label class="visually-hidden" for=id>{label}</label>
        <input
            id=id
            node_ref=input
            type="search"
            name=name
            placeholder=placeholder
            title=(!title.is_empty()).then_some(title)
            value=value
            aria-invalid=move || invalid.get().then_some("true")
            data-search=of_page.then_some("")
            aria-keyshortcuts="/"
            required=required
            autocomplete="off"
            autocapitalize="off"
            spellcheck="false"
            role=move || hydrated.get().then_some("combobox")
            aria-autocomplete=move || hydrated.get().then_some("list")
            aria-expanded=move || hydrated.get().then(|| is_open().to_string())
            aria-controls=move || is_open().then(|| format!("{id}-words"))
            aria-activedescendant=move || writing.active.get().filter(|_| is_open()).map(option)
            on:input=move |_| writing.typed()
            on:keydown=move |event| writing.key(&event)
            on:blur=move |_| writing.close()
        />
        <ul id=list class="completions" role="listbox" aria-label="Words that fit" hidden=move || !is_open()>
            {options}
        </ul>
    }
}

/// The search that is written in a box of all jobs; nothing for a job id, of which the server knows where it leads.
#[must_use]
pub fn written_search(id: &str) -> Option<SearchAddress> {
    let field = document().get_element_by_id(id)?;
    let asked = SearchAddress {
        q: field.dyn_into::<HtmlInputElement>().ok()?.value(),
        ..SearchAddress::default()
    };
    asked.jid().is_none().then_some(asked)
}

/// What is being written, and what it could become.
#[derive(Clone, Copy)]
struct Writing {
    input: NodeRef<Input>,
    found: RwSignal<Completions>,
    /// The one that Enter takes.
    active: RwSignal<Option<usize>>,
    /// Counts what was asked: an answer that comes late is not shown.
    asked: StoredValue<u32>,
    /// Characters of the text of which `found` speaks.
    length: StoredValue<usize>,
}

impl Writing {
    /// Something was typed: asks what the word could become, if there is one.
    fn typed(self) {
        let Some((text, at)) = self.caret() else {
            return;
        };
        let before = at.checked_sub(1).and_then(|at| text.chars().nth(at));
        if before.is_none_or(char::is_whitespace) {
            self.close();
        } else {
            self.ask(text, at);
        }
    }

    /// The text, and where the caret stands, in characters.
    fn caret(self) -> Option<(String, usize)> {
        let input = self.input.get_untracked()?;
        let text = input.value();
        let units = input.selection_start().ok().flatten()?;
        let at = characters(&text, units as usize);
        Some((text, at))
    }

    fn ask(self, text: String, at: usize) {
        let Some(asked) = self.asked.try_update_value(|asked| {
            *asked += 1;
            *asked
        }) else {
            return;
        };
        let length = text.chars().count();
        spawn_local(async move {
            // What cannot be asked is not suggested.
            let found = get_completions(text, at).await.unwrap_or_default();
            if self.asked.try_get_value() == Some(asked) {
                self.active.set(None);
                self.length.set_value(length);
                self.found.set(found);
            }
        });
    }

    fn close(self) {
        self.asked.update_value(|asked| *asked += 1);
        self.active.set(None);
        if self.found.with_untracked(|found| !found.items.is_empty()) {
            self.found.set(Completions::default());
        }
    }

    fn key(self, event: &KeyboardEvent) {
        let count = self.found.with_untracked(|found| found.items.len());
        let active = self.active.get_untracked();
        match event.key().as_str() {
            _ if event.is_composing() => return,
            "ArrowDown" if count == 0 => {
                if let Some((text, at)) = self.caret() {
                    self.ask(text, at);
                }
            }
            "ArrowDown" if count > 0 => self.active.set(match active {
                Some(last) if last + 1 == count => None,
                other => Some(other.map_or(0, |active| active + 1)),
            }),
            "ArrowUp" if count > 0 => self.active.set(match active {
                Some(0) => None,
                other => Some(other.unwrap_or(count) - 1),
            }),
            "Enter" | "Tab" if count > 0 && active.is_some() => {
                self.accept(active.unwrap_or_default());
            }
            // It closes one thing at a time.
            "Escape" if count > 0 => self.close(),
            "Enter" => {
                self.close();
                return;
            }
            _ => return,
        }
        event.prevent_default();
    }

    /// Writes one of them down; a field is followed by its values.
    fn accept(self, index: usize) {
        let mut found = self.found.get_untracked();
        let (Some(item), Some(input)) = (found.items.get(index), self.input.get_untracked()) else {
            return;
        };
        let item = item.clone();
        let text = input.value();
        // The word may have been typed on since: all of it is replaced.
        let length = text.chars().count();
        found.end = (found.end + length).saturating_sub(self.length.get_value());
        let (text, at) = replaced(&text, &found, &item.text);
        input.set_value(&text);
        let units = text.chars().take(at).map(char::len_utf16).sum::<usize>();
        let units = u32::try_from(units).unwrap_or(u32::MAX);
        // Fails only for fields that have no caret.
        let _ = input.set_selection_range(units, units);
        let goes_on = item.text.ends_with([':', '.']);
        self.close();
        if goes_on {
            self.ask(text, at);
        }
    }
}

/// The text with one of the completions in it, and the place behind that, in characters.
fn replaced(text: &str, found: &Completions, with: &str) -> (String, usize) {
    let before = text.chars().take(found.start);
    let behind = text.chars().skip(found.end.max(found.start));
    let at = found.start + with.chars().count();
    (before.chain(with.chars()).chain(behind).collect(), at)
}

/// How many characters stand before a place that is counted as browsers count, in UTF-16.
fn characters(text: &str, units: usize) -> usize {
    let mut passed = 0;
    text.chars()
        .take_while(|character| {
            passed += character.len_utf16();
            passed <= units
        })
        .count()
}

#[cfg(test)]
mod tests {
    use super::{characters, replaced};
    use crate::model::Completions;

    #[test]
    fn a_word_is_replaced_and_the_caret_stands_behind_it() {
        let found = Completions {
            start: 2,
            end: 4,
            items: Vec::new(),
        };
        let (text, at) = replaced("é cl b", &found, "class:");
        assert_eq!((text.as_str(), at), ("é class: b", 8));
    }

    #[test]
    fn places_are_counted_in_characters() {
        assert_eq!(characters("a😀b", 3), 2);
        assert_eq!(characters("a😀b", 4), 3);
        assert_eq!(characters("é", 9), 1);
    }
}
