//! Worker processes.

mod row;
mod stop;

use crate::api::{SignalProcess, get_processes};
use crate::app::components::{ActionNotice, Count, ErrorNotice, PageTitle};
use crate::app::format;
use crate::app::live::use_live;
use crate::model::ProcessInfo;
use leptos::prelude::*;
use row::ProcessRow;
use stop::ConfirmStop;

/// Seconds between two readings: processes report every ten.
const REREAD_SECONDS: i64 = 3;

/// Every worker process: what it works on, how busy it is, how it does; quiet and stop.
#[component]
pub fn ProcessesPage() -> impl IntoView {
    let live = use_live();
    let signal = ServerAction::<SignalProcess>::new();
    let tick = Memo::new(move |_| {
        // Changes neither while nobody looks nor on the server.
        live.clock()
            .get()
            .map_or(0, |now| now.0 / 1000 / REREAD_SECONDS)
    });
    // A page that the browser has just taken over has fresh processes already.
    let first_tick = StoredValue::new(None::<i64>);
    let source = Memo::new(move |_| {
        let tick = tick.get();
        if tick > 0 && first_tick.get_value().is_none() {
            first_tick.set_value(Some(tick));
        }
        let tick = if first_tick.get_value() == Some(tick) {
            0
        } else {
            tick
        };
        (tick, signal.version().get())
    });
    let read = Resource::new(move || source.get(), |_| get_processes());
    // The last known ones stay when a reading fails.
    let last = RwSignal::new(None::<Vec<ProcessInfo>>);
    view! {
        <PageTitle title="Processes">
            <Headline/>
        </PageTitle>
        <ActionNotice value=signal.value() done=String::clone/>
        <Transition>
            {move || Suspend::new(async move {
                let problem = match read.await {
                    Ok(processes) => {
                        last.set(Some(processes));
                        None
                    }
                    Err(error) => Some(error),
                };
                view! {
                    {problem.map(|error| view! { <ErrorNotice error/> })}
                    <ProcessTable processes=last signal/>
                }
            })}
        </Transition>
        <ConfirmStop action=signal/>
    }
}

/// The number that matters: how many there are, and how busy.
#[component]
fn Headline() -> impl IntoView {
    let live = use_live();
    let processes = live.select(|snapshot| snapshot.overview.processes);
    let running = live.select(|snapshot| snapshot.overview.running);
    let threads = live.select(|snapshot| snapshot.overview.concurrency);
    view! {
        <p class="headline">
            <strong><Count value=processes/></strong>
            {move || if processes.get() == 1 { " process, " } else { " processes, " }}
            {move || format::count(running.get())}
            " of "
            {move || format::counted(threads.get(), "thread", "threads")}
            " busy"
        </p>
    }
}

#[component]
fn ProcessTable(
    processes: RwSignal<Option<Vec<ProcessInfo>>>,
    signal: ServerAction<SignalProcess>,
) -> impl IntoView {
    let identities = Memo::new(move |_| {
        processes.with(|processes| {
            let processes = processes.iter().flatten();
            processes
                .map(|process| process.identity.clone())
                .collect::<Vec<_>>()
        })
    });
    let none = Memo::new(move |_| identities.with(Vec::is_empty));
    let row = move |identity: String| {
        let process = Memo::new(move |last: Option<&ProcessInfo>| {
            processes.with(|processes| {
                let mut processes = processes.iter().flatten();
                processes
                    .find(|process| process.identity == identity)
                    .or(last)
                    .cloned()
                    .unwrap_or_default()
            })
        });
        view! { <ProcessRow process signal/> }
    };
    view! {
        <Show
            when=move || !none.get()
            fallback=|| {
                view! {
                    <div class="empty">
                        <p class="empty-title">"No worker process has a heartbeat."</p>
                        <p>
                            "Jobs wait until one starts: a Sidekiq process on the same store, "
                            <code>"jobdeck worker"</code> ", or " <code>"jobdeck serve --worker"</code> "."
                        </p>
                    </div>
                }
            }
        >
            <div class="table-scroll">
                <table class="table processes">
                    <thead>
                        <tr>
                            <th scope="col">"Process"</th>
                            <th scope="col">"State"</th>
                            <th scope="col">"Busy"</th>
                            <th scope="col" class="medium">"Queues"</th>
                            <th scope="col" class="num wide">"Memory"</th>
                            <th scope="col" class="num wide">"Round trip"</th>
                            <th scope="col" class="num wide">"Started"</th>
                            <th scope="col" class="num medium">"Last beat"</th>
                            <th scope="col" class="actions">
                                <span class="visually-hidden">"Actions"</span>
                            </th>
                        </tr>
                    </thead>
                    <tbody>
                        <For each=move || identities.get() key=String::clone children=row/>
                    </tbody>
                </table>
            </div>
        </Show>
    }
}
