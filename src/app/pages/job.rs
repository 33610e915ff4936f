//! One job, wherever it is: what it is, where it is now, what happened to it, and what can be done.

mod address;
mod cancel;
mod facts;
mod follow;
mod head;
mod history;
mod json;
mod keys;
mod markup;
mod nowhere;
mod parts;
mod places;
mod report;
mod reveal;
#[cfg(test)]
mod sample;
mod sight;
mod trace;

pub(super) use trace::trace_html;

use crate::api::{Act, ApiError, CancelJob, act_notice, get_job, get_job_report};
use crate::app::address::use_path;
use crate::app::components::{
    ActDialog, Acting, ActionNotice, ErrorNotice, PageTitle, Question, UNDO, after_first_readings,
    done, menu,
};
use crate::app::live::use_live;
use crate::model::{JobDetail, JobLocation, JobReport, Place, Verb, Whereabouts};
use address::Address;
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use sight::{Read, Search, Sight};

/// Live numbers (one a second) between two readings of what the job tells, when it does not run.
const REPORT_SECONDS: u64 = 5;

/// What the job's runs have told: for which job id, and what came.
type Told = (String, Result<Option<JobReport>, ApiError>);

/// What the parts of the page share.
#[derive(Clone, Copy)]
struct JobView {
    address: Memo<Address>,
    read: Resource<Read>,
    sight: Memo<Sight>,
    /// The place that is shown, as it is or was last.
    location: Memo<Option<JobLocation>>,
    /// What the job's runs have told, as it was read last.
    report: Memo<Option<JobReport>>,
    jid: Memo<String>,
    /// Where the shown entry stands, when something can be done to it.
    place: Memo<Option<Place>>,
    /// The shown entry's address.
    id: Memo<String>,
    is_running: Memo<bool>,
    is_gone: Memo<bool>,
    cancel: ServerAction<CancelJob>,
    action: Acting,
    question: RwSignal<Option<Question>>,
}

impl JobView {
    /// Does something, when its turn comes.
    fn act(self, act: Act) {
        self.action.act(act);
    }

    /// Asks what a verb needs to know.
    fn ask(self, verb: Verb) {
        if let Some(place) = self.place.get_untracked() {
            let entries = vec![self.id.get_untracked()];
            self.question.set(Some(Question {
                verb,
                place: Some(place),
                entries,
            }));
        }
    }

    /// What can be done now.
    fn verbs(self) -> Vec<Verb> {
        let is_malformed = self.location.with_untracked(|location| {
            location
                .as_ref()
                .is_some_and(|location| location.entry.malformed.is_some())
        });
        let place = self.place.get_untracked();
        let verbs = place.iter().flat_map(Verb::for_place).copied();
        verbs
            .filter(|verb| !is_malformed || !matches!(verb, Verb::Retry | Verb::Enqueue))
            .collect()
    }
}

/// One job, wherever it is.
#[component]
pub fn JobPage() -> impl IntoView {
    let search = use_location().search;
    let path = use_path();
    // It stays while the page is being left for another one.
    let address = Memo::new(move |last: Option<&Address>| {
        let read = path.with(|path| search.with(|search| Address::of(path, search)));
        read.or_else(|| last.cloned()).unwrap_or_default()
    });
    // Where it was seen last: looked at first the next time.
    let hint = StoredValue::new(None::<(Address, String, String)>);
    let read = Resource::new(
        move || address.get(),
        move |address| async move {
            let hint = hint.try_get_value().flatten();
            let result = read_job(&address, hint.filter(|(known, ..)| *known == address)).await;
            (address, result)
        },
    );
    // Read apart from the job, which is looked for in the whole store: this is small, and changes each second while the job runs.
    let runs = RwSignal::new(false);
    let (quick, slow) = (use_live().beat(1), use_live().beat(REPORT_SECONDS));
    let beat = Memo::new(move |_| if runs.get() { quick.get() } else { slow.get() });
    let told = Resource::new(
        move || {
            (
                address.with(|address| address.jid.clone()),
                runs.get(),
                beat.get(),
            )
        },
        |(jid, ..)| async move {
            let report = if jid.is_empty() {
                Ok(None)
            } else {
                get_job_report(jid.clone()).await
            };
            (jid, report)
        },
    );
    let cancel = ServerAction::<CancelJob>::new();
    let cancelled = done(*cancel);
    let action = Acting::new();
    let question = RwSignal::new(None);
    menu::close_menus_by_themselves();
    Effect::new(move || {
        let acted = action
            .value()
            .with(|value| value.as_ref().is_some_and(Result::is_ok));
        if acted || cancelled.with(Option::is_some) {
            read.refetch();
        }
    });
    let act = Callback::new(move |act| action.act(act));
    view! {
        <ActionNotice value=action.value() done=act_notice undo=UNDO/>
        <ActionNotice value=cancelled done=String::clone/>
        <Transition fallback=Loading>
            {after_first_readings(read, told, move || {
                view! { <Body address read told runs hint cancel action question/> }
            })}
        </Transition>
        <ActDialog question act/>
    }
}

#[component]
fn Loading() -> impl IntoView {
    view! { <p class="loading">"Looking for the job …"</p> }
}

/// What is shown of the job.
#[component]
fn Body(
    address: Memo<Address>,
    read: Resource<Read>,
    told: Resource<Told>,
    runs: RwSignal<bool>,
    hint: StoredValue<Option<(Address, String, String)>>,
    cancel: ServerAction<CancelJob>,
    action: Acting,
    question: RwSignal<Option<Question>>,
) -> impl IntoView {
    // Here, below `<Transition>`: elsewhere the frame around all pages would wait for each reading, and be gone meanwhile.
    Effect::new(move || {
        read.with(|read| hint.set_value(read.as_ref().and_then(hint_of)));
    });
    let known = Memo::new(move |last: Option<&(Address, Sight)>| {
        read.with(|read| Sight::after(last, read.as_ref()))
    });
    let problem = Memo::new(move |_| {
        read.with(|read| {
            read.as_ref()
                .and_then(|(_, read)| read.as_ref().err().cloned())
        })
    });
    let sight = Memo::new(move |_| known.with(|(_, sight)| sight.clone()));
    let location = Memo::new(move |_| {
        known.with(|(address, sight)| {
            let detail = sight.detail()?;
            detail.locations.get(address.chosen(detail)).cloned()
        })
    });
    let of = move |part: fn(&JobLocation) -> String| {
        Memo::new(move |_| {
            location.with(|location| location.as_ref().map(part).unwrap_or_default())
        })
    };
    let is_gone = Memo::new(move |_| sight.with(|sight| matches!(sight, Sight::Gone(..))));
    let is_stored = Memo::new(move |_| {
        location.with(|location| {
            location
                .as_ref()
                .is_some_and(|location| location.whereabouts == Whereabouts::Stored)
        })
    });
    // A reading that failed changes nothing, unless it is for another job.
    let report = Memo::new(move |last: Option<&(String, Option<JobReport>)>| {
        let jid = address.with(|address| address.jid.clone());
        let news = told.with(|told| match told {
            Some((of, Ok(report))) if *of == jid => Some(report.clone()),
            _ => None,
        });
        let last = last.filter(|(of, _)| *of == jid);
        let report = news.or_else(|| last.map(|(_, report)| report.clone()));
        (jid, report.flatten())
    });
    let job = JobView {
        address,
        read,
        sight,
        location,
        report: Memo::new(move |_| report.with(|(_, report)| report.clone())),
        jid: of(|location| location.entry.jid.clone()),
        place: Memo::new(move |_| {
            let can = is_stored.get() && !is_gone.get();
            location
                .with(|location| {
                    location
                        .as_ref()
                        .map(|location| location.entry.id.place.clone())
                })
                .filter(|_| can)
        }),
        id: of(|location| location.entry.id.to_string()),
        is_running: Memo::new(move |_| {
            !is_gone.get() && !is_stored.get() && location.with(Option::is_some)
        }),
        is_gone,
        cancel,
        action,
        question,
    };
    Effect::new(move || runs.set(job.is_running.get()));
    follow::follow(job);
    keys::listen(job);
    let shown = Memo::new(move |_| sight.with(shown));
    view! {
        {move || problem.get().map(|error| view! { <ErrorNotice error/> })}
        {cancel::question(job)}
        {move || match shown.get() {
            None => view! { <PageTitle title="Job"/> }.into_any(),
            Some(None) => view! { {places::places(job)} {head::head(job)} {parts::parts(job)} }.into_any(),
            Some(Some(_)) if address.with(Address::is_empty) => nowhere::which(),
            Some(Some(search)) => nowhere::nowhere(job, search),
        }}
    }
}

/// Which of the pages it is: none yet, the job's, or the one that says how far it was looked for.
fn shown(sight: &Sight) -> Option<Option<Search>> {
    match sight {
        Sight::Unknown => None,
        Sight::Here(_) | Sight::Gone(..) => Some(None),
        Sight::Nowhere(search) => Some(Some(*search)),
    }
}

/// Reads the job: with a hint where to look first, unless all its places are wanted.
async fn read_job(
    address: &Address,
    hint: Option<(Address, String, String)>,
) -> Result<JobDetail, ApiError> {
    if address.is_empty() {
        return Ok(JobDetail::default());
    }
    let (jid, entry) = match hint {
        Some((_, jid, entry)) => (jid, entry),
        None if address.pick.is_empty() => (address.jid.clone(), address.entry.clone()),
        None => (address.jid.clone(), String::new()),
    };
    get_job(jid, entry).await
}

/// Where to look first the next time: only when it is in one place, or the others would be lost from sight.
fn hint_of((address, read): &Read) -> Option<(Address, String, String)> {
    let [location] = read.as_ref().ok()?.locations.as_slice() else {
        return None;
    };
    let is_stored = location.whereabouts == Whereabouts::Stored;
    (is_stored && address.pick.is_empty()).then(|| {
        (
            address.clone(),
            location.entry.jid.clone(),
            location.entry.id.to_string(),
        )
    })
}
