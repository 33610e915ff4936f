//! The page of a job that is not to be found, and the one that asks which job.

use super::JobView;
use super::report;
use super::sight::Search;
use crate::app::address::link;
use crate::app::components::PageTitle;
use crate::app::format;
use crate::model::visible_start;
use leptos::prelude::*;

/// The page of a job that is not to be found.
pub(super) fn nowhere(job: JobView, search: Search) -> AnyView {
    let address = job.address.get();
    let title = if address.jid.is_empty() {
        "This entry is not there any more.".to_owned()
    } else {
        format!("No job has the id {}.", visible_start(&address.jid, 100))
    };
    let far = match (address.jid.is_empty(), search.is_cut_off()) {
        (true, _) => "It was taken out of its place: run, moved or deleted. Without a job id it cannot be found again.".to_owned(),
        (false, false) => format!(
            "All {} of queues and sets were looked at, and what the processes run.",
            format::counted(search.total, "entry", "entries")
        ),
        (false, true) => format!(
            "The search was cut off: {} of {} entries were looked at. It may still be among the others.",
            format::count(search.scanned),
            format::count(search.total)
        ),
    };
    view! {
        <PageTitle title="No such job"/>
        <div class="empty job-nowhere">
            <p class="empty-title">{title}</p>
            <p>{far}</p>
            <p>
                "A job that has finished leaves no trace: it is taken out of its queue, and nothing is kept of it. The same is true of one that was deleted."
                {move || {
                    let is_told = job.report.with(Option::is_some);
                    is_told.then_some(" What it has told of itself is kept for some time; it stands below.")
                }}
            </p>
            <p>
                "Look at what " <a href=link("/running")>"runs"</a> ", what waits for its "
                <a href=link("/retries")>"next try"</a> " or " <a href=link("/scheduled")>"time"</a> ", and what is "
                <a href=link("/dead")>"dead"</a> "; each list can be filtered by class, error or text."
            </p>
        </div>
        {ask(address.jid)}
        <div class="job-told">{report::progress(job)} {report::log(job)}</div>
    }
    .into_any()
}

/// The page that asks which job.
pub(super) fn which() -> AnyView {
    view! {
        <PageTitle title="Find a job"/>
        <p class="muted">"By its job id (jid): 24 digits and letters, as logs and error reports have it."</p>
        {ask(String::new())}
    }
    .into_any()
}

fn ask(jid: String) -> AnyView {
    view! {
        <form class="job-find" role="search" aria-label="Job id" action=link("/jobs") method="get">
            <label class="field">
                <span class="field-label">"Job id"</span>
                <input class="mono" name="jid" value=jid required autocomplete="off" spellcheck="false"/>
            </label>
            <button class="button" type="submit">"Find"</button>
        </form>
    }
    .into_any()
}
