//! Choosing which events are shown.

use super::PAGE;
use crate::api::{AuditField, AuditQuery};
use crate::app::address::link;
use crate::app::components::{DayEdge, TextField, TimeField, picker_or_kept};
use crate::model::AuditAction;
use leptos::ev::SubmitEvent;
use leptos::form::FromFormData;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use serde::Deserialize;

/// The form as it is posted by script: the same fields as in the address.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Fields {
    who: String,
    action: String,
    place: String,
    text: String,
    from: String,
    to: String,
}

/// A GET form whose fields are the page's query.
#[component]
pub(super) fn FilterBar(query: Memo<AuditQuery>) -> impl IntoView {
    let navigate = use_navigate();
    let typed = move |field: AuditField| {
        Signal::derive(move || query.with(|query| query.get(field).to_owned()))
    };
    let submit = move |event: SubmitEvent| {
        // Every field has a default, so reading cannot fail; if it did, the browser sends the form itself.
        let Ok(fields) = Fields::from_event(&event) else {
            return;
        };
        event.prevent_default();
        let asked = query.with_untracked(|query| fields.asked(query));
        let options = NavigateOptions {
            scroll: false,
            ..Default::default()
        };
        navigate(&format!("{PAGE}{}", asked.to_text()), options);
    };
    let chosen = typed(AuditField::Action);
    let actions = AuditAction::ALL
        .map(|action| {
            let is_chosen = move || chosen.with(|chosen| chosen == action.name());
            view! { <option value=action.name() selected=is_chosen>{action.words()}</option> }
        })
        .into_iter()
        .collect_view();
    view! {
        <form class="audit-filter" method="get" action=link(PAGE) role="search" aria-label="Audit" on:submit=submit>
            <TextField name="who" label="Who" hint="ada, token ci, 192.0.2.7" value=typed(AuditField::Who)/>
            <label class="field">
                <span class="field-label">"What"</span>
                <select name="action" autocomplete="off">
                    <option value="" selected=move || chosen.with(String::is_empty)>"anything"</option>
                    {actions}
                </select>
            </label>
            <TextField name="place" label="Where" hint="dead, or a queue" value=typed(AuditField::Place)/>
            <TextField name="text" label="Text" hint="job id, class, reason, operation" value=typed(AuditField::Text)/>
            <TimeField name="from" label="From" value=typed(AuditField::From)/>
            <TimeField name="to" label="Until" value=typed(AuditField::To) edge=DayEdge::End/>
            <div class="audit-filter-go">
                <button class="button button-primary" type="submit">"Filter"</button>
                <Show when=move || query.with(AuditQuery::is_filtered)>
                    <a class="button button-quiet" href=link(PAGE)>"Show all"</a>
                </Show>
            </div>
        </form>
    }
}

impl Fields {
    /// The first page of what the form asks for. A time that nobody has changed stays as it was written.
    fn asked(&self, query: &AuditQuery) -> AuditQuery {
        let from = picker_or_kept(&self.from, query.get(AuditField::From), DayEdge::Start);
        let to = picker_or_kept(&self.to, query.get(AuditField::To), DayEdge::End);
        [
            (AuditField::Who, &self.who),
            (AuditField::Action, &self.action),
            (AuditField::Place, &self.place),
            (AuditField::Text, &self.text),
            (AuditField::From, &from),
            (AuditField::To, &to),
        ]
        .into_iter()
        .fold(AuditQuery::default(), |query, (field, value)| {
            query.with(field, value)
        })
    }
}
