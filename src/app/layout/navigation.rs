//! The way to every page, each with its live count.

use crate::app::access::may;
use crate::app::address::{link, use_path};
use crate::app::components::{Count, Icon, IconName, JobState};
use crate::app::format;
use crate::app::live::{queue_numbers, use_live};
use crate::model::{QueueSummary, Right, Snapshot};
use leptos::prelude::*;

/// Most queues that are shown by name.
const MOST_QUEUES: usize = 12;

/// The page of all stores, where there are several.
const STORES: &str = "/stores";
/// The page of all queues.
const QUEUES: &str = "/queues";

/// A page of the navigation.
struct Place {
    href: &'static str,
    name: &'static str,
    icon: IconName,
    /// The state whose colour its count has.
    state: Option<JobState>,
    count: Option<fn(&Snapshot) -> u64>,
    /// What it takes to see it, if not everybody may.
    right: Option<Right>,
}

const PLACES: [Place; 13] = [
    Place {
        href: "/",
        name: "Overview",
        icon: IconName::Overview,
        state: None,
        count: None,
        right: None,
    },
    Place {
        href: QUEUES,
        name: "Queues",
        icon: IconName::Enqueued,
        state: Some(JobState::Enqueued),
        count: Some(|snapshot| snapshot.overview.enqueued),
        right: None,
    },
    Place {
        href: "/running",
        name: "Running",
        icon: IconName::Running,
        state: Some(JobState::Running),
        count: Some(|snapshot| snapshot.overview.running),
        right: None,
    },
    Place {
        href: "/scheduled",
        name: "Scheduled",
        icon: IconName::Scheduled,
        state: Some(JobState::Scheduled),
        count: Some(|snapshot| snapshot.overview.scheduled),
        right: None,
    },
    Place {
        href: "/retries",
        name: "Retries",
        icon: IconName::Retrying,
        state: Some(JobState::Retrying),
        count: Some(|snapshot| snapshot.overview.retrying),
        right: None,
    },
    Place {
        href: "/dead",
        name: "Dead",
        icon: IconName::Dead,
        state: Some(JobState::Dead),
        count: Some(|snapshot| snapshot.overview.dead),
        right: None,
    },
    Place {
        href: "/failures",
        name: "Failures",
        icon: IconName::Failed,
        state: Some(JobState::Failed),
        count: Some(|snapshot| snapshot.failure_groups.unwrap_or(0)),
        right: None,
    },
    Place {
        href: "/alerts",
        name: "Alerts",
        icon: IconName::Alerts,
        state: Some(JobState::Failed),
        count: Some(unanswered_alerts),
        right: None,
    },
    Place {
        href: "/periodic",
        name: "Periodic",
        icon: IconName::Periodic,
        state: None,
        count: None,
        right: None,
    },
    Place {
        href: "/processes",
        name: "Processes",
        icon: IconName::Processes,
        state: None,
        count: Some(|snapshot| snapshot.overview.processes),
        right: None,
    },
    Place {
        href: "/operations",
        name: "Operations",
        icon: IconName::Operations,
        state: None,
        count: Some(running_operations),
        right: None,
    },
    Place {
        href: "/audit",
        name: "Audit",
        icon: IconName::Audit,
        state: None,
        count: None,
        right: Some(Right::ReadAudit),
    },
    Place {
        href: STORES,
        name: "All stores",
        icon: IconName::Stores,
        state: None,
        count: None,
        right: None,
    },
];

/// Whether the page at this path is that of this place, or one below it. The first page has none below it.
fn is_at(place: &str, path: &str) -> bool {
    let place = place.trim_end_matches('/');
    let below = path.trim_end_matches('/').strip_prefix(place);
    below.is_some_and(|below| below.is_empty() || (!place.is_empty() && below.starts_with('/')))
}

/// The list that a page is about, which every store has: `/queues` for `/queues/photos`. Nothing for the first page, and for what one store has
/// alone.
pub(super) fn list_of(path: &str) -> &'static str {
    // What is held has no place of its own here: it is told of on every page.
    let mut lists = PLACES.iter().map(|place| place.href).chain(["/holds"]);
    lists
        .find(|list| *list != "/" && is_at(list, path))
        .unwrap_or_default()
}

/// Alerts that fire, and to which nobody has said anything.
fn unanswered_alerts(snapshot: &Snapshot) -> u64 {
    let alerts = snapshot.alerts.iter();
    alerts.filter(|alert| !alert.is_quiet).count() as u64
}

/// Operations that are not over.
fn running_operations(snapshot: &Snapshot) -> u64 {
    let operations = snapshot.operations.iter();
    operations
        .filter(|operation| !operation.state.is_over())
        .count() as u64
}

/// The way to every page, each with its live count.
#[component]
pub(super) fn Navigation(
    /// Whether there are several stores.
    has_stores: bool,
) -> impl IntoView {
    let live = use_live();
    let path = use_path();
    let places = PLACES
        .into_iter()
        .filter(|place| place.right.is_none_or(may))
        .filter(|place| has_stores || place.href != STORES)
        .map(|place| {
            let count = place.count.map(|count| {
                let value = live.select(count);
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
            let href = place.href;
            let here = move || path.with(|path| is_at(href, path).then_some("page"));
            view! {
                <li>
                    <a href=link(place.href) aria-current=here>
                        <Icon name=place.icon/>
                        <span class="nav-name">{place.name}</span>
                        {count}
                    </a>
                    {(place.href == QUEUES).then(|| view! { <Queues/> })}
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

/// The largest queues, by name so that they hold still, and the way to all of them when there are more.
#[component]
fn Queues() -> impl IntoView {
    let live = use_live();
    let names = live.select(|snapshot| largest(&snapshot.overview.queues));
    let total = live.select(|snapshot| snapshot.overview.queues.len());
    let path = use_path();
    let item = move |name: String| {
        let numbers = queue_numbers(&name).summary;
        let size = Memo::new(move |_| numbers.with(|queue| queue.size));
        let paused = Memo::new(move |_| numbers.with(|queue| queue.paused));
        let class = move || {
            if size.get() > 0 {
                format!("nav-count {}", JobState::Enqueued.class())
            } else {
                "nav-count".to_owned()
            }
        };
        let href = format::queue_path(&name);
        // The router decodes what it can of an address.
        let places = [href.clone(), format!("{QUEUES}/{name}")];
        let here = move || path.with(|path| places.contains(path).then_some("page"));
        view! {
            <li>
                <a href=link(href) aria-current=here title=name.clone()>
                    <span class="nav-name">{format::seen(&name)}</span>
                    {move || {
                        paused
                            .get()
                            .then(|| {
                                view! {
                                    <span class=JobState::Paused.class()>
                                        <Icon name=IconName::Paused/>
                                        <span class="visually-hidden">"paused"</span>
                                    </span>
                                }
                            })
                    }}
                    <span class=class>
                        <Count value=size/>
                    </span>
                </a>
            </li>
        }
    };
    view! {
        <ul class="nav-queues">
            <For each=move || names.get() key=Clone::clone children=item/>
            {move || {
                let total = total.get();
                (total > MOST_QUEUES)
                    .then(|| {
                        let text = format!("all {} queues", format::count(total as u64));
                        view! {
                            <li>
                                <a class="nav-all" href=link(QUEUES)>{text}</a>
                            </li>
                        }
                    })
            }}
        </ul>
    }
}

/// The names of the largest queues, in order of the alphabet.
fn largest(queues: &[QueueSummary]) -> Vec<String> {
    let mut queues: Vec<&QueueSummary> = queues.iter().collect();
    queues.sort_by(|one, other| {
        let by_size = other.size.cmp(&one.size);
        by_size.then_with(|| one.name.cmp(&other.name))
    });
    queues.truncate(MOST_QUEUES);
    let mut names: Vec<String> = queues.into_iter().map(|queue| queue.name.clone()).collect();
    names.sort();
    names
}

#[cfg(test)]
mod tests {
    use super::{MOST_QUEUES, is_at, largest, list_of};
    use crate::model::QueueSummary;

    #[test]
    fn a_page_is_at_its_place_and_those_above_it() {
        for (place, path) in [
            ("/", "/"),
            ("/", ""),
            ("/queues", "/queues"),
            ("/queues", "/queues/"),
            ("/queues", "/queues/a%2Fb"),
        ] {
            assert!(is_at(place, path), "{place} {path}");
        }
        for (place, path) in [("/", "/queues"), ("/queues", "/"), ("/dead", "/deadly")] {
            assert!(!is_at(place, path), "{place} {path}");
        }
    }

    #[test]
    fn what_one_store_has_alone_leads_to_what_all_have() {
        for (path, list) in [
            ("/", ""),
            ("/dead", "/dead"),
            ("/queues/a%2Fb", "/queues"),
            ("/operations/12", "/operations"),
            ("/holds/new", "/holds"),
            ("/jobs/00ab", ""),
            ("/jobs", ""),
            ("/no/such/page", ""),
        ] {
            assert_eq!(list_of(path), list, "{path}");
        }
    }

    #[test]
    fn the_largest_queues_are_shown_in_a_steady_order() {
        let queues: Vec<QueueSummary> = (0_u64..30)
            .map(|number| QueueSummary {
                name: format!("q{number:02}"),
                size: if number % 2 == 0 { number } else { 0 },
                ..QueueSummary::default()
            })
            .collect();
        let names = largest(&queues);
        assert_eq!(names.len(), MOST_QUEUES);
        assert_eq!(names.first().map(String::as_str), Some("q06"));
        assert_eq!(names.last().map(String::as_str), Some("q28"));
        assert!(names.is_sorted());
        assert!(largest(&[]).is_empty());
    }
}
