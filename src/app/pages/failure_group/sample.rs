//! What a bounded number of a group's entries have in common, and some of them.

use super::super::{failures::row::share, job::trace_html};
use crate::app::address::link;
use crate::app::components::{JobState, StateBadge, Time, entry_path, queue_chip};
use crate::app::format;
use crate::model::{Distribution, GroupDetail, GroupSample, JobEntry};
use leptos::prelude::*;

/// Some jobs of the group.
#[component]
pub(super) fn Samples(detail: Memo<GroupDetail>) -> impl IntoView {
    let sample = Memo::new(move |_| detail.with(|detail| detail.sample.entries.clone()));
    view! {
        <section class="panel" aria-labelledby="samples-title">
            <div class="panel-head">
                <h2 id="samples-title">"Samples"</h2>
                <span class="panel-note">"failed last first"</span>
            </div>
            <div class="table-scroll">
                <table class="table group-samples">
                    <thead>
                        <tr>
                            <th scope="col">"Job"</th>
                            <th scope="col" class="medium">"State"</th>
                            <th scope="col" class="medium">"Queue"</th>
                            <th scope="col">"Failed"</th>
                        </tr>
                    </thead>
                    <tbody>
                        <For each=move || sample.get() key=|entry| entry.id.to_string() children=row/>
                    </tbody>
                </table>
            </div>
        </section>
    }
}

#[expect(clippy::needless_pass_by_value, reason = "a row owns what it shows")]
fn row(entry: JobEntry) -> impl IntoView {
    let failed_at = entry.retried_at.max(entry.failed_at).or(entry.at);
    let name = if entry.jid.is_empty() {
        "(no jid)".to_owned()
    } else {
        format::seen(&entry.jid)
    };
    view! {
        <tr>
            <th scope="row" class="grow cut">
                <a class="name" href=link(entry_path(&entry))>{name}</a>
                " "
                <span class="mono muted">{format::seen(&entry.args)}</span>
                <div class="second-line cut">{entry.error_message.as_deref().map(format::seen)}</div>
            </th>
            <td class="medium nowrap"><StateBadge state=JobState::of_place(&entry.id.place)/></td>
            <td class="medium nowrap">
                {queue_chip(&entry.queue)}
            </td>
            <td class="nowrap">{failed_at.map(|at| view! { <Time at=Signal::stored(at)/> })}</td>
        </tr>
    }
}

/// The trace of the first of them that has one.
#[component]
pub(super) fn Trace(detail: Memo<GroupDetail>) -> impl IntoView {
    let html = Memo::new(move |_| {
        detail.with(|detail| {
            let trace = &detail.sample.trace;
            if trace.is_empty() {
                String::new()
            } else {
                trace_html(trace)
            }
        })
    });
    let none = Memo::new(move |_| html.with(String::is_empty));
    view! {
        <section class="panel" aria-labelledby="trace-title">
            <div class="panel-head"><h2 id="trace-title">"Sample trace"</h2></div>
            <Show
                when=move || !none.get()
                fallback=|| {
                    view! {
                        <p class="empty-small">
                            "No trace is stored. Sidekiq keeps one for jobs with "
                            <code>"backtrace: true"</code> " (or a number of lines)."
                        </p>
                    }
                }
            >
                <div inner_html=move || html.get()></div>
            </Show>
        </section>
    }
}

/// Which values the arguments of a sample have, how often its jobs have failed, and where.
#[component]
pub(super) fn Distributions(detail: Memo<GroupDetail>) -> impl IntoView {
    let sample = Memo::new(move |_| {
        detail.with(|detail| GroupSample {
            entries: Vec::new(),
            trace: Vec::new(),
            ..detail.sample.clone()
        })
    });
    view! {
        <section class="panel" aria-labelledby="values-title">
            <div class="panel-head">
                <h2 id="values-title">"What they have in common"</h2>
                <span class="panel-note">
                    {move || {
                        sample.with(|sample| {
                            format!("of {} looked at", format::counted(sample.looked_at, "job", "jobs"))
                        })
                    }}
                </span>
            </div>
            {move || sample.with(lists)}
        </section>
    }
}

fn lists(sample: &GroupSample) -> AnyView {
    let arguments = sample
        .arguments
        .iter()
        .map(|argument| {
            let title = match argument.name.split_once('.') {
                Some((position, name)) => format!("{name} (argument {position})"),
                None => format!("Argument {}", argument.name),
            };
            values(&title, argument, sample.looked_at)
        })
        .collect_view();
    let hosts = (sample.hosts.known > 0).then(|| values("Host", &sample.hosts, sample.looked_at));
    view! {
        <div class="distributions">
            {arguments}
            {values("Failures of a job", &sample.attempts, sample.looked_at)}
            {hosts}
        </div>
    }
    .into_any()
}

/// The most frequent values as lines with their share.
fn values(title: &str, distribution: &Distribution, looked_at: u64) -> AnyView {
    let is_shared = distribution.different < distribution.known || distribution.different == 1;
    if !is_shared && distribution.known > 0 {
        // Each value once: there is nothing in common, and no use in reading them.
        return view! {
            <div class="distribution">
                <h3>{format::seen(title)}</h3>
                <p class="muted">{format!("{} different values", format::count(distribution.different))}</p>
            </div>
        }
        .into_any();
    }
    let rows = distribution
        .values
        .iter()
        .map(|(value, count)| {
            let percent = count.saturating_mul(100) / looked_at.max(1);
            view! {
                <li>
                    <span class="num">{share(*count, looked_at)}</span>
                    <meter class="bar" min="0" max="100" value=percent.to_string() aria-hidden="true"></meter>
                    <code class="cut">{format::seen(value)}</code>
                </li>
            }
        })
        .collect_view();
    let shown = distribution.values.len() as u64;
    let more = (distribution.different > shown).then(|| {
        let more = distribution.different - shown;
        let text = format!(
            "and {}",
            format::counted(more, "other value", "other values")
        );
        view! { <li class="muted">{text}</li> }
    });
    view! {
        <div class="distribution">
            <h3>{format::seen(title)}</h3>
            <ul>{rows} {more}</ul>
        </div>
    }
    .into_any()
}
