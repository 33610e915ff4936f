//! A field for a date and time: the browser's zone once the page is taken over, UTC before that and without JavaScript.

use crate::api::{parse_time, picker_text};
use crate::app::live::use_live;
use crate::model::Timestamp;
use leptos::html::Input;
use leptos::prelude::*;
use leptos::web_sys::js_sys::Date;

/// A field for a date and time. What it holds goes through [`picker_to_utc`] before it is sent.
#[component]
pub fn TimeField(
    /// Name in the form.
    name: &'static str,
    /// What the time is for.
    label: &'static str,
    /// The time, as an address or a person wrote it; empty for none.
    #[prop(into)]
    value: Signal<String>,
    /// Id of the form that it belongs to, when it stands outside.
    #[prop(optional, into)]
    form: Option<String>,
    /// Whether it may not stay empty.
    #[prop(optional)]
    required: bool,
) -> impl IntoView {
    let hydrated = use_live().is_hydrated();
    let input = NodeRef::<Input>::new();
    let server_text = move || value.with(|text| parse_time(text).map_or_else(|_| String::new(), picker_text));
    // From here on the field speaks the browser's zone.
    Effect::new(move || {
        let text = value.with(|text| parse_time(text).map_or_else(|_| String::new(), utc_to_picker));
        if hydrated.get()
            && let Some(input) = input.get()
        {
            input.set_value(&text);
        }
    });
    view! {
        <label class="field">
            <span class="field-label">
                {label} " "
                <span class="field-zone">
                    {move || if hydrated.get() { "(your time)" } else { "(UTC)" }}
                </span>
            </span>
            <input
                node_ref=input
                type="datetime-local"
                name=name
                form=form
                value=server_text
                required=required
                autocomplete="off"
            />
        </label>
    }
}

/// What a field holds, as a time in UTC; empty when it holds none. In the browser only.
#[must_use]
pub fn picker_to_utc(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    // A date object reads a text without zone as local time.
    let milliseconds = Date::new(&text.into()).get_time();
    if milliseconds.is_finite() {
        Timestamp::from_seconds(milliseconds / 1000.0).to_string()
    } else {
        String::new()
    }
}

/// A time as a field holds it in the browser's zone. In the browser only.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "exact for any time that a date object can hold"
)]
fn utc_to_picker(at: Timestamp) -> String {
    let offset_minutes = Date::new(&(at.0 as f64).into()).get_timezone_offset() as i64;
    picker_text(at.plus_milliseconds(-offset_minutes.saturating_mul(60_000)))
}
