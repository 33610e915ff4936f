//! Worker processes.

mod row;
mod tell;

use crate::api::{ApiError, SignalProcess, get_processes};
use crate::app::components::{
    ActionNotice, Count, ErrorNotice, Headline, PageTitle, after_first_reading, done, last_known,
};
use crate::app::format;
use crate::app::live::use_live;
use crate::model::ProcessInfo;
use leptos::prelude::*;
use row::ProcessRow;
use tell::ConfirmSignal;

/// Seconds between two readings: processes report every ten.
const REREAD_SECONDS: u64 = 3;

/// Every worker process: what it works on, how busy it is, how it does; quiet, stop and dump.
#[component]
pub fn ProcessesPage() -> impl IntoView {
    let signal = ServerAction::<SignalProcess>::new();
    let beat = use_live().beat(REREAD_SECONDS);
    let read = Resource::new(
        move || (beat.get(), signal.version().get()),
        |_| get_processes(),
    );
    view! {
        <PageTitle title="Processes">
            <Summary/>
        </PageTitle>
        <ActionNotice value=done(*signal) done=String::clone/>
        <Transition fallback=Loading>
            {after_first_reading(read, move || view! { <Body read signal/> })}
        </Transition>
    }
}

#[component]
fn Loading() -> impl IntoView {
    view! { <p class="loading">"Reading the processes …"</p> }
}

/// The table, which stays while it is read again: only what it says changes.
#[component]
fn Body(
    read: Resource<Result<Vec<ProcessInfo>, ApiError>>,
    signal: ServerAction<SignalProcess>,
) -> impl IntoView {
    // Nothing known is not the same as no process.
    let processes = last_known(read);
    let problem = Memo::new(move |_| read.get().and_then(Result::err));
    let is_known = Memo::new(move |_| processes.with(Option::is_some));
    view! {
        {move || problem.get().map(|error| view! { <ErrorNotice error/> })}
        <Show when=move || is_known.get()>
            <ProcessTable processes/>
        </Show>
        <ConfirmSignal processes action=signal/>
    }
}

/// The number that matters: how many there are, and how busy.
#[component]
fn Summary() -> impl IntoView {
    let live = use_live();
    let processes = live.select(|snapshot| snapshot.overview.processes);
    let running = live.select(|snapshot| snapshot.overview.running);
    let threads = live.select(|snapshot| snapshot.overview.concurrency);
    view! {
        <Headline>
            <strong><Count value=processes/></strong>
            {move || if processes.get() == 1 { " process, " } else { " processes, " }}
            {move || format::count(running.get())}
            " of "
            {move || format::counted(threads.get(), "thread", "threads")}
            " busy"
        </Headline>
    }
}

#[component]
fn ProcessTable(processes: Memo<Option<Vec<ProcessInfo>>>) -> impl IntoView {
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
        view! { <ProcessRow process/> }
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
