//! What failed last.

use crate::app::address::link;
use crate::app::components::{JobState, StateBadge, Still, StillNote, Time, Touch, entry_path};
use crate::app::format;
use crate::app::live::use_live;
use crate::app::pages::failures::row::named;
use crate::model::JobEntry;
use leptos::prelude::*;

/// The entries of the retry and dead sets that failed last, with their errors.
#[component]
pub(super) fn LatestFailures() -> impl IntoView {
    let live = use_live();
    // A failure a second would put another job under the pointer between two looks.
    let touch = Touch::new();
    let (failures, differs) = touch.hold(live.select(|snapshot| snapshot.failures.clone()));
    let none = Memo::new(move |_| failures.with(Vec::is_empty));
    view! {
        <section class="panel" aria-labelledby="failures-title">
            <div class="panel-head">
                <h2 id="failures-title">"Failed last"</h2>
                <span class="panel-note">"waiting for a retry, or dead"</span>
                <StillNote differs/>
                <span class="panel-more">
                    <a href=link("/failures")>"By cause"</a>
                    " · "
                    <a href=link("/retries")>"Retries"</a>
                    " · "
                    <a href=link("/dead")>"Dead"</a>
                </span>
            </div>
            <Show
                when=move || !none.get()
                fallback=|| view! { <p class="empty-small">"No job waits for a retry, and none is dead."</p> }
            >
                <Still touch>
                    <ul class="failures">
                        <For each=move || failures.get() key=|entry| entry.id.to_string() let:entry>
                            <Failure entry/>
                        </For>
                    </ul>
                </Still>
            </Show>
        </section>
    }
}

#[component]
fn Failure(entry: JobEntry) -> impl IntoView {
    let failed_at = entry.retried_at.max(entry.failed_at);
    let state = JobState::of_place(&entry.id.place);
    let tries = match (state, entry.retry_count) {
        (JobState::Dead, _) => String::new(),
        (_, Some(count)) => format!("retry {}", count.saturating_add(1)),
        (_, None) => String::new(),
    };
    let class = named(&entry.class);
    let href = entry_path(&entry);
    view! {
        <li class="failure">
            <span class="failure-state"><StateBadge state/></span>
            <a class="name failure-job" href=link(href)>{class}</a>
            <a class="chip mono failure-queue" href=link(format::queue_path(&entry.queue))>{format::seen(&entry.queue)}</a>
            <span class="failure-error cut">
                <span class="mono state-failed">{entry.error_class.as_deref().map(format::seen)}</span>
                " "
                {entry.error_message.as_deref().map(format::seen)}
            </span>
            <span class="failure-tries muted nowrap">{tries}</span>
            <span class="failure-time">
                {failed_at.map(|at| view! { <Time at=Signal::stored(at)/> })}
            </span>
        </li>
    }
}
