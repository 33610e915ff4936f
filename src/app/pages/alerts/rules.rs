//! What is watched, and who is told.

use crate::api::AlertsView;
use crate::app::components::{Icon, IconName, SeverityBadge};
use crate::app::format;
use crate::model::{AlertReceiver, AlertRule};
use leptos::prelude::*;

/// Each rule with what it sees now.
#[component]
pub(super) fn Rules(known: Memo<Option<AlertsView>>) -> impl IntoView {
    let rules = super::list(known, |view| &view.rules);
    let none = Memo::new(move |_| rules.with(Vec::is_empty));
    view! {
        <Show when=move || !none.get()>
            <h2 class="alerts-title">"Rules"</h2>
            <div class="table-scroll">
                <table class="table alert-rules">
                    <thead>
                        <tr>
                            <th scope="col">"Rule"</th>
                            <th scope="col">"Fires when"</th>
                            <th scope="col">"Now"</th>
                            <th scope="col">"Tells"</th>
                        </tr>
                    </thead>
                    <tbody>
                        {move || rules.with(|rules| rules.iter().map(rule).collect_view())}
                    </tbody>
                </table>
            </div>
        </Show>
    }
}

fn rule(rule: &AlertRule) -> impl IntoView + use<> {
    let AlertRule {
        name,
        condition,
        severity,
        quiet,
        ..
    } = rule.clone();
    let to = match rule.to.as_slice() {
        [] => "nobody: this page alone".to_owned(),
        to => to.join(", "),
    };
    let quiet = (!quiet.is_empty()).then(|| format!("not {quiet}"));
    view! {
        <tr>
            <th scope="row">
                <span class="name">{name}</span>
                <div class="second-line"><SeverityBadge severity=Signal::stored(severity)/></div>
            </th>
            <td>{condition}</td>
            <td>{present(rule)}</td>
            <td>{to} {quiet.map(|quiet| view! { <div class="second-line">{quiet}</div> })}</td>
        </tr>
    }
}

/// What it sees now: of several queues the worst.
fn present(rule: &AlertRule) -> String {
    let value = match rule.value {
        Some(value) => rule.watch.value_words(value),
        None => return "not known yet".to_owned(),
    };
    match rule.queues {
        0 | 1 => value,
        queues => format!(
            "{value} in {}, of {}",
            rule.queue,
            format::counted(queues, "queue", "queues")
        ),
    }
}

/// Each receiver, and how it has answered.
#[component]
pub(super) fn Receivers(known: Memo<Option<AlertsView>>) -> impl IntoView {
    let receivers = super::list(known, |view| &view.receivers);
    let none = Memo::new(move |_| receivers.with(Vec::is_empty));
    view! {
        <Show when=move || !none.get()>
            <h2 class="alerts-title">"Receivers"</h2>
            <ul class="alert-receivers">
                {move || receivers.with(|receivers| receivers.iter().map(receiver).collect_view())}
            </ul>
        </Show>
    }
}

fn receiver(receiver: &AlertReceiver) -> impl IntoView + use<> {
    let AlertReceiver {
        name,
        kind,
        sent,
        failed,
        error,
    } = receiver.clone();
    let mut told = format!(
        "{} sent by this server",
        format::counted(sent, "notice", "notices")
    );
    if failed > 0 {
        let tries = format::counted(failed, "try", "tries");
        told.push_str(&format!(", {tries} failed"));
    }
    let error = error.map(|error| {
        view! {
            <span class="alert-trouble"><Icon name=IconName::Failed/> {error}</span>
        }
    });
    view! { <li><strong>{name}</strong> " (" {kind} "): " {told} " " {error}</li> }
}

#[cfg(test)]
mod tests {
    use super::present;
    use crate::model::{AlertRule, AlertWatch};

    #[test]
    fn of_several_queues_the_worst_is_told() {
        let mut rule = AlertRule {
            watch: AlertWatch::Depth,
            ..AlertRule::default()
        };
        assert_eq!(present(&rule), "not known yet");
        rule.value = Some(7.0);
        rule.queues = 1;
        assert_eq!(present(&rule), "7 jobs");
        rule.queues = 3;
        rule.queue = "mail".to_owned();
        assert_eq!(
            present(&rule).replace('\u{a0}', " "),
            "7 jobs in mail, of 3 queues"
        );
    }
}
