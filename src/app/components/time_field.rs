//! A field for a date and time: the browser's zone once the page is taken over, UTC before that and without JavaScript.

use crate::api::{is_day, parse_time, picker_text};
use crate::app::live::use_live;
use crate::model::Timestamp;
use leptos::html::Input;
use leptos::prelude::*;
use leptos::web_sys::js_sys::Date;

/// Which moment a field shows of a text that names a whole day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DayEdge {
    /// Its first minute.
    #[default]
    Start,
    /// Its last minute.
    End,
}

impl DayEdge {
    const LAST_MINUTE_MILLISECONDS: i64 = 86_400_000 - 60_000;

    /// The moment that a field shows of a text; nothing if it is no time.
    fn moment(self, text: &str) -> Option<Timestamp> {
        let at = parse_time(text).ok()?;
        Some(if self == Self::End && is_day(text) {
            at.plus_milliseconds(Self::LAST_MINUTE_MILLISECONDS)
        } else {
            at
        })
    }
}

/// A field for a date and time. What it holds goes through [`picker_to_utc`] before it is sent, or through [`picker_or_kept`].
#[component]
pub fn TimeField(
    /// Name in the form.
    name: &'static str,
    /// What the time is for.
    label: &'static str,
    /// The time, as an address or a person wrote it; empty for none.
    #[prop(into)]
    value: Signal<String>,
    /// What is shown of a day.
    #[prop(optional)]
    edge: DayEdge,
    /// Id of the form that it belongs to, when it stands outside.
    #[prop(optional, into)]
    form: Option<String>,
    /// Whether it may not stay empty.
    #[prop(optional)]
    required: bool,
) -> impl IntoView {
    let hydrated = use_live().is_hydrated();
    let input = NodeRef::<Input>::new();
    let server_text =
        move || value.with(|text| edge.moment(text).map_or_else(String::new, picker_text));
    // From here on the field speaks the browser's zone. What somebody has typed before that, in UTC, stays.
    Effect::new(move |speaks: Option<bool>| {
        let text = value.get();
        let (true, Some(input)) = (hydrated.get(), input.get()) else {
            return false;
        };
        let typed = input.value();
        let text = if speaks != Some(true) && typed != input.default_value() {
            typed
        } else {
            text
        };
        input.set_value(&shown(&text, edge));
        true
    });
    view! {
        <label class="field">
            <span class="field-label">
                {label} " "
                <span class="field-zone">
                    {move || if hydrated.get() { "(your time)" } else { "(UTC)" }}
                </span>
            </span>
            // Any step: a time to the millisecond is as good as one to the minute.
            <input
                node_ref=input
                type="datetime-local"
                name=name
                form=form
                value=server_text
                step="any"
                required=required
                autocomplete="off"
            />
        </label>
    }
}

/// What a field holds, as a time in UTC, as exact as it was typed; empty when it holds none. In the browser only.
#[must_use]
pub fn picker_to_utc(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    // A date object reads a text without zone as local time.
    let milliseconds = Date::new(&text.into()).get_time();
    if milliseconds.is_finite() {
        format!(
            "{}Z",
            picker_text(Timestamp::from_seconds(milliseconds / 1000.0))
        )
    } else {
        String::new()
    }
}

/// What a field holds, as [`picker_to_utc`]; or the text that it was made from, as long as nobody has changed the field. In the browser
/// only.
#[must_use]
pub fn picker_or_kept(text: &str, made_from: &str, edge: DayEdge) -> String {
    if text == shown(made_from, edge) {
        made_from.to_owned()
    } else {
        picker_to_utc(text)
    }
}

/// What a field shows of a text, in the browser's zone. In the browser only.
fn shown(text: &str, edge: DayEdge) -> String {
    edge.moment(text).map_or_else(String::new, utc_to_picker)
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

#[cfg(test)]
mod tests {
    use super::DayEdge;

    #[test]
    fn a_day_is_shown_from_its_first_to_its_last_minute() {
        let moment = |edge: DayEdge, text| edge.moment(text).map(|at| at.to_string());
        let day = "2026-11-24";
        assert_eq!(
            moment(DayEdge::Start, day).as_deref(),
            Some("2026-11-24T00:00:00.000Z")
        );
        assert_eq!(
            moment(DayEdge::End, day).as_deref(),
            Some("2026-11-24T23:59:00.000Z")
        );
        assert_eq!(
            moment(DayEdge::End, "2026-11-24T10:05:30").as_deref(),
            Some("2026-11-24T10:05:30.000Z")
        );
        assert_eq!(moment(DayEdge::End, "soon"), None);
    }
}
