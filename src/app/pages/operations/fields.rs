//! The details of a new operation: a plain form whose address is the preview.
#![expect(
    clippy::needless_pass_by_value,
    reason = "components own their properties"
)]

use crate::api::{EXPORT_FORMATS, OperationForm};
use crate::app::address::link;
use crate::app::components::{SpreadField, TimeField, picker_to_utc};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{HtmlFormElement, HtmlInputElement};
use std::time::Duration;

/// Fields for the chosen action, and how fast and why.
#[component]
pub(super) fn Fields(
    form: OperationForm,
    /// Set when something is typed that is in no preview yet.
    typed: RwSignal<bool>,
) -> impl IntoView {
    let action = form.get("action").to_owned();
    let places = form
        .places
        .iter()
        .map(|place| view! { <input type="hidden" name="in" value=place.to_string()/> })
        .collect_view();
    let filter = form
        .filter
        .filters()
        .iter()
        .map(
            |(field, value)| view! { <input type="hidden" name=field.name() value=value.clone()/> },
        )
        .collect_view();
    let own = match action.as_str() {
        "reschedule" => Some(view! { <Reschedule form=form.clone()/> }.into_any()),
        "move" => {
            let value = form.get("target").to_owned();
            Some(view! { <TextField name="target" label="Queue" value required=true/> }.into_any())
        }
        "edit" => Some(view! { <Edit form=form.clone()/> }.into_any()),
        _ => None,
    };
    let is_run = matches!(action.as_str(), "retry" | "enqueue");
    let canary = is_run.then(|| view! { <CanaryFields form=form.clone()/> });
    view! {
        <form class="operation-form" method="get" action=link("/operations/new") on:input=move |_| typed.set(true) on:submit=to_utc>
            {places} {filter} <input type="hidden" name="action" value=action/>
            {own.map(|own| view! { <div class="operation-fields">{own}</div> })}
            <div class="operation-fields">
                <NumberField name="rate" label="Jobs a second, at most" value=form.get("rate").to_owned() hint="as fast as the store can"/>
                <ExportField chosen=form.get("export").to_owned()/>
                <TextField name="reason" label="Why, for those who look at it later" value=form.get("reason").to_owned()/>
            </div>
            {canary}
            <button class="button" type="submit">"Preview"</button>
        </form>
    }
}

/// A time is typed in the browser's zone, and the address has it in UTC.
pub(in crate::app::pages) fn to_utc(event: SubmitEvent) {
    let field = event
        .target()
        .and_then(|form| form.dyn_into::<HtmlFormElement>().ok())
        .and_then(|form| form.query_selector("input[name=at]").ok().flatten())
        .and_then(|field| field.dyn_into::<HtmlInputElement>().ok());
    if let Some(field) = field {
        let typed = field.value();
        field.set_value(picker_to_utc(&typed).trim_end_matches('Z'));
        // What is sent is read when the event is over. Who comes back to this page, or stays on it, finds what was typed.
        set_timeout(move || field.set_value(&typed), Duration::ZERO);
    }
}

#[component]
fn Reschedule(form: OperationForm) -> impl IntoView {
    let at = RwSignal::new(form.get("at").to_owned());
    view! {
        <TimeField name="at" label="New time" value=at required=true/>
        <SpreadField chosen=form.get("spread").parse().unwrap_or_default()/>
    }
}

#[component]
fn Edit(form: OperationForm) -> impl IntoView {
    view! {
        <TextField
            name="path"
            label="Which value: a field, or args.0.user_id"
            value=form.get("path").to_owned()
            required=true
        />
        <TextField
            name="value"
            label="What it becomes, JSON: 5, \"text\", null"
            value=form.get("value").to_owned()
            required=true
        />
    }
}

#[component]
fn CanaryFields(form: OperationForm) -> impl IntoView {
    view! {
        <fieldset class="operation-canary">
            <legend>"Try a few first"</legend>
            <div class="operation-fields">
                <NumberField name="canary" label="Jobs" value=form.get("canary").to_owned() hint="none"/>
                <NumberField name="canary_wait" label="Wait, minutes" value=form.get("canary_wait").to_owned() hint="2"/>
                <NumberField
                    name="canary_percent"
                    label="Go on if so many succeed, %"
                    value=form.get("canary_percent").to_owned()
                    hint="90"
                />
            </div>
        </fieldset>
    }
}

/// Whether a file of what is changed is kept.
#[component]
fn ExportField(chosen: String) -> impl IntoView {
    let options = EXPORT_FORMATS
        .into_iter()
        .map(|(name, word)| {
            view! { <option value=name selected=name == chosen>{word}</option> }
        })
        .collect_view();
    view! {
        <label class="field field-short">
            <span class="field-label">"Keep an export of the jobs"</span>
            <select name="export" autocomplete="off">
                <option value="">"no"</option>
                {options}
            </select>
        </label>
    }
}

#[component]
fn TextField(
    name: &'static str,
    label: &'static str,
    value: String,
    #[prop(optional)] required: bool,
) -> impl IntoView {
    view! {
        <label class="field">
            <span class="field-label">{label}</span>
            <input type="text" name=name value=value required=required autocomplete="off" maxlength="500"/>
        </label>
    }
}

#[component]
fn NumberField(
    name: &'static str,
    label: &'static str,
    value: String,
    hint: &'static str,
) -> impl IntoView {
    view! {
        <label class="field field-short">
            <span class="field-label">{label}</span>
            <input type="number" name=name value=value min="1" step="1" placeholder=hint autocomplete="off"/>
        </label>
    }
}
