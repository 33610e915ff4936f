//! What can be done to the ticked rows.

use super::{Icon, IconName, Selection, VerbButtons};
use crate::app::format;
use crate::app::live::use_live;
use crate::model::{Place, Verb};
use leptos::prelude::*;

/// The verbs for the ticked rows. There while a row is ticked, which style sheets know without JavaScript, too.
#[component]
pub fn ActionBar(
    /// Id of the form that holds the rows.
    form: &'static str,
    /// Which are ticked.
    selection: Selection,
    /// Whether nothing can be done now: an act is on its way.
    #[prop(into)]
    busy: Signal<bool>,
    /// Where the jobs are; nothing: anywhere.
    place: Option<Place>,
    /// Asks for what a verb needs.
    ask: Callback<Verb>,
    /// The verbs that mean something now; all, if nothing is given.
    #[prop(optional, into)]
    possible: Option<Signal<Vec<Verb>>>,
    /// What stands behind the buttons.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let count = selection.count();
    let hydrated = use_live().is_hydrated();
    let possible = possible.unwrap_or_else(|| Signal::derive(|| Verb::ALL.to_vec()));
    view! {
        <div class="action-bar" role="group" aria-label="Do to the selected jobs">
            // Enter in a field must not press the first verb.
            <button type="submit" form=form disabled hidden></button>
            <strong class="action-count" role="status">
                {move || match (hydrated.get(), count.get()) {
                    (false, _) | (_, 0) => "Selected:".to_owned(),
                    (true, count) => format!("{} selected", format::count(count as u64)),
                }}
            </strong>
            <VerbButtons place form busy ask possible/>
            <button
                type="button"
                class="button button-quiet"
                hidden=move || !hydrated.get()
                on:click=move |_| selection.set_all(false)
            >
                <Icon name=IconName::Close/>
                "Clear"
            </button>
            {children.map(|children| children())}
        </div>
    }
}
