//! Every queue.

mod clear;
mod order;

use crate::api::{ClearQueue, SetQueuePaused};
use crate::app::access::may;
use crate::app::address::{self, link, use_own_search};
use crate::app::components::{
    ActionForm, ActionNotice, Count, Headline, Icon, IconName, JobState, PageTitle, QueueRow,
    SortHeading, Still, Touch, Unknown, done,
};
use crate::app::format;
use crate::app::live::{queue_numbers, use_live};
use crate::model::Right;
use clear::ConfirmClear;
use leptos::prelude::*;
use order::{QueueSorting, SortKey, confirm_address, sorted_names, sorting};

/// Seconds between two orderings of a list that is sorted by something that changes.
const REORDER_SECONDS: i64 = 5;

/// Every queue: size, latency, trend; pause, resume and clear.
#[component]
pub fn QueuesPage() -> impl IntoView {
    let search = use_own_search();
    let pause = ServerAction::<SetQueuePaused>::new();
    let clear = ServerAction::<ClearQueue>::new();
    let sorting = Memo::new(move |_| {
        search.with(|search| {
            let value = |name| address::value(search, name);
            sorting(value("sort").as_deref(), value("order").as_deref())
        })
    });
    let touch = Touch::new();
    let names = ordered_names(sorting, touch);
    let none = Memo::new(move |_| names.with(Vec::is_empty));
    let heading = move |title: &'static str, class: &'static str, key: SortKey| {
        let descending = Memo::new(move |_| {
            let sorting = sorting.get();
            (sorting.key == key).then_some(sorting.descending)
        });
        let href = Memo::new(move |_| key.href(descending.get()));
        view! { <SortHeading title class descending href/> }
    };
    view! {
        <PageTitle title="Queues">
            <Summary/>
        </PageTitle>
        <ActionNotice value=pause.value() done=String::clone/>
        <ActionNotice value=done(*clear) done=ToString::to_string/>
        <Show
            when=move || !none.get()
            fallback=Nothing
        >
            <Still touch class="table-scroll">
                <table class="table queues-table">
                    <thead>
                        <tr>
                            {heading("Queue", "", SortKey::Name)}
                            {heading("Size", "num", SortKey::Size)}
                            {heading("Latency", "num", SortKey::Latency)}
                            <th scope="col" class="trend medium">"Last 10 min"</th>
                            <th scope="col" class="actions">
                                <span class="visually-hidden">"Actions"</span>
                            </th>
                        </tr>
                    </thead>
                    <tbody>
                        <For each=move || names.get() key=String::clone let:name>
                            <QueueRow name=name.clone() with_less_room=true>
                                <QueueActions name pause sorting/>
                            </QueueRow>
                        </For>
                    </tbody>
                </table>
            </Still>
        </Show>
        <ConfirmClear action=clear sorting/>
    }
}

/// The number that matters: how many jobs wait.
#[component]
fn Summary() -> impl IntoView {
    let live = use_live();
    let enqueued = live.select(|snapshot| snapshot.overview.enqueued);
    let queues = live.select(|snapshot| snapshot.overview.queues.len() as u64);
    let latency = live.select(|snapshot| {
        let latencies = snapshot
            .overview
            .queues
            .iter()
            .map(|queue| queue.latency_seconds);
        format::duration(latencies.fold(0.0, f64::max))
    });
    view! {
        <Headline>
            <strong class=JobState::Enqueued.class()><Count value=enqueued/></strong>
            {move || if enqueued.get() == 1 { " job in " } else { " jobs in " }}
            {move || format::counted(queues.get(), "queue", "queues")}
            ", longest wait "
            {move || latency.get()}
        </Headline>
    }
}

/// The queues' names in the order asked for. A list that is being read or pointed at does not jump: by changing numbers it is ordered
/// every few seconds only, and not at all while somebody is at it.
fn ordered_names(sorting: Memo<QueueSorting>, touch: Touch) -> Memo<Vec<String>> {
    let live = use_live();
    let snapshot = live.snapshot();
    let set_of_names = live.select(|snapshot| {
        let queues = snapshot.overview.queues.iter();
        queues.map(|queue| queue.name.clone()).collect::<Vec<_>>()
    });
    let tick = Memo::new(move |last: Option<&i64>| {
        let now = live.now().0 / 1000 / REORDER_SECONDS;
        match last {
            Some(last) if touch.get() => *last,
            _ => now,
        }
    });
    Memo::new(move |_| {
        // Read, not only tracked: a memo that nobody reads never learns that it changed.
        set_of_names.with(|_| ());
        let sorting = sorting.get();
        if sorting.key != SortKey::Name {
            tick.get();
        }
        snapshot.with_untracked(|snapshot| sorted_names(&snapshot.overview.queues, sorting))
    })
}

#[component]
fn QueueActions(
    name: String,
    pause: ServerAction<SetQueuePaused>,
    sorting: Memo<QueueSorting>,
) -> impl IntoView {
    let summary = queue_numbers(&name).summary;
    let paused = Memo::new(move |_| summary.with(|queue| queue.paused));
    let of_queue = StoredValue::new(format::seen(&format!(" queue {name}")));
    let encoded = format::url_encode(&name);
    let confirm = move || confirm_address(sorting.get(), &encoded);
    view! {
        {may(Right::PauseQueues).then(|| view! {
            <div class="row-actions">
            <ActionForm action=pause>
                <input type="hidden" name="queue" value=name/>
                <input type="hidden" name="paused" value=move || (!paused.get()).to_string()/>
                <button class="button button-quiet button-small" type="submit" disabled=move || pause.pending().get()>
                    {move || {
                        let name = if paused.get() { IconName::Running } else { IconName::Paused };
                        view! { <Icon name/> }
                    }}
                    <span class="action-word">{move || if paused.get() { "Resume" } else { "Pause" }}</span>
                    <span class="visually-hidden">{of_queue.get_value()}</span>
                </button>
            </ActionForm>
            <a
                class="button button-quiet button-small button-danger"
                href=move || link(confirm())
                data-noscroll=""
                title="Delete the queue with all its jobs"
            >
                <Icon name=IconName::Delete/>
                <span class="action-word">"Clear…"</span>
                <span class="visually-hidden">{of_queue.get_value()}</span>
            </a>
        </div>
            })}
    }
}

/// No queue is there, or none is known.
#[component]
fn Nothing() -> impl IntoView {
    let known = use_live().is_known();
    view! {
        <Show when=move || known.get() fallback=Unknown>
            <div class="empty">
                <p class="empty-title">"No queue yet."</p>
                <p>
                    "A queue is there as soon as a job is enqueued into it. Try "
                    <code>"jobdeck enqueue PublishPhoto --args '[1]'"</code> "."
                </p>
            </div>
        </Show>
    }
}
