//! Periodic jobs.

mod delete;
mod details;
mod row;
mod view;

use crate::api::{
    ApiError, DeletePeriodic, PeriodicView, RunPeriodic, SetPeriodicPaused, get_periodic,
};
use crate::app::address::use_own_search;
use crate::app::components::{
    ActionNotice, ErrorNotice, PageTitle, after_first_reading, done, last_known,
};
use crate::app::format;
use crate::app::live::use_live;
use crate::model::{PeriodicInfo, PeriodicRun};
use delete::ConfirmDelete;
use details::Details;
use leptos::prelude::*;
use row::{PeriodicRow, RowActs};
use view::looked_at;

/// Seconds between two readings.
const REREAD_SECONDS: u64 = 2;

/// What an empty list tells to write.
const EXAMPLE: &str = "[[periodic]]\ncron = \"0 7 * * MON-FRI\"\ntimezone = \"Europe/Berlin\"\nclass = \"SendDigest\"";

/// Every periodic job: when it is due next, what it did last; run now, pause, resume, delete.
#[component]
pub fn PeriodicPage() -> impl IntoView {
    let acts = RowActs {
        run: ServerAction::<RunPeriodic>::new(),
        pause: ServerAction::<SetPeriodicPaused>::new(),
    };
    let delete = ServerAction::<DeletePeriodic>::new();
    let beat = use_live().beat(REREAD_SECONDS);
    let search = use_own_search();
    let looked_at = Memo::new(move |_| search.with(|search| looked_at(search)));
    let read = Resource::new(
        move || {
            let done = (
                acts.run.version().get(),
                acts.pause.version().get(),
                delete.version().get(),
            );
            (looked_at.get(), beat.get(), done)
        },
        |(looked_at, ..)| get_periodic(looked_at),
    );
    // Nothing known is not the same as no periodic job.
    let known = last_known(read);
    view! {
        <PageTitle title="Periodic">
            <Transition>
                {after_first_reading(read, move || view! { <Summary known/> })}
            </Transition>
        </PageTitle>
        <ActionNotice value=acts.run.value() done=String::clone/>
        <ActionNotice value=acts.pause.value() done=String::clone/>
        <ActionNotice value=done(*delete) done=String::clone/>
        <Transition fallback=Loading>
            {after_first_reading(read, move || view! { <Body read known looked_at acts delete/> })}
        </Transition>
    }
}

#[component]
fn Loading() -> impl IntoView {
    view! { <p class="loading">"Reading the periodic jobs …"</p> }
}

/// The number that matters: how many there are, and how many of them enqueue nothing.
#[component]
fn Summary(known: Memo<Option<PeriodicView>>) -> impl IntoView {
    let text = move || {
        known.with(|view| {
            view.as_ref().map(|view| {
                let is_idle = |job: &&PeriodicInfo| job.paused || !job.held;
                let idle = view.jobs.iter().filter(is_idle).count();
                let jobs = format::counted(view.jobs.len() as u64, "job", "jobs");
                if idle == 0 {
                    format!("{jobs} by the calendar")
                } else {
                    format!("{jobs} by the calendar, {idle} of them idle")
                }
            })
        })
    };
    view! { <p class="headline">{text}</p> }
}

/// The table, which stays while it is read again: only what it says changes.
#[component]
fn Body(
    read: Resource<Result<PeriodicView, ApiError>>,
    known: Memo<Option<PeriodicView>>,
    looked_at: Memo<Option<String>>,
    acts: RowActs,
    delete: ServerAction<DeletePeriodic>,
) -> impl IntoView {
    let problem = Memo::new(move |_| read.get().and_then(Result::err));
    let is_known = Memo::new(move |_| known.with(Option::is_some));
    let names = Memo::new(move |_| {
        known.with(|view| {
            let jobs = view.iter().flat_map(|view| &view.jobs);
            jobs.map(|job| job.name.clone()).collect::<Vec<_>>()
        })
    });
    let none = Memo::new(move |_| names.with(Vec::is_empty));
    view! {
        {move || problem.get().map(|error| view! { <ErrorNotice error/> })}
        <Show when=move || is_known.get()>
            <Show when=move || !none.get() fallback=Nothing>
                <div class="table-scroll">
                    <table class="table periodic">
                        <thead>
                            <tr>
                                <th scope="col">"Job"</th>
                                <th scope="col">"When"</th>
                                <th scope="col">"Next run"</th>
                                <th scope="col">"Last run"</th>
                                <th scope="col">"State"</th>
                                <th scope="col" class="actions">
                                    <span class="visually-hidden">"Actions"</span>
                                </th>
                            </tr>
                        </thead>
                        <tbody>
                            <For each=move || names.get() key=String::clone let:name>
                                <Job name known looked_at acts/>
                            </For>
                        </tbody>
                    </table>
                </div>
            </Show>
        </Show>
        <ConfirmDelete action=delete/>
    }
}

/// One periodic job, and what it has enqueued when it is looked at.
#[component]
fn Job(
    name: String,
    known: Memo<Option<PeriodicView>>,
    looked_at: Memo<Option<String>>,
    acts: RowActs,
) -> impl IntoView {
    let wanted = name.clone();
    let job = Memo::new(move |last: Option<&PeriodicInfo>| {
        known.with(|view| {
            let mut jobs = view.iter().flat_map(|view| &view.jobs);
            jobs.find(|job| job.name == wanted)
                .or(last)
                .cloned()
                .unwrap_or_default()
        })
    });
    let own = name.clone();
    // The address says at once which one is looked at; until its history has been read, the last reading has another one's, or none.
    let runs = Memo::new(move |_| {
        known.with(|view| {
            let runs = view.as_ref().and_then(|view| view.runs_of(&own));
            runs.map(<[PeriodicRun]>::to_vec)
        })
    });
    let is_open =
        Memo::new(move |_| looked_at.with(|looked_at| looked_at.as_deref() == Some(name.as_str())));
    view! {
        <PeriodicRow job is_open acts/>
        <Show when=move || is_open.get()>
            <Details job runs/>
        </Show>
    }
}

#[component]
fn Nothing() -> impl IntoView {
    view! {
        <div class="empty">
            <p class="empty-title">"No periodic job yet."</p>
            <p>
                "Periodic jobs are configured where the workers are: in "
                <code>"jobdeck.toml"</code>
                " of " <code>"jobdeck worker"</code> " or " <code>"jobdeck serve --worker"</code>
                ", or with the library. They show up here as soon as such a process runs."
            </p>
            <pre class="mono periodic-example">{EXAMPLE}</pre>
        </div>
    }
}
