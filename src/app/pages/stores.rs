//! All stores side by side.

use crate::api::{ApiError, get_stores};
use crate::app::components::{
    ErrorNotice, Icon, IconName, PageTitle, StoreMark, UtcTime, after_first_reading, last_known,
};
use crate::app::format;
use crate::app::live::{Link, use_live};
use crate::model::{StoreGlance, StoreNumbers, StoreState};
use leptos::prelude::*;

/// Seconds between two readings.
const REREAD_SECONDS: i64 = 2;

/// Every store of this server with its numbers, and all of them together.
#[component]
pub fn StoresPage() -> impl IntoView {
    let live = use_live();
    let (clock, link) = (live.clock(), live.link());
    // By the clock: the store of the page that this stands on may be the one that is lost. Not while nobody looks.
    let beat = Memo::new(move |last: Option<&i64>| {
        let is_still = link.get() == Link::Paused;
        let now = clock.get().map(|now| now.0 / 1_000 / REREAD_SECONDS);
        match (last, now) {
            (Some(last), Some(now)) if *last == 0 || !is_still => now,
            (Some(last), _) => *last,
            (None, now) => now.unwrap_or(0),
        }
    });
    let read = Resource::new(move || beat.get(), |_| get_stores());
    let known = last_known(read);
    view! {
        <PageTitle title="All stores">
            <Transition>
                {after_first_reading(read, move || view! { <Summary known/> })}
            </Transition>
        </PageTitle>
        <Transition fallback=Loading>
            {after_first_reading(read, move || view! { <Body read known/> })}
        </Transition>
    }
}

#[component]
fn Loading() -> impl IntoView {
    view! { <p class="loading">"Reading the stores …"</p> }
}

/// The number that matters: how many answer.
#[component]
fn Summary(known: Memo<Option<Vec<StoreGlance>>>) -> impl IntoView {
    let text = move || {
        known.with(|stores| {
            let stores = stores.as_ref()?;
            let lost = stores.iter().filter(|store| is_lost(store)).count();
            let all = format::counted(stores.len() as u64, "store", "stores");
            Some(match lost {
                0 => all,
                lost => format!("{all}, {} lost", format::count(lost as u64)),
            })
        })
    };
    // Not a `Headline`, which waits for the numbers of the store that this page stands on.
    view! { <p class="headline">{text}</p> }
}

fn is_lost(store: &StoreGlance) -> bool {
    matches!(store.state, StoreState::Lost { .. })
}

/// The table, which stays while it is read again: only what it says changes.
#[component]
fn Body(
    read: Resource<Result<Vec<StoreGlance>, ApiError>>,
    known: Memo<Option<Vec<StoreGlance>>>,
) -> impl IntoView {
    let problem = Memo::new(move |_| read.get().and_then(Result::err));
    let names = Memo::new(move |_| {
        known.with(|stores| {
            let stores = stores.iter().flatten();
            stores
                .map(|store| store.sign.name.clone())
                .collect::<Vec<_>>()
        })
    });
    let none = Memo::new(move |_| names.with(Vec::is_empty));
    let row = move |name: String| {
        let store = Memo::new(move |last: Option<&StoreGlance>| {
            known.with(|stores| {
                let mut stores = stores.iter().flatten();
                stores
                    .find(|store| store.sign.name == name)
                    .or(last)
                    .cloned()
                    .unwrap_or_default()
            })
        });
        view! { <Row store/> }
    };
    let sum = Memo::new(move |_| {
        known.with(|stores| {
            let stores = stores.iter().flatten();
            StoreNumbers::sum(stores.filter_map(|store| store.numbers))
        })
    });
    // What is not in the sum is said beside it.
    let without = Memo::new(move |_| {
        known.with(|stores| {
            let stores = stores.iter().flatten();
            let unknown = stores.filter(|store| store.numbers.is_none());
            let names: Vec<_> = unknown
                .map(|store| format::seen(&store.sign.label))
                .collect();
            (!names.is_empty()).then(|| names.join(", "))
        })
    });
    let total = move |part: fn(&StoreNumbers) -> u64| {
        move || sum.get().map(|sum| format::count(part(&sum)))
    };
    view! {
        {move || problem.get().map(|error| view! { <ErrorNotice error/> })}
        <Show when=move || !none.get() fallback=Empty>
            <div class="table-scroll">
                <table class="table stores">
                    <thead>
                        <tr>
                            <th scope="col">"Store"</th>
                            <th scope="col">"State"</th>
                            <th scope="col" class="num">"Enqueued"</th>
                            <th scope="col" class="num medium">"Latency"</th>
                            <th scope="col" class="num medium">"Running"</th>
                            <th scope="col" class="num wide">"Scheduled"</th>
                            <th scope="col" class="num">"Retries"</th>
                            <th scope="col" class="num">"Dead"</th>
                            <th scope="col" class="num wide">"Processes"</th>
                            <th scope="col" class="num medium">"Alerts"</th>
                        </tr>
                    </thead>
                    <tbody>
                        <For each=move || names.get() key=String::clone children=row/>
                    </tbody>
                    <tfoot>
                        <tr>
                            <th scope="row">
                                "Together"
                                {move || {
                                    without.get().map(|names| {
                                        view! { <div class="second-line">{format!("without {names}")}</div> }
                                    })
                                }}
                            </th>
                            <td></td>
                            <td class="num">{total(|sum| sum.enqueued)}</td>
                            <td class="num medium">
                                {move || sum.get().map(|sum| format::duration(sum.latency_seconds))}
                            </td>
                            <td class="num medium">{total(|sum| sum.running)}</td>
                            <td class="num wide">{total(|sum| sum.scheduled)}</td>
                            <td class="num">{total(|sum| sum.retrying)}</td>
                            <td class="num">{total(|sum| sum.dead)}</td>
                            <td class="num wide">{total(|sum| sum.processes)}</td>
                            <td class="num medium">{total(|sum| sum.alerts)}</td>
                        </tr>
                    </tfoot>
                </table>
            </div>
        </Show>
    }
}

#[component]
fn Empty() -> impl IntoView {
    view! {
        <div class="empty">
            <p class="empty-title">"This server has one store."</p>
            <p>
                "With several, each as " <code>"[stores.NAME]"</code>
                " in the configuration, they stand here side by side."
            </p>
        </div>
    }
}

/// One store: what it is, and the way to its lists.
#[component]
fn Row(store: Memo<StoreGlance>) -> impl IntoView {
    let address =
        move |page: &'static str| move || store.with(|store| format!("{}{page}", store.address));
    let sign = Memo::new(move |_| store.with(|store| store.sign.clone()));
    let what = Memo::new(move |_| {
        store.with(|store| {
            let info = store.info.as_ref();
            let words = info.map(|info| format!("{} · {}", info.address, info.version));
            format::seen(&words.unwrap_or_default())
        })
    });
    let numbers = Memo::new(move |_| store.with(|store| store.numbers));
    let number = move |page: &'static str, part: fn(&StoreNumbers) -> u64| {
        move || {
            numbers.get().map(|numbers| {
                let value = part(&numbers);
                let class = if value == 0 { "zero" } else { "" };
                view! { <a class=class href=address(page) rel="external">{format::count(value)}</a> }
            })
        }
    };
    let latency = move || {
        numbers
            .get()
            .map(|numbers| format::duration(numbers.latency_seconds))
    };
    // Those of a lost store are old.
    let class = move || store.with(|store| is_lost(store).then_some("store-lost"));
    view! {
        <tr class=class>
            <th scope="row">
                <a href=address("") rel="external">{move || view! { <StoreMark sign=sign.get()/> }}</a>
                <div class="second-line store-what">{move || what.get()}</div>
            </th>
            <td>{move || store.with(state)}</td>
            <td class="num">{number("/queues", |numbers| numbers.enqueued)}</td>
            <td class="num medium">{latency}</td>
            <td class="num medium">{number("/running", |numbers| numbers.running)}</td>
            <td class="num wide">{number("/scheduled", |numbers| numbers.scheduled)}</td>
            <td class="num">{number("/retries", |numbers| numbers.retrying)}</td>
            <td class="num">{number("/dead", |numbers| numbers.dead)}</td>
            <td class="num wide">{number("/processes", |numbers| numbers.processes)}</td>
            <td class="num medium">{number("/alerts", |numbers| numbers.alerts)}</td>
        </tr>
    }
}

/// Whether it answers; if not, why, and how old its numbers are.
fn state(store: &StoreGlance) -> AnyView {
    match &store.state {
        StoreState::Connected if store.info.as_ref().is_some_and(|info| info.is_read_only) => {
            view! { <span class="badge state-paused"><Icon name=IconName::Locked/>"read-only replica"</span> }
                .into_any()
        }
        StoreState::Connected => {
            view! { <span class="badge state-running"><Icon name=IconName::Processed/>"answers"</span> }
                .into_any()
        }
        StoreState::Starting => view! { <span class="muted">"not read yet"</span> }.into_any(),
        StoreState::Lost { reason, .. } => {
            let at = store.numbers.map(|numbers| Signal::stored(numbers.sampled_at));
            view! {
                <span class="badge state-failed"><Icon name=IconName::Failed/>"lost"</span>
                <div class="second-line store-reason">
                    {format::seen(reason)}
                    {at.map(|at| view! { " · numbers of " <UtcTime at/> })}
                </div>
            }
            .into_any()
        }
    }
}
