//! One alert that is not over.

use crate::api::{AcknowledgeAlert, SNOOZE_SPANS, SnoozeAlert, WakeAlert};
use crate::app::access::may;
use crate::app::components::{
    ActionForm, Icon, IconName, JobState, SeverityBadge, Time, TimeField, UtcTime, queue_chip,
};
use crate::app::format;
use crate::app::pages::operations::to_utc;
use crate::model::{Alert, AlertNotice, AlertState, Right};
use leptos::prelude::*;

/// What can be done in a row.
#[derive(Clone, Copy)]
pub(super) struct RowActs {
    pub(super) acknowledge: ServerAction<AcknowledgeAlert>,
    pub(super) snooze: ServerAction<SnoozeAlert>,
    pub(super) wake: ServerAction<WakeAlert>,
}

/// What is wrong, how it stands, since when, and what can be said to it.
#[component]
pub(super) fn AlertRow(alert: Memo<Alert>, acts: RowActs) -> impl IntoView {
    let id = Memo::new(move |_| alert.with(|alert| alert.id.clone()));
    let severity = Memo::new(move |_| alert.with(|alert| alert.severity));
    let since = Memo::new(move |_| alert.with(Alert::stands_since));
    let state = Memo::new(move |_| alert.with(Standing::of));
    let trouble = Memo::new(move |_| alert.with(|alert| trouble(&alert.notices)));
    let queue = Memo::new(move |_| alert.with(|alert| alert.queue.clone()));
    view! {
        <tr id=move || format!("alert-{}", id.get())>
            <th scope="row" class="alert-what">
                <SeverityBadge severity/>
                " "
                <span class="name">{move || alert.with(|alert| alert.rule.clone())}</span>
                <div class="alert-words">
                    {move || alert.with(|alert| format::seen(&alert.words()))}
                    {move || {
                        let queue = queue.get();
                        (!queue.is_empty()).then(|| {
                            view! { " " {queue_chip(&queue)} }
                        })
                    }}
                </div>
                {move || trouble.get().map(|words| view! {
                    <div class="second-line alert-trouble"><Icon name=IconName::Failed/> {words}</div>
                })}
            </th>
            <td class="alert-state">{move || state.get().into_view()}</td>
            <td class="nowrap"><span class="alert-label">"Since "</span><Time at=since/></td>
            <td class="actions"><Actions alert id acts/></td>
        </tr>
    }
}

/// How an alert stands, with what was said to it.
#[derive(Clone, PartialEq)]
enum Standing {
    Pending,
    Firing,
    Acknowledged {
        by: String,
        reason: Option<String>,
    },
    Snoozed {
        by: String,
        until: crate::model::Timestamp,
    },
}

impl Standing {
    fn of(alert: &Alert) -> Self {
        match (alert.state, &alert.acknowledged, &alert.snoozed) {
            (AlertState::Pending | AlertState::Resolved, ..) => Self::Pending,
            (AlertState::Firing, Some(known), _) => Self::Acknowledged {
                by: known.by.clone(),
                reason: known.reason.clone(),
            },
            (AlertState::Firing, None, Some(snooze)) => Self::Snoozed {
                by: snooze.by.clone(),
                until: snooze.until,
            },
            (AlertState::Firing, None, None) => Self::Firing,
        }
    }

    fn into_view(self) -> AnyView {
        match self {
            Self::Pending => view! {
                <span class="badge muted"><Icon name=IconName::Scheduled/>"pending"</span>
            }
            .into_any(),
            Self::Firing => view! {
                <span class=format!("badge {}", JobState::Failed.class())>
                    <Icon name=IconName::Alerts/>"firing"
                </span>
            }
            .into_any(),
            Self::Acknowledged { by, reason } => view! {
                <span class="badge muted"><Icon name=IconName::Processed/>"acknowledged"</span>
                <div class="second-line">
                    "by " {by} {reason.map(|reason| format!(": {reason}"))}
                </div>
            }
            .into_any(),
            Self::Snoozed { by, until } => view! {
                <span class=format!("badge {}", JobState::Paused.class())>
                    <Icon name=IconName::Paused/>"snoozed"
                </span>
                <div class="second-line">
                    "until " <UtcTime at=Signal::stored(until)/> " by " {by}
                </div>
            }
            .into_any(),
        }
    }
}

/// Who could not be told, and why.
fn trouble(notices: &[AlertNotice]) -> Option<String> {
    let failed: Vec<String> = notices
        .iter()
        .filter_map(|notice| {
            let error = notice.error.as_ref()?;
            Some(format!(
                "{} could not be told yet: {error}",
                notice.receiver
            ))
        })
        .collect();
    (!failed.is_empty()).then(|| failed.join("; "))
}

/// Only what means something: what fires is acknowledged or snoozed, what is either is woken.
#[component]
fn Actions(alert: Memo<Alert>, id: Memo<String>, acts: RowActs) -> impl IntoView {
    let fires = Memo::new(move |_| alert.with(|alert| alert.state == AlertState::Firing));
    let is_answered = Memo::new(move |_| {
        alert.with(|alert| alert.acknowledged.is_some() || alert.snoozed.is_some())
    });
    let of_alert = move || format!(" {}", alert.with(|alert| alert.rule.clone()));
    may(Right::AnswerAlerts).then(|| {
        view! {
            <Show when=move || fires.get() && !is_answered.get()>
                <div class="alert-acts">
                    <ActionForm action=acts.acknowledge attr:class="alert-form">
                        <input type="hidden" name="id" value=move || id.get()/>
                        <input
                            type="text"
                            name="reason"
                            autocomplete="off"
                            maxlength="500"
                            placeholder="Why, if you like"
                            aria-label=move || format!("Why{} is acknowledged", of_alert())
                        />
                        <button
                            class="button"
                            type="submit"
                            disabled=move || acts.acknowledge.pending().get()
                        >
                            "Acknowledge"
                            <span class="visually-hidden">{of_alert}</span>
                        </button>
                    </ActionForm>
                    <SnoozeForm alert id acts/>
                </div>
            </Show>
            <Show when=move || fires.get() && is_answered.get()>
                <ActionForm action=acts.wake attr:class="alert-form">
                    <input type="hidden" name="id" value=move || id.get()/>
                    <button class="button" type="submit" disabled=move || acts.wake.pending().get()>
                        "Wake"
                        <span class="visually-hidden">{of_alert}</span>
                    </button>
                </ActionForm>
            </Show>
        }
    })
}

/// For how long nobody is reminded: usual spans, or a time.
#[component]
fn SnoozeForm(alert: Memo<Alert>, id: Memo<String>, acts: RowActs) -> impl IntoView {
    let of_alert = move || format!(" {}", alert.with(|alert| alert.rule.clone()));
    let zone = move || {
        alert.with(|alert| match alert.timezone.as_str() {
            "" => "UTC".to_owned(),
            zone => zone.to_owned(),
        })
    };
    let spans = SNOOZE_SPANS
        .into_iter()
        .map(|(name, words, seconds)| {
            let words = move || {
                if seconds.is_none() {
                    format!("{words} {}", zone())
                } else {
                    words.to_owned()
                }
            };
            view! { <option value=name>{words}</option> }
        })
        .collect_view();
    view! {
        <details class="alert-snooze">
            <summary>"Snooze…"<span class="visually-hidden">{of_alert}</span></summary>
            // Before the form is read: what is sent is UTC.
            <div on:submit:capture=to_utc>
                <ActionForm action=acts.snooze attr:class="alert-form">
                    <input type="hidden" name="id" value=move || id.get()/>
                    <label class="field">
                        <span class="field-label">"Remind nobody"</span>
                        <select name="span" autocomplete="off">{spans}</select>
                    </label>
                    <TimeField name="at" label="Or until a time" value=""/>
                    <button class="button" type="submit" disabled=move || acts.snooze.pending().get()>
                        "Snooze"
                        <span class="visually-hidden">{of_alert}</span>
                    </button>
                </ActionForm>
            </div>
        </details>
    }
}

#[cfg(test)]
mod tests {
    use super::trouble;
    use crate::model::AlertNotice;

    #[test]
    fn who_could_not_be_told_is_named() {
        let notice = |error: Option<&str>| AlertNotice {
            receiver: "ops".to_owned(),
            error: error.map(str::to_owned),
            ..AlertNotice::default()
        };
        assert_eq!(trouble(&[notice(None)]), None);
        assert_eq!(
            trouble(&[notice(None), notice(Some("no answer"))]).as_deref(),
            Some("ops could not be told yet: no answer")
        );
    }
}
