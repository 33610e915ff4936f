//! What a periodic job enqueues, and what it has enqueued.

use super::view::{NOT_HELD, missed_in_words};
use crate::app::address::link;
use crate::app::components::{Time, UtcTime};
use crate::app::format;
use crate::model::{PeriodicInfo, PeriodicRun};
use leptos::prelude::*;

/// A row below the job's own, with its settings, and its history when it has been read.
#[component]
pub(super) fn Details(
    job: Memo<PeriodicInfo>,
    runs: Memo<Option<Vec<PeriodicRun>>>,
) -> impl IntoView {
    let of = move |part: fn(&PeriodicInfo) -> String| move || job.with(part);
    let tags = move || {
        job.with(|job| {
            (!job.tags.is_empty()).then(|| {
                let tags = job.tags.join(", ");
                view! {
                    <div>
                        <dt>"Tags"</dt>
                        <dd>{tags}</dd>
                    </div>
                }
            })
        })
    };
    let since = move || match job.with(|job| (job.held, job.registered_at)) {
        (true, Some(at)) => view! { <Time at=Signal::stored(at)/> }.into_any(),
        (true, None) => ().into_any(),
        (false, _) => NOT_HELD.into_any(),
    };
    view! {
        <tr class="periodic-details">
            <td colspan="6">
                <div class="periodic-columns">
                    <section class="panel">
                        <div class="panel-head"><h2>"What it enqueues"</h2></div>
                        <dl class="facts">
                            <div>
                                <dt>"Arguments"</dt>
                                <dd class="mono">{of(|job| job.args.clone())}</dd>
                            </div>
                            <div>
                                <dt>"Retries"</dt>
                                <dd class="mono">{of(|job| job.retry.clone())}</dd>
                            </div>
                            {tags}
                            <div>
                                <dt>"Missed ticks"</dt>
                                <dd>{of(|job| missed_in_words(&job.missed).to_owned())}</dd>
                            </div>
                            <div>
                                <dt>"Configured"</dt>
                                <dd>{since}</dd>
                            </div>
                        </dl>
                    </section>
                    <section class="panel">
                        <div class="panel-head">
                            <h2>"What it has enqueued"</h2>
                            <span class="panel-note">"newest first, the last 50"</span>
                        </div>
                        {move || runs.get().map(history)}
                    </section>
                </div>
            </td>
        </tr>
    }
}

fn history(runs: Vec<PeriodicRun>) -> AnyView {
    if runs.is_empty() {
        return view! { <p class="empty-small">"Nothing yet."</p> }.into_any();
    }
    let rows = runs
        .into_iter()
        .map(|run| {
            let href = format::job_path(&run.jid);
            let tick = match run.tick {
                Some(tick) => view! { <UtcTime at=Signal::stored(tick)/> }.into_any(),
                None => view! { <span class="muted">"by hand"</span> }.into_any(),
            };
            view! {
                <tr>
                    <td class="nowrap">{tick}</td>
                    <td class="nowrap"><Time at=Signal::stored(run.enqueued_at)/></td>
                    <td class="nowrap"><a class="mono" href=link(href)>{run.jid}</a></td>
                    <td class="periodic-by mono muted">{run.by}</td>
                </tr>
            }
        })
        .collect_view();
    // It can be reached and moved by the keyboard, whatever is in it.
    view! {
        <div class="periodic-history" tabindex="0" role="region" aria-label="History">
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">"For"</th>
                        <th scope="col">"Enqueued"</th>
                        <th scope="col">"Job"</th>
                        <th scope="col">"By"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}
