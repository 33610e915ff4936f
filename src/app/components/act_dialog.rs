//! The dialog before a delete, and the one that asks for a new time.

use super::verb::{verb_consequence, verb_with_count};
use super::{SpreadField, TimeField, picker_to_utc};
use crate::api::{Act, Preset};
use crate::app::live::use_live;
use crate::model::{Place, Verb};
use leptos::ev::SubmitEvent;
use leptos::form::FromFormData;
use leptos::html::{Button, Dialog, Input, Select};
use leptos::prelude::*;

/// The form of a new time.
const RESCHEDULE_FORM: &str = "ask-reschedule";

/// What a dialog asks about.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// What is to be done.
    pub verb: Verb,
    /// Where the jobs are; nothing when they are in several places.
    pub place: Option<Place>,
    /// To which entries, as text.
    pub entries: Vec<String>,
}

/// Nothing asked of the server but this verb for these entries.
#[must_use]
pub fn act_on(verb: impl Into<String>, entries: Vec<String>) -> Act {
    Act {
        verb: verb.into(),
        entries,
        only: String::new(),
        at: String::new(),
        spread: String::new(),
        reason: String::new(),
    }
}

/// The dialog that is open while there is a question. Only with JavaScript; without it the same forms unfold in place.
#[component]
pub fn ActDialog(
    /// What is asked, while something is.
    question: RwSignal<Option<Question>>,
    /// Does it.
    act: Callback<Act>,
) -> impl IntoView {
    let dialog = NodeRef::<Dialog>::new();
    let cancel = NodeRef::<Button>::new();
    let why = NodeRef::<Input>::new();
    Effect::new(move || {
        let (Some(dialog), is_asked) = (dialog.get(), question.with(Option::is_some)) else {
            return;
        };
        if is_asked && !dialog.open() {
            // Fails only outside a document.
            let _ = dialog.show_modal();
            if let Some(cancel) = cancel.get_untracked() {
                let _ = cancel.focus();
            }
        } else if !is_asked && dialog.open() {
            dialog.close();
        }
    });
    let close = move || question.set(None);
    view! {
        <dialog
            class="ask"
            node_ref=dialog
            aria-labelledby="ask-title"
            on:close=move |_| {
                // The event comes late: the next question may have been asked already.
                if !dialog.get_untracked().is_some_and(|dialog| dialog.open()) {
                    close();
                }
            }
        >
            <h2 id="ask-title">
                {move || {
                    question
                        .get()
                        .map(|asked| {
                            let mark = if asked.verb == Verb::Delete { "?" } else { "" };
                            format!("{}{mark}", verb_with_count(asked.verb, asked.entries.len()))
                        })
                }}
            </h2>
            <p>
                {move || question.get().map(|asked| verb_consequence(asked.verb, asked.place.as_ref()))}
            </p>
            {move || {
                question
                    .get()
                    .filter(|asked| asked.verb == Verb::Reschedule)
                    .map(|asked| view! { <RescheduleForm asked act close/> })
            }}
            {move || {
                question
                    .get()
                    .map(|asked| {
                        let form = (asked.verb == Verb::Reschedule).then_some(RESCHEDULE_FORM);
                        view! { <Why field=why form/> }
                    })
            }}
            <div class="ask-buttons">
                <button type="button" class="button" node_ref=cancel on:click=move |_| close()>
                    "Cancel"
                </button>
                {move || {
                    question.get().map(|asked| view! { <Confirm asked act close why/> })
                }}
            </div>
        </dialog>
    }
}

/// Why it is done, for the audit.
#[component]
fn Why(field: NodeRef<Input>, form: Option<&'static str>) -> impl IntoView {
    view! {
        <label class="field ask-why">
            <span class="field-label">"Why, for the audit (optional)"</span>
            <input type="text" name="reason" maxlength="500" autocomplete="off" form=form node_ref=field/>
        </label>
    }
}

/// The button that repeats the verb.
#[component]
fn Confirm(
    asked: Question,
    act: Callback<Act>,
    close: impl Fn() + Copy + Send + 'static,
    why: NodeRef<Input>,
) -> impl IntoView {
    let label = verb_with_count(asked.verb, asked.entries.len());
    if asked.verb == Verb::Reschedule {
        return view! {
            <button type="submit" class="button button-primary" form=RESCHEDULE_FORM>
                {label}
            </button>
        }
        .into_any();
    }
    let confirm = move |_| {
        let reason = why.get_untracked().map(|field| field.value());
        act.run(Act {
            reason: reason.unwrap_or_default(),
            ..act_on(asked.verb.name(), asked.entries.clone())
        });
        close();
    };
    view! {
        <button type="button" class="button button-danger" on:click=confirm>
            {label}
        </button>
    }
    .into_any()
}

/// Usual choices, a time, a spread.
#[component]
fn RescheduleForm(
    asked: Question,
    act: Callback<Act>,
    close: impl Fn() + Copy + Send + 'static,
) -> impl IntoView {
    const HOUR_MILLISECONDS: i64 = 3_600_000;
    let entries = StoredValue::new(asked.entries);
    let spread = NodeRef::<Select>::new();
    let presets = Preset::ALL
        .into_iter()
        .map(|preset| {
            let choose = move |_| {
                let spread = spread.get_untracked().map(|field| field.value());
                act.run(Act {
                    spread: spread.unwrap_or_default(),
                    ..act_on(preset.verb(), entries.get_value())
                });
                close();
            };
            view! {
                <button type="button" class="button" on:click=choose>
                    {preset.label}
                </button>
            }
        })
        .collect_view();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        // Every field has a default, so reading cannot fail.
        let Ok(mut typed) = Act::from_event(&event) else {
            return;
        };
        typed.at = picker_to_utc(&typed.at);
        typed.entries = entries.get_value();
        act.run(typed);
        close();
    };
    // To the minute: nobody wants to see, or to change, more.
    let soon = use_live()
        .clock()
        .get_untracked()
        .map(|now| now.plus_milliseconds(HOUR_MILLISECONDS - now.0.rem_euclid(60_000)))
        .map(|soon| soon.to_string())
        .unwrap_or_default();
    view! {
        <div class="presets" role="group" aria-label="Usual choices">
            {presets}
        </div>
        <form id=RESCHEDULE_FORM class="ask-fields" on:submit=submit>
            <input type="hidden" name="verb" value="reschedule"/>
            <TimeField name="at" label="Run at" value=soon required=true/>
            <SpreadField field=spread/>
        </form>
    }
}
