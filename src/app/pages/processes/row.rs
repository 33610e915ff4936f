//! One worker process.

use super::tell;
use crate::app::access::may;
use crate::app::address::link;
use crate::app::components::{Icon, IconName, Time};
use crate::app::format;
use crate::model::{self, ProcessInfo};
use leptos::prelude::*;

/// One worker process: two lines of what it is, then its numbers.
#[component]
pub(super) fn ProcessRow(process: Memo<ProcessInfo>) -> impl IntoView {
    let of = move |part: fn(&ProcessInfo) -> String| move || process.with(part);
    let running_here = move || {
        let identity = process.with(|process| format::url_encode(&process.identity));
        format!("/running?process={identity}")
    };
    view! {
        <tr>
            <th scope="row">
                <a class="name" href=move || link(running_here()) title="What it runs">{of(|process| format::seen(&process.identity))}</a>
                <div class="second-line">{of(description)}</div>
            </th>
            <td class="nowrap">{move || process.with(state)}</td>
            <td class="nowrap">
                <meter
                    class="bar"
                    min="0"
                    max=of(|process| process.concurrency.max(1).to_string())
                    value=of(|process| process.busy.to_string())
                    aria-label="Busy threads"
                ></meter>
                " "
                {of(|process| format!("{} of {}", process.busy, process.concurrency))}
            </td>
            <td class="medium process-queues">{move || process.with(queues)}</td>
            <td class="num wide">{of(|process| known(process.rss_kib.map(format::kibibytes)))}</td>
            <td class="num wide">{of(|process| known(process.rtt_us.map(round_trip)))}</td>
            <td class="num wide">{move || process.with(|process| time(process.started_at))}</td>
            <td class="num medium">{move || process.with(|process| time(process.beat_at))}</td>
            <td class="actions"><Actions process/></td>
        </tr>
    }
}

/// Tag, labels and version in one line.
fn description(process: &ProcessInfo) -> String {
    let mut parts = Vec::new();
    if !process.tag.is_empty() {
        parts.push(process.tag.clone());
    }
    parts.extend(process.labels.iter().cloned());
    if !process.version.is_empty() {
        parts.push(process.version.clone());
    }
    if process.embedded {
        parts.push("embedded".to_owned());
    }
    format::seen(&parts.join(" · "))
}

fn known(value: Option<String>) -> String {
    value.unwrap_or_else(|| "–".to_owned())
}

/// A round trip to the store: `850 µs`, `12 ms`, `1.2 s`.
fn round_trip(microseconds: u64) -> String {
    match microseconds {
        0..1_000 => format!("{microseconds}\u{a0}µs"),
        1_000..1_000_000 => format!("{}\u{a0}ms", microseconds / 1_000),
        _ => format::duration(std::time::Duration::from_micros(microseconds).as_secs_f64()),
    }
}

fn time(at: Option<crate::model::Timestamp>) -> AnyView {
    match at {
        Some(at) => view! { <Time at=Signal::stored(at)/> }.into_any(),
        None => "–".into_any(),
    }
}

/// Whether it works, fetches no more, or is ending.
fn state(process: &ProcessInfo) -> AnyView {
    if process.stopping {
        view! { <span class="badge state-paused"><Icon name=IconName::Stop/>"stopping"</span> }
            .into_any()
    } else if process.quiet {
        view! { <span class="badge state-paused"><Icon name=IconName::Paused/>"quiet"</span> }
            .into_any()
    } else if process.busy > 0 {
        view! { <span class="badge state-running"><Icon name=IconName::Running/>"busy"</span> }
            .into_any()
    } else {
        view! { <span class="badge muted"><Icon name=IconName::Running/>"idle"</span> }.into_any()
    }
}

/// Its queues with their weights; by capsule where there are several.
fn queues(process: &ProcessInfo) -> AnyView {
    if process.capsules.len() > 1 {
        let capsules = process.capsules.iter();
        return capsules
            .map(|(name, concurrency, queues)| {
                view! {
                    <div class="capsule">
                        <span class="muted">{format::seen(name)}" ("{*concurrency}") "</span>
                        {queues.iter().map(|queue| chip(queue, 0)).collect_view()}
                    </div>
                }
            })
            .collect_view()
            .into_any();
    }
    let queues = process.queues.iter();
    queues
        .map(|(queue, weight)| chip(queue, *weight))
        .collect_view()
        .into_any()
}

fn chip(queue: &str, weight: u64) -> impl IntoView + use<> {
    view! {
        <a class="chip mono" href=link(format::queue_path(queue))>
            {format::seen(queue)}
            {(weight > 1).then(|| view! { <span class="muted" title="weight">" ×"{weight}</span> })}
        </a>
        " "
    }
}

/// Only what means something: an embedded process takes no signals, a quiet one needs no quieting. All lead to a question.
#[component]
fn Actions(process: Memo<ProcessInfo>) -> impl IntoView {
    let can_quiet = Memo::new(move |_| {
        process.with(|process| !process.embedded && !process.quiet && !process.stopping)
    });
    let takes_signals = Memo::new(move |_| process.with(|process| !process.embedded));
    let can_stop =
        Memo::new(move |_| process.with(|process| !process.embedded && !process.stopping));
    let link = move |signal: model::Signal, title: &'static str| {
        let identity = Memo::new(move |_| process.with(|process| process.identity.clone()));
        view! {
            <a
                class="button button-quiet button-small"
                class:button-danger=signal == model::Signal::Stop
                href=move || link(tell::href(signal, &identity.get()))
                title=title
                data-noscroll=""
            >
                <Icon name=tell::icon(signal)/>
                {tell::verb(signal)}
                "…"
                <span class="visually-hidden">" process "{move || identity.with(|identity| format::seen(identity))}</span>
            </a>
        }
    };
    let may_dump = may(model::Right::DumpThreads);
    let may_stop = may(model::Right::StopProcesses);
    view! {
        <div class="row-actions">
            <Show when=move || may_dump && takes_signals.get()>
                {link(model::Signal::Dump, "Writes what its threads do to its log")}
            </Show>
            <Show when=move || may_stop && can_quiet.get()>
                {link(model::Signal::Quiet, "Fetches no more jobs, finishes those it has; cannot be undone")}
            </Show>
            <Show when=move || may_stop && can_stop.get()>
                {link(model::Signal::Stop, "Ends it; cannot be undone")}
            </Show>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_trip_is_read_in_its_own_unit() {
        let text = |microseconds| round_trip(microseconds).replace('\u{a0}', " ");
        assert_eq!(text(850), "850 µs");
        assert_eq!(text(12_400), "12 ms");
        assert_eq!(text(1_200_000), "1.2 s");
    }

    #[test]
    fn a_description_leaves_out_what_is_not_known() {
        assert_eq!(description(&ProcessInfo::default()), "");
        let process = ProcessInfo {
            tag: "photos".to_owned(),
            version: "8.0.1".to_owned(),
            embedded: true,
            ..ProcessInfo::default()
        };
        assert_eq!(description(&process), "photos · 8.0.1 · embedded");
    }
}
