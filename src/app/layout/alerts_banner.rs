//! What is critical and nobody has acknowledged, on every page.

use super::strip::Strip;
use crate::app::address::link;
use crate::app::components::{Icon, IconName, Time};
use crate::app::format;
use crate::app::live::use_live;
use crate::model::{AlertSeverity, AlertSummary};
use leptos::prelude::*;

/// A line an alert that is critical, as long as nobody has said anything to it. Nothing most of the time, and on the page that lists them.
#[component]
pub(super) fn AlertsBanner() -> impl IntoView {
    let live = use_live();
    let names = live.select(|snapshot| {
        let alerts = snapshot.alerts.iter();
        alerts
            .filter(|alert| alert.severity == AlertSeverity::Critical && !alert.is_quiet)
            .map(|alert| alert.id.clone())
            .collect::<Vec<_>>()
    });
    let line = move |id: String| {
        let alert = live.select(move |snapshot| {
            let mut alerts = snapshot.alerts.iter();
            alerts
                .find(|alert| alert.id == id)
                .cloned()
                .unwrap_or_default()
        });
        view! { <Line alert/> }
    };
    view! { <Strip class="alerts-banner" names href="/alerts" only_elsewhere=true line/> }
}

#[component]
fn Line(alert: Memo<AlertSummary>) -> impl IntoView {
    let words = Memo::new(move |_| alert.with(|alert| format::seen(&alert.words)));
    let since = Memo::new(move |_| alert.with(|alert| alert.fired_at));
    let href = move || alert.with(|alert| format!("/alerts#alert-{}", alert.id));
    view! {
        <a class="strip-line alerts-line" href=move || link(href())>
            <Icon name=IconName::Alerts/>
            <strong>"Critical: "</strong>
            <span class="alerts-words">{words}</span>
            <span class="alerts-since">"since " <Time at=since/></span>
        </a>
    }
}
