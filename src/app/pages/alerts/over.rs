//! Alerts that are over.

use crate::api::AlertsView;
use crate::app::components::{SeverityBadge, Time, queue_chip};
use crate::app::format;
use crate::model::AlertEpisode;
use leptos::prelude::*;

/// Those that were over last, the newest first.
#[component]
pub(super) fn Over(known: Memo<Option<AlertsView>>) -> impl IntoView {
    let episodes = super::list(known, |view| &view.episodes);
    let none = Memo::new(move |_| episodes.with(Vec::is_empty));
    view! {
        <Show when=move || !none.get()>
            <h2 class="alerts-title">"Over lately"</h2>
            <div class="table-scroll">
                <table class="table alert-rules">
                    <thead>
                        <tr>
                            <th scope="col">"Alert"</th>
                            <th scope="col">"Fired"</th>
                            <th scope="col">"For"</th>
                            <th scope="col">"Over"</th>
                        </tr>
                    </thead>
                    <tbody>
                        {move || episodes.with(|episodes| {
                            episodes.iter().map(episode).collect_view()
                        })}
                    </tbody>
                </table>
            </div>
        </Show>
    }
}

fn episode(episode: &AlertEpisode) -> impl IntoView + use<> {
    let AlertEpisode {
        rule,
        queue,
        severity,
        fired_at,
        resolved_at,
        acknowledged,
        is_forgotten,
        ..
    } = episode.clone();
    let queue = (!queue.is_empty()).then(|| {
        view! { " " {queue_chip(&queue)} }
    });
    let known = acknowledged.map(|known| {
        let reason = known.reason.map(|reason| format!(": {reason}"));
        view! { <div class="second-line">"acknowledged by " {known.by} {reason}</div> }
    });
    let lasted = (resolved_at.seconds() - fired_at.seconds())
        .max(0.0)
        .floor();
    let forgotten = is_forgotten.then(|| {
        view! { <div class="second-line">"no Jobdeck has its rule any more"</div> }
    });
    view! {
        <tr>
            <th scope="row">
                <SeverityBadge severity=Signal::stored(severity)/> " "
                <span class="name">{rule}</span> {queue} {known}
            </th>
            <td class="nowrap"><Time at=Signal::stored(fired_at)/></td>
            <td class="nowrap">{format::duration(lasted)}</td>
            <td class="nowrap"><Time at=Signal::stored(resolved_at)/> {forgotten}</td>
        </tr>
    }
}
