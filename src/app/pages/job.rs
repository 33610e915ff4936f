//! One job, wherever it is: what it is, where it is now, what happened to it, and what can be done.

mod address;
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
#[cfg(test)]
mod sample;
mod sight;
mod trace;

use crate::api::{Act, ApiError, act_notice, get_job};
use crate::app::components::{
    ActDialog, Acting, ActionNotice, ErrorNotice, PageTitle, Question, after_first_reading, menu,
};
use crate::model::{JobDetail, JobLocation, Place, Verb, Whereabouts};
use address::Address;
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use sight::{Read, Search, Sight};

/// What the parts of the page share.
#[derive(Clone, Copy)]
struct JobView {
    address: Memo<Address>,
    read: Resource<Read>,
    sight: Memo<Sight>,
    /// The place that is shown, as it is or was last.
    location: Memo<Option<JobLocation>>,
    jid: Memo<String>,
    /// Where the shown entry stands, when something can be done to it.
    place: Memo<Option<Place>>,
    /// The shown entry's address.
    id: Memo<String>,
    is_running: Memo<bool>,
    is_gone: Memo<bool>,
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
                place,
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
    let location = use_location();
    // It stays while the page is being left for another one.
    let address = Memo::new(move |last: Option<&Address>| {
        let read = location
            .pathname
            .with(|path| location.search.with(|search| Address::of(path, search)));
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
    let action = Acting::new();
    let question = RwSignal::new(None);
    menu::close_menus_by_themselves();
    Effect::new(move || {
        let done = action
            .value()
            .with(|value| value.as_ref().is_some_and(Result::is_ok));
        if done {
            read.refetch();
        }
    });
    let act = Callback::new(move |act| action.act(act));
    view! {
        <ActionNotice value=action.value() done=act_notice/>
        <Transition fallback=Loading>
            {after_first_reading(read, move || view! { <Body address read hint action question/> })}
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
    hint: StoredValue<Option<(Address, String, String)>>,
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
    let job = JobView {
        address,
        read,
        sight,
        location,
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
        action,
        question,
    };
    follow::follow(job);
    keys::listen(job);
    let shown = Memo::new(move |_| sight.with(shown));
    view! {
        {move || problem.get().map(|error| view! { <ErrorNotice error/> })}
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
        return Ok(JobDetail {
            jid: String::new(),
            locations: Vec::new(),
            scanned: 0,
            total: 0,
        });
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
