//! Every queue with its depth, latency and trend.

use crate::app::access::may;
use crate::app::address::link;
use crate::app::components::QueueRow;
use crate::app::format;
use crate::app::live::use_live;
use crate::model::Right;
use leptos::prelude::*;

/// Every queue with its depth, latency and trend, by name.
#[component]
pub(super) fn QueueList() -> impl IntoView {
    let live = use_live();
    let names = live.select(|snapshot| {
        snapshot
            .overview
            .queues
            .iter()
            .map(|queue| queue.name.clone())
            .collect::<Vec<_>>()
    });
    let none = Memo::new(move |_| names.with(Vec::is_empty));
    view! {
        <section class="panel" aria-labelledby="queues-title">
            <div class="panel-head">
                <h2 id="queues-title">"Queues"</h2>
                <span class="panel-note">{move || format::counted(names.with(|names| names.len() as u64), "queue", "queues")}</span>
                <a class="panel-more" href=link("/queues")>
                    {if may(Right::PauseQueues) { "Pause, clear, sort" } else { "All queues" }}
                </a>
            </div>
            <Show
                when=move || !none.get()
                fallback=|| view! { <p class="empty-small">"No queue holds a job, and none ever did."</p> }
            >
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">"Queue"</th>
                            <th scope="col" class="num">"Size"</th>
                            <th scope="col" class="num">"Latency"</th>
                            <th scope="col" class="trend">"Last 10 min"</th>
                        </tr>
                    </thead>
                    <tbody>
                        <For each=move || names.get() key=String::clone let:name>
                            <QueueRow name/>
                        </For>
                    </tbody>
                </table>
            </Show>
        </section>
    }
}
