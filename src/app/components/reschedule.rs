//! When to run jobs instead: usual choices, a time, a spread.

use super::TimeField;
use crate::api::{Preset, SPREAD_MINUTES};
use leptos::html::Select;
use leptos::prelude::*;

/// The fields of a rescheduling, as parts of a plain form.
#[component]
pub fn RescheduleFields(
    /// Id of the form that holds the entries.
    form: String,
) -> impl IntoView {
    let presets = Preset::ALL
        .into_iter()
        .map(|preset| {
            view! {
                <button type="submit" class="button" form=form.clone() name="verb" value=preset.verb()>
                    {preset.label}
                </button>
            }
        })
        .collect_view();
    view! {
        <div class="presets">{presets}</div>
        <TimeField name="at" label="Run at" value="" form=form.clone()/>
        <SpreadField form=form.clone()/>
        <button type="submit" class="button button-primary" form=form name="verb" value="reschedule">
            "Reschedule"
        </button>
    }
}

/// Over how many minutes the jobs are spread, so that they do not all run at once.
#[component]
pub fn SpreadField(
    /// Id of the form that it belongs to, when it stands outside.
    #[prop(optional, into)]
    form: Option<String>,
    /// Gets the field, for those who read it themselves.
    #[prop(optional)]
    field: NodeRef<Select>,
    /// What is chosen already, minutes.
    #[prop(optional)]
    chosen: u32,
) -> impl IntoView {
    let options = spread_options("all at that time", chosen);
    view! {
        <label class="field">
            <span class="field-label">"Spread, so that they do not run all at once"</span>
            <select name="spread" node_ref=field form=form autocomplete="off">
                {options}
            </select>
        </label>
    }
}

/// The choices of a spread; `together` is what none is called.
pub fn spread_options(together: &str, chosen: u32) -> impl IntoView + use<> {
    SPREAD_MINUTES
        .into_iter()
        .map(|minutes| {
            let label = spread_label(minutes, together);
            view! { <option value=minutes.to_string() selected=minutes == chosen>{label}</option> }
        })
        .collect_view()
}

/// `all at that time`, `over 30 min`, `over 4 h`.
fn spread_label(minutes: u32, together: &str) -> String {
    match minutes {
        0 => together.to_owned(),
        minutes if minutes % 60 == 0 => format!("over {} h", minutes / 60),
        minutes => format!("over {minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::spread_label;

    #[test]
    fn spreads_are_told_in_their_unit() {
        assert_eq!(spread_label(0, "all at once"), "all at once");
        assert_eq!(spread_label(30, ""), "over 30 min");
        assert_eq!(spread_label(240, ""), "over 4 h");
    }
}
