//! The places of a job id that stands in several.

use super::JobView;
use super::address::pick_path;
use crate::app::address::link;
use crate::app::components::{JobState, StateBadge, Time};
use crate::app::format;
use crate::model::{JobDetail, JobLocation, Place, Whereabouts};
use leptos::prelude::*;

/// The places to choose from; nothing when there is one.
pub(super) fn places(job: JobView) -> AnyView {
    // Only what is shown of them: the rest changes more often.
    let rows = Memo::new(move |_| {
        job.sight.with(|sight| {
            sight
                .detail()
                .map(|detail| rows(detail, job))
                .unwrap_or_default()
        })
    });
    (move || {
        let rows = rows.get();
        (rows.len() > 1).then(|| {
            let count = format::count(rows.len() as u64);
            let items = rows.into_iter().map(item).collect_view();
            view! {
                <nav class="job-places" aria-label="Places of this job id">
                    <p>{count} " entries have this job id:"</p>
                    <ul>{items}</ul>
                </nav>
            }
            .into_any()
        })
    })
    .into_any()
}

#[derive(Clone, Debug, PartialEq)]
struct Row {
    href: String,
    is_shown: bool,
    state: JobState,
    place: String,
    at: Option<crate::model::Timestamp>,
}

fn rows(detail: &JobDetail, job: JobView) -> Vec<Row> {
    let shown = job.address.with(|address| address.chosen(detail));
    let row = |(index, location): (usize, &JobLocation)| {
        let entry = &location.entry;
        let (state, place, at) = match &location.whereabouts {
            Whereabouts::Running(run) => (JobState::Running, run.process.clone(), run.started_at()),
            Whereabouts::Stored => {
                let place = match &entry.id.place {
                    Place::Queue(name) => format!("queue {name}"),
                    Place::Set(_) => String::new(),
                };
                let at = entry.at.or(entry.enqueued_at);
                (JobState::of_place(&entry.id.place), place, at)
            }
        };
        Row {
            href: pick_path(&detail.jid, &entry.id),
            is_shown: index == shown,
            state,
            place: crate::model::visible_start(&place, 100),
            at,
        }
    };
    detail.locations.iter().enumerate().map(row).collect()
}

fn item(row: Row) -> AnyView {
    let current = row.is_shown.then_some("true");
    let at = row.at.map(|at| view! { <Time at=at/> });
    view! {
        <li>
            <a href=link(row.href) aria-current=current>
                <StateBadge state=row.state/>
                <span>{row.place}</span>
                {at}
            </a>
        </li>
    }
    .into_any()
}
