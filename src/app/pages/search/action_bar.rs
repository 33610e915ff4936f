//! What can be done to the ticked jobs, of whichever places.

use super::{FORM, Found};
use crate::app::components::{Icon, IconName, VerbButtons};
use crate::app::format;
use crate::app::live::use_live;
use crate::model::{EntryId, Verb};
use leptos::prelude::*;

/// The verbs that mean something for one of the ticked jobs at least. There while a row is ticked, which style sheets know without
/// JavaScript, too.
#[component]
pub(super) fn ActionBar(found: Found) -> impl IntoView {
    let selection = found.selection;
    let count = selection.count();
    let hydrated = use_live().is_hydrated();
    let ask = Callback::new(move |verb| found.ask(verb, selection.entries()));
    let possible = Signal::derive(move || {
        count.track();
        if !hydrated.get() {
            return Verb::ALL.to_vec();
        }
        let ticked: Vec<EntryId> = selection
            .entries()
            .iter()
            .filter_map(|id| id.parse().ok())
            .collect();
        let is_of_one = |verb: &Verb| {
            ticked
                .iter()
                .any(|id| Verb::for_place(&id.place).contains(verb))
        };
        Verb::ALL.into_iter().filter(is_of_one).collect()
    });
    view! {
        <div class="action-bar" role="group" aria-label="Do to the selected jobs">
            // Enter in a field must not press the first verb.
            <button type="submit" form=FORM disabled hidden></button>
            <strong class="action-count" role="status">
                {move || match (hydrated.get(), count.get()) {
                    (false, _) | (_, 0) => "Selected:".to_owned(),
                    (true, count) => format!("{} selected", format::count(count as u64)),
                }}
            </strong>
            <VerbButtons place=None form=FORM busy=found.acting.pending() ask possible/>
            <button
                type="button"
                class="button button-quiet"
                hidden=move || !hydrated.get()
                on:click=move |_| selection.set_all(false)
            >
                <Icon name=IconName::Close/>
                "Clear"
            </button>
        </div>
    }
}
