//! Alerts: what fires, what watches, who is told, what is over.

mod over;
mod row;
mod rules;

use crate::api::{AcknowledgeAlert, AlertsView, ApiError, SnoozeAlert, WakeAlert, get_alerts};
use crate::app::components::{
    ActionNotice, ErrorNotice, PageTitle, after_first_reading, last_known,
};
use crate::app::live::use_live;
use crate::model::{Alert, AlertState};
use leptos::prelude::*;
use over::Over;
use row::{AlertRow, RowActs};
use rules::{Receivers, Rules};

/// Seconds between two readings.
const REREAD_SECONDS: u64 = 2;

/// What a page without rules tells to write.
const EXAMPLE: &str = "[alerts.mail-latency]\nwhen = \"latency\"\nqueue = \"mail\"\nabove = \"5m\"\nfor = \"2m\"\nseverity = \"critical\"\nto = [\"ops\"]\n\n[receivers.ops]\nkind = \"slack\"\nurl_file = \"/run/secrets/jobdeck-slack\"";

/// Every alert: acknowledge, snooze, wake; what is watched now; what is over.
#[component]
pub fn AlertsPage() -> impl IntoView {
    let acts = RowActs {
        acknowledge: ServerAction::<AcknowledgeAlert>::new(),
        snooze: ServerAction::<SnoozeAlert>::new(),
        wake: ServerAction::<WakeAlert>::new(),
    };
    let beat = use_live().beat(REREAD_SECONDS);
    let read = Resource::new(
        move || {
            let done = (
                acts.acknowledge.version().get(),
                acts.snooze.version().get(),
                acts.wake.version().get(),
            );
            (beat.get(), done)
        },
        |_| get_alerts(),
    );
    let known = last_known(read);
    view! {
        <PageTitle title="Alerts">
            <Transition>
                {after_first_reading(read, move || view! { <Summary known/> })}
            </Transition>
        </PageTitle>
        <ActionNotice value=acts.acknowledge.value() done=String::clone/>
        <ActionNotice value=acts.snooze.value() done=String::clone/>
        <ActionNotice value=acts.wake.value() done=String::clone/>
        <Lost/>
        <Transition fallback=|| view! { <p class="loading">"Reading the alerts …"</p> }>
            {after_first_reading(read, move || view! { <Body read known acts/> })}
        </Transition>
    }
}

/// The number that matters: how many fire.
#[component]
fn Summary(known: Memo<Option<AlertsView>>) -> impl IntoView {
    let text = move || known.with(|view| view.as_ref().map(|view| summary(&view.alerts)));
    view! { <p class="headline">{text}</p> }
}

fn summary(alerts: &[Alert]) -> String {
    let firing = alerts.iter().filter(|it| it.state == AlertState::Firing);
    let quiet = firing
        .clone()
        .filter(|it| it.acknowledged.is_some() || it.snoozed.is_some())
        .count();
    let firing = firing.count();
    let pending = alerts.len() - firing;
    let mut parts = Vec::new();
    match (firing, quiet) {
        (0, _) => parts.push("nothing fires".to_owned()),
        (firing, 0) => parts.push(format!("{firing} firing")),
        (firing, quiet) => parts.push(format!(
            "{firing} firing, {quiet} of them acknowledged or snoozed"
        )),
    }
    if pending > 0 {
        parts.push(format!("{pending} pending"));
    }
    parts.join(", ")
}

/// What a store that is away means for alerts.
#[component]
fn Lost() -> impl IntoView {
    let is_lost = use_live().select(|snapshot| snapshot.state.is_lost());
    move || {
        is_lost.get().then(|| {
            view! {
                <p class="alerts-hint">
                    "While the store is away nothing is watched: no alert begins to fire, and none is over."
                </p>
            }
        })
    }
}

/// The tables, which stay while they are read again: only what they say changes.
#[component]
fn Body(
    read: Resource<Result<AlertsView, ApiError>>,
    known: Memo<Option<AlertsView>>,
    acts: RowActs,
) -> impl IntoView {
    let problem = Memo::new(move |_| read.get().and_then(Result::err));
    let is_known = Memo::new(move |_| known.with(Option::is_some));
    let ids = Memo::new(move |_| {
        known.with(|view| {
            let alerts = view.iter().flat_map(|view| &view.alerts);
            alerts.map(|alert| alert.id.clone()).collect::<Vec<_>>()
        })
    });
    let part = move |part: fn(&AlertsView) -> bool| {
        Memo::new(move |_| known.with(|view| view.as_ref().is_none_or(part)))
    };
    let no_alerts = part(|view| view.alerts.is_empty());
    let no_rules = part(|view| view.rules.is_empty() && !view.is_limited);
    let row = move |id: String| {
        let alert = Memo::new(move |last: Option<&Alert>| {
            known.with(|view| {
                let mut alerts = view.iter().flat_map(|view| &view.alerts);
                alerts
                    .find(|alert| alert.id == id)
                    .or(last)
                    .cloned()
                    .unwrap_or_default()
            })
        });
        view! { <AlertRow alert acts/> }
    };
    view! {
        {move || problem.get().map(|error| view! { <ErrorNotice error/> })}
        <Show when=move || is_known.get()>
            <Show when=move || !no_alerts.get() fallback=move || view! { <Nothing no_rules/> }>
                <div class="table-scroll">
                    <table class="table alerts">
                        <thead>
                            <tr>
                                <th scope="col">"Alert"</th>
                                <th scope="col">"State"</th>
                                <th scope="col">"Since"</th>
                                <th scope="col" class="actions">
                                    <span class="visually-hidden">"Actions"</span>
                                </th>
                            </tr>
                        </thead>
                        <tbody>
                            <For each=move || ids.get() key=String::clone children=row/>
                        </tbody>
                    </table>
                </div>
            </Show>
            <Rules known/>
            <Receivers known/>
            <Over known/>
        </Show>
    }
}

/// One of the lists of what is known.
fn list<T: Clone + PartialEq + Send + Sync + 'static>(
    known: Memo<Option<AlertsView>>,
    of: fn(&AlertsView) -> &Vec<T>,
) -> Memo<Vec<T>> {
    Memo::new(move |_| {
        known.with(|view| {
            view.as_ref()
                .map(|view| of(view).clone())
                .unwrap_or_default()
        })
    })
}

#[component]
fn Nothing(no_rules: Memo<bool>) -> impl IntoView {
    move || {
        if no_rules.get() {
            view! {
                <div class="empty">
                    <p class="empty-title">"No rule watches here."</p>
                    <p>
                        "Rules stand in " <code>"jobdeck.toml"</code> " of " <code>"jobdeck serve"</code>
                        ": what is watched, for how long it must be so, and who is told. Each Jobdeck on a store may have them; somebody is told once."
                    </p>
                    <pre class="mono alerts-example">{EXAMPLE}</pre>
                </div>
            }
            .into_any()
        } else {
            view! { <p class="alerts-none">"Nothing fires, and nothing is about to."</p> }
                .into_any()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::summary;
    use crate::model::{Acknowledgement, Alert, AlertState};

    #[test]
    fn what_fires_is_told_apart_from_what_is_known() {
        assert_eq!(summary(&[]), "nothing fires");
        let mut alerts = vec![Alert::default(), Alert::default()];
        assert_eq!(summary(&alerts), "nothing fires, 2 pending");
        alerts[0].state = AlertState::Firing;
        assert_eq!(summary(&alerts), "1 firing, 1 pending");
        alerts[0].acknowledged = Some(Acknowledgement::default());
        assert_eq!(
            summary(&alerts),
            "1 firing, 1 of them acknowledged or snoozed, 1 pending"
        );
    }
}
