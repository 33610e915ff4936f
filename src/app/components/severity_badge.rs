//! How bad an alert is: always a colour, an icon and a word.

use super::{Icon, IconName, JobState};
use crate::model::AlertSeverity;
use leptos::prelude::*;

/// A severity as icon and word in its colour.
#[component]
pub fn SeverityBadge(
    /// Which.
    #[prop(into)]
    severity: Signal<AlertSeverity>,
) -> impl IntoView {
    move || {
        let severity = severity.get();
        let (class, icon) = match severity {
            AlertSeverity::Critical => (JobState::Failed.class(), IconName::Failed),
            AlertSeverity::Warning => (JobState::Retrying.class(), IconName::Failed),
            AlertSeverity::Info => ("muted", IconName::Info),
        };
        view! {
            <span class=format!("badge {class}")>
                <Icon name=icon/>
                {severity.name()}
            </span>
        }
    }
}
