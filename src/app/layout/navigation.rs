//! The way to every page, each with its live count.

use crate::app::components::{Count, Icon, IconName, JobState};
use crate::app::live::use_live;
use crate::model::Overview;
use leptos::prelude::*;
use leptos_router::components::A;

/// A page of the navigation.
struct Place {
    href: &'static str,
    name: &'static str,
    icon: IconName,
    /// The state whose colour its count has.
    state: Option<JobState>,
    count: Option<fn(&Overview) -> u64>,
}

const PLACES: [Place; 7] = [
    Place {
        href: "/",
        name: "Overview",
        icon: IconName::Overview,
        state: None,
        count: None,
    },
    Place {
        href: "/queues",
        name: "Queues",
        icon: IconName::Enqueued,
        state: Some(JobState::Enqueued),
        count: Some(|overview| overview.enqueued),
    },
    Place {
        href: "/running",
        name: "Running",
        icon: IconName::Running,
        state: Some(JobState::Running),
        count: Some(|overview| overview.running),
    },
    Place {
        href: "/scheduled",
        name: "Scheduled",
        icon: IconName::Scheduled,
        state: Some(JobState::Scheduled),
        count: Some(|overview| overview.scheduled),
    },
    Place {
        href: "/retries",
        name: "Retries",
        icon: IconName::Retrying,
        state: Some(JobState::Retrying),
        count: Some(|overview| overview.retrying),
    },
    Place {
        href: "/dead",
        name: "Dead",
        icon: IconName::Dead,
        state: Some(JobState::Dead),
        count: Some(|overview| overview.dead),
    },
    Place {
        href: "/processes",
        name: "Processes",
        icon: IconName::Processes,
        state: None,
        count: Some(|overview| overview.processes),
    },
];

/// The way to every page, each with its live count.
#[component]
pub(super) fn Navigation() -> impl IntoView {
    let live = use_live();
    let places = PLACES
        .into_iter()
        .map(|place| {
            let count = place.count.map(|count| {
                let value = live.select(move |snapshot| count(&snapshot.overview));
                // Nothing to see is not worth a colour.
                let class = move || match place.state {
                    Some(state) if value.get() > 0 => format!("nav-count {}", state.class()),
                    _ => "nav-count".to_owned(),
                };
                view! {
                    <span class=class>
                        <Count value/>
                    </span>
                }
            });
            view! {
                <li>
                    <A href=place.href exact=place.href == "/">
                        <Icon name=place.icon/>
                        <span class="nav-name">{place.name}</span>
                        {count}
                    </A>
                </li>
            }
        })
        .collect_view();
    view! {
        <nav class="navigation" aria-label="Pages">
            <ul>{places}</ul>
        </nav>
    }
}
