//! The rows of a list. The table listens for all of them.

use super::entry_key::entry_key;
use super::job_row::{JobRow, RowContext};
use super::menu;
use super::selection::{ENTRIES, Selection};
use crate::api::ListQuery;
use crate::app::access::may;
use crate::app::address::link;
use crate::app::live::use_live;
use crate::model::{EntryId, JobEntry, Order, Place, Right, Set, Verb};
use leptos::ev::{MouseEvent, PointerEvent};
use leptos::prelude::Set as _;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, HtmlInputElement};
use std::collections::HashMap;

/// One row: its key, its job, and what its links depend on.
#[derive(Clone, Debug, PartialEq)]
struct Row {
    key: String,
    entry: JobEntry,
    context: RowContext,
}

/// The rows of a list.
#[component]
pub fn JobTable(
    /// The list's path.
    #[prop(into)]
    path: Signal<String>,
    /// What is shown now.
    query: Memo<ListQuery>,
    /// Where the entries stand.
    #[prop(into)]
    place: Signal<Place>,
    /// The jobs.
    #[prop(into)]
    entries: Signal<Vec<JobEntry>>,
    /// Which rows are ticked.
    selection: Selection,
    /// Whether somebody points at the rows: then they do not move.
    pointed: RwSignal<bool>,
    /// Asks for what a verb needs, for one entry.
    ask: Callback<(Verb, EntryId)>,
) -> impl IntoView {
    let hydrated = use_live().is_hydrated();
    let rows = Memo::new(move |_| {
        let context = RowContext {
            path: path.get(),
            query: query.get().first_page(),
            place: place.get(),
        };
        entries.with(|entries| rows(entries, &context))
    });
    let on_click = move |event: MouseEvent| row_click(&event, selection, ask);
    let point = move |event: PointerEvent, inside: bool| {
        if event.pointer_type() == "mouse" {
            pointed.set(inside);
        }
    };
    // A table that goes from under the pointer is never told that the pointer has left it.
    on_cleanup(move || {
        pointed.try_set(false);
    });
    let tick_all = move |event| selection.set_all(event_target_checked(&event));
    let tick_box = may(Right::ChangeJobs).then(|| {
        view! {
                        <label title="Select all jobs on this page" hidden=move || !hydrated.get()>
                            <input
                                type="checkbox"
                                aria-label="Select all jobs on this page"
                                autocomplete="off"
                                prop:checked=move || selection.is_all()
                                prop:indeterminate=move || selection.is_some()
                                on:change=tick_all
                            />
                        </label>
        }
    });
    let time = move || {
        let (place, query) = (place.get(), query.get());
        let href = format!("{}{}", path.get(), query.turned().to_text());
        let sort = match query.order(&place) {
            Order::Ascending => "ascending",
            Order::Descending => "descending",
        };
        view! {
            <th scope="col" class="num job-time" aria-sort=sort>
                <a class="sort" href=link(href)>{time_label(&place)}</a>
            </th>
        }
    };
    view! {
        <table class="jobs">
            <thead>
                <tr>
                    <th scope="col" class="job-tick">
                        {tick_box}
                        <span class="visually-hidden">"Selected"</span>
                    </th>
                    <th scope="col" class="job-main">"Job"</th>
                    {move || {
                        (place.get().set() != Some(Set::Scheduled))
                            .then(|| view! { <th scope="col" class="num job-retries">"Retries"</th> })
                    }}
                    {time}
                    <th scope="col" class="job-more"><span class="visually-hidden">"Actions"</span></th>
                </tr>
            </thead>
            <tbody
                on:click=on_click
                on:pointerenter=move |event| point(event, true)
                on:pointerleave=move |event| point(event, false)
            >
                <For each=move || rows.get() key=|row| row.key.clone() let:row>
                    <JobRow entry=row.entry context=row.context/>
                </For>
            </tbody>
        </table>
    }
}

/// What the time of a row is.
#[must_use]
pub fn time_label(place: &Place) -> &'static str {
    match place {
        Place::Set(Set::Scheduled) => "Due",
        Place::Set(Set::Retries) => "Next retry",
        Place::Set(Set::Dead) => "Died",
        Place::Queue(_) => "Enqueued",
    }
}

/// The entry of the row that an element stands in.
#[must_use]
pub fn entry_of(element: &Element) -> Option<EntryId> {
    let row = element.closest("tr.job").ok()??;
    row.get_attribute("data-entry")?.parse().ok()
}

/// A click among rows: on a box, or on a verb of a row's menu that asks for more.
pub fn row_click(event: &MouseEvent, selection: Selection, ask: Callback<(Verb, EntryId)>) {
    let Some(target) = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok())
    else {
        return;
    };
    if let Some(tick) = target.dyn_ref::<HtmlInputElement>()
        && tick.name() == ENTRIES
    {
        selection.ticked(tick, event.shift_key());
    } else if let Ok(Some(item)) = target.closest("[data-ask]") {
        let verb = item.get_attribute("data-ask");
        let verb = verb.and_then(|name| Verb::ALL.into_iter().find(|verb| verb.name() == name));
        if let (Some(verb), Some(id)) = (verb, entry_of(&item)) {
            event.prevent_default();
            menu::close_menus(None);
            ask.run((verb, id));
        }
    }
}

/// Each job with a key that stays the same while it shows the same, wherever it stands. Copies of one job are told apart by their
/// number.
fn rows(entries: &[JobEntry], context: &RowContext) -> Vec<Row> {
    let links = context.query.to_text();
    let mut seen: HashMap<String, usize> = HashMap::with_capacity(entries.len());
    entries
        .iter()
        .map(|entry| {
            let stays = entry_key(&entry.id);
            let copy = seen.entry(stays.clone()).or_default();
            let key = format!("{stays} {copy} {}{links}", context.path);
            *copy += 1;
            Row {
                key,
                entry: entry.clone(),
                context: context.clone(),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{RowContext, rows};
    use crate::api::ListQuery;
    use crate::app::components::job_row::tests::entry;
    use crate::model::{JobEntry, Place};
    use std::collections::HashSet;

    #[test]
    fn a_row_stays_when_jobs_before_it_are_taken() {
        let context = RowContext {
            path: "/queues/a".to_owned(),
            query: ListQuery::default(),
            place: Place::Queue("a".to_owned()),
        };
        let keys = |first: u32| -> Vec<String> {
            let page: Vec<JobEntry> = ["aa", "bb", "bb", "cc"]
                .iter()
                .zip(first..)
                .map(|(digits, position)| JobEntry {
                    id: format!("queue:a~{position}~{}", digits.repeat(20))
                        .parse()
                        .unwrap(),
                    ..entry("x", "A")
                })
                .collect();
            rows(&page, &context)
                .into_iter()
                .map(|row| row.key)
                .collect()
        };
        assert_eq!(keys(7), keys(3));
        assert_eq!(keys(7).into_iter().collect::<HashSet<_>>().len(), 4);
    }
}
