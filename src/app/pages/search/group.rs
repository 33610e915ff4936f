//! What was found in one place.
#![expect(
    clippy::needless_pass_by_value,
    reason = "components own their properties"
)]

use super::{
    Found,
    following::{Following, Hit},
};
use crate::api::{Field, ListQuery, OperationForm};
use crate::app::access::may;
use crate::app::address::link;
use crate::app::components::{JobRow, RowContext, row_click, time_label};
use crate::app::live::use_live;
use crate::app::pages::job_list::place_path;
use crate::model::{EntryId, Place, Right, Set, Verb};
use leptos::html::Table;
use leptos::prelude::*;

/// What was found in one place. More is appended; nothing moves for it.
#[component]
pub(super) fn Group(place: Place, found: Found, following: Following, q: String) -> impl IntoView {
    let context = RowContext {
        path: place_path(&place),
        query: ListQuery::default(),
        place: place.clone(),
    };
    let may_change = may(Right::ChangeJobs);
    let title = title(&place);
    let label = format!("Select all jobs found here: {title}");
    let name = label.clone();
    let retries = context
        .has_retries()
        .then(|| view! { <th scope="col" class="num job-retries">"Retries"</th> });
    let href = context.path.clone();
    let filter = ListQuery::default().with(Field::Filter, &q);
    let all = OperationForm::of(place.clone(), &filter).address();
    let here = place.clone();
    let hits = Memo::new(move |_| {
        following.hits.with(|hits| {
            let hits = hits.iter().filter(|hit| hit.entry.id.place == here);
            hits.cloned().collect::<Vec<_>>()
        })
    });
    let hydrated = use_live().is_hydrated();
    let selection = found.selection;
    let table = NodeRef::<Table>::new();
    let ask = Callback::new(move |(verb, id): (Verb, EntryId)| {
        found.ask(verb, vec![id.to_string()]);
    });
    let is_all = move || {
        hits.track();
        let table = table.get();
        table.is_some_and(|table| selection.is_all_within(&table))
    };
    let tick_all = move |event| {
        let checked = event_target_checked(&event);
        if let Some(table) = table.get_untracked() {
            selection.set_all_within(&table, checked);
        }
    };
    view! {
        <section class="search-place">
            <div class="search-place-head">
                <h2><a href=link(href)>{title}</a></h2>
                {may_change.then(|| view! {
                    <a class="search-all" href=link(all)>"Change all that match here…"</a>
                })}
            </div>
            <table class="jobs" node_ref=table>
                <thead>
                    <tr>
                        <th scope="col" class="job-tick">
                            {may_change.then(|| view! {
                                <label title=label hidden=move || !hydrated.get()>
                                    <input
                                        type="checkbox"
                                        aria-label=name
                                        autocomplete="off"
                                        prop:checked=is_all
                                        on:change=tick_all
                                    />
                                </label>
                            })}
                            <span class="visually-hidden">"Selected"</span>
                        </th>
                        <th scope="col" class="job-main">"Job"</th>
                        {retries}
                        <th scope="col" class="num job-time">{time_label(&place)}</th>
                        <th scope="col" class="job-more"><span class="visually-hidden">"Actions"</span></th>
                    </tr>
                </thead>
                <tbody on:click=move |event| row_click(&event, selection, ask)>
                    <For each=move || hits.get() key=Hit::key let:hit>
                        <JobRow entry=hit.entry context=context.clone()/>
                    </For>
                </tbody>
            </table>
        </section>
    }
}

fn title(place: &Place) -> String {
    match place {
        Place::Set(Set::Dead) => "Dead".to_owned(),
        Place::Set(Set::Retries) => "Retries".to_owned(),
        Place::Set(Set::Scheduled) => "Scheduled".to_owned(),
        Place::Queue(name) => format!("Queue {name}"),
    }
}
