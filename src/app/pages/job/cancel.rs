//! Asking the job's run to end.

use super::JobView;
use super::address::pick_path;
use crate::app::address::use_own_search;
use crate::app::components::{CancelLink, CancelQuestion, Time, cancel_asked, cancel_query};
use crate::app::format;
use crate::model::{Timestamp, Whereabouts};
use leptos::prelude::*;

/// What is shown of a run here: the rest changes more often, or is large.
#[derive(Clone, Debug, PartialEq)]
struct Run {
    jid: String,
    owner_gone: bool,
    foreign: bool,
    rescuer: &'static str,
    cancel_requested_at: Option<Timestamp>,
}

/// What can be done to a run, in words and with a link: ask it to end, or wait for what follows by itself.
pub(super) fn actions(job: JobView) -> AnyView {
    let run = Memo::new(move |_| {
        job.location.with(|location| {
            let location = location.as_ref().filter(|_| job.is_running.get())?;
            match &location.whereabouts {
                Whereabouts::Running(run) => Some(Run {
                    jid: run.jid.clone(),
                    owner_gone: run.owner_gone,
                    foreign: run.foreign,
                    rescuer: run.rescuer(),
                    cancel_requested_at: run.cancel_requested_at,
                }),
                Whereabouts::Stored => None,
            }
        })
    });
    let href = Signal::derive(move || {
        let address = job.address.get();
        let pick = (!address.pick.is_empty()).then_some(("pick", address.pick.as_str()));
        let jid = job.jid.get();
        format::job_path_with(&jid, &cancel_query(pick, &jid))
    });
    (move || {
        let run = run.get()?;
        let view = if run.owner_gone {
            view! {
                <p class="muted">
                    {format!(
                        "Nobody runs it: its process has no heartbeat any more. It is safe, and put back to its queue {}. Then it can be moved or \
                         deleted.",
                        run.rescuer,
                    )}
                </p>
            }
            .into_any()
        } else if let Some(at) = run.cancel_requested_at {
            view! {
                <p class="muted">
                    <span class="state-paused">"Asked to end " <Time at=at/> "."</span>
                    {if run.foreign {
                        " In Sidekiq only an iterable job obeys."
                    } else {
                        " It is aborted when it does not end by itself."
                    }}
                </p>
            }
            .into_any()
        } else {
            let link = (!run.jid.is_empty()).then(|| view! { <CancelLink href what=run.jid.clone()/> });
            view! {
                {link}
                <p class="muted">
                    {if run.foreign {
                        "Asks the job to end. It runs in Sidekiq, where only an iterable job obeys."
                    } else {
                        "Asks the job to end. One that does not is aborted after a while. It goes to the dead set, so it is not lost."
                    }}
                </p>
            }
            .into_any()
        };
        Some(view)
    })
    .into_any()
}

/// Asks when the address says so.
pub(super) fn question(job: JobView) -> AnyView {
    let search = use_own_search();
    // The address of the page names the job; the question names it too, so that no other is meant.
    let asked = Memo::new(move |_| {
        let asked = search.with(|search| cancel_asked(search))?;
        job.address
            .with(|address| address.jid == asked)
            .then_some(asked)
    });
    let run = Memo::new(move |_| {
        job.location.with(|location| {
            let location = location.as_ref()?;
            let foreign = matches!(&location.whereabouts, Whereabouts::Running(run) if run.foreign);
            Some((location.entry.class.clone(), foreign))
        })
    });
    let class = Signal::derive(move || run.get().unwrap_or_default().0);
    let foreign = Signal::derive(move || run.get().unwrap_or_default().1);
    (move || {
        asked.get().map(|jid| {
            let pick = job
                .address
                .with_untracked(|address| address.pick.parse().ok());
            let back = match pick {
                Some(id) => pick_path(&jid, &id),
                None => format::job_path(&jid),
            };
            let action = job.cancel;
            view! { <CancelQuestion jid class foreign back action/> }
        })
    })
    .into_any()
}
