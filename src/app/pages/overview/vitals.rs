//! The totals, one cell a state, each leading to its page.

use crate::app::address::link;
use crate::app::components::{Count, Icon, IconName, JobState};
use crate::app::live::use_live;
use crate::model::Overview;
use leptos::prelude::*;

/// A total.
struct Vital {
    /// The state whose jobs it counts; nothing for the processes.
    state: Option<JobState>,
    name: &'static str,
    href: Option<&'static str>,
    value: fn(&Overview) -> u64,
}

const VITALS: [Vital; 8] = [
    Vital {
        state: Some(JobState::Enqueued),
        name: "Enqueued",
        href: Some("/queues"),
        value: |overview| overview.enqueued,
    },
    Vital {
        state: Some(JobState::Running),
        name: "Running",
        href: Some("/running"),
        value: |overview| overview.running,
    },
    Vital {
        state: Some(JobState::Scheduled),
        name: "Scheduled",
        href: Some("/scheduled"),
        value: |overview| overview.scheduled,
    },
    Vital {
        state: Some(JobState::Retrying),
        name: "Retries",
        href: Some("/retries"),
        value: |overview| overview.retrying,
    },
    Vital {
        state: Some(JobState::Dead),
        name: "Dead",
        href: Some("/dead"),
        value: |overview| overview.dead,
    },
    Vital {
        state: Some(JobState::Processed),
        name: "Processed",
        href: None,
        value: |overview| overview.processed,
    },
    Vital {
        state: Some(JobState::Failed),
        name: "Failed",
        href: None,
        value: |overview| overview.failed,
    },
    Vital {
        state: None,
        name: "Processes",
        href: Some("/processes"),
        value: |overview| overview.processes,
    },
];

/// The totals, one cell a state.
#[component]
pub(super) fn Vitals() -> impl IntoView {
    let live = use_live();
    let concurrency = live.select(|snapshot| snapshot.overview.concurrency);
    let processes = live.select(|snapshot| snapshot.overview.processes);
    let cells = VITALS
        .into_iter()
        .map(|vital| {
            let value = live.select(move |snapshot| (vital.value)(&snapshot.overview));
            let number_class = move || {
                if value.get() == 0 {
                    "vital-number zero"
                } else {
                    "vital-number"
                }
            };
            let extra = match vital.state {
                Some(JobState::Running) => Some(
                    view! {
                        <span class="vital-extra">
                            {move || match (processes.get(), concurrency.get()) {
                                (0, _) => "no process".to_owned(),
                                (_, threads) => format!("of {threads}"),
                            }}
                        </span>
                    }
                    .into_any(),
                ),
                Some(JobState::Processed | JobState::Failed) => {
                    Some(view! { <span class="vital-extra">"in all"</span> }.into_any())
                }
                _ => None,
            };
            let inside = view! {
                <span class="vital-name">
                    <Icon name=vital.state.map_or(IconName::Processes, JobState::icon)/>
                    {vital.name}
                </span>
                <span class=number_class>
                    <Count value/>
                    {extra}
                </span>
            };
            let class = format!("vital {}", vital.state.map_or("", JobState::class));
            let cell = match vital.href {
                Some(href) => view! { <a class=class href=link(href)>{inside}</a> }.into_any(),
                None => view! { <div class=class>{inside}</div> }.into_any(),
            };
            view! { <li>{cell}</li> }
        })
        .collect_view();
    view! { <ul class="vitals" aria-label="Totals">{cells}</ul> }
}
