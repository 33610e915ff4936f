//! A new operation: what is done to which jobs, looked at before it is confirmed.

use super::fields::Fields;
use super::outlook::Outlook;
use super::preview::Preview;
use crate::api::{Field, HoldForm, ListQuery, OperationForm, StartOperation, preview_operation};
use crate::app::address::{link, use_own_search};
use crate::app::components::PageTitle;
use crate::app::live::use_live;
use crate::model::{Place, Selection, Set};
use leptos::prelude::Set as _;
use leptos::prelude::*;

/// A new operation.
#[component]
pub fn NewOperationPage() -> impl IntoView {
    let search = use_own_search();
    let form = Memo::new(move |_| search.with(|search| OperationForm::parse(search)));
    let typed = RwSignal::new(false);
    Effect::new(move || {
        form.track();
        typed.set(false);
    });
    let has_place = Memo::new(move |_| form.with(|form| !form.places.is_empty()));
    view! {
        <PageTitle title="New operation">
            <p class="headline">{move || form.with(about)}</p>
        </PageTitle>
        <Show when=move || has_place.get() fallback=Where>
            <Choice form/>
            {move || {
                let chosen = form.get();
                (!chosen.get("action").is_empty()).then(|| view! { <Fields form=chosen typed/> })
            }}
            <Future form typed/>
        </Show>
    }
}

/// Which jobs are meant.
fn about(form: &OperationForm) -> String {
    if form.places.is_empty() {
        return String::new();
    }
    let any = Place::Set(Set::Dead);
    let selection = |filter| Selection {
        places: form.places.clone(),
        filter,
        entries: Vec::new(),
    };
    match form.filter.to_request(&any) {
        Ok(request) => {
            let all = if request.filter.is_empty() {
                "all "
            } else {
                ""
            };
            format!("{all}{}", selection(request.filter).in_words())
        }
        Err(problem) => problem,
    }
}

/// Where the jobs are, when the address does not say so.
#[component]
fn Where() -> impl IntoView {
    let queues = use_live().select(|snapshot| {
        let queues = snapshot.overview.queues.iter();
        queues.map(|queue| queue.name.clone()).collect::<Vec<_>>()
    });
    let link = |place: Place, words: String| {
        let form = OperationForm::of(place, &ListQuery::default());
        view! { <li><a href=link(form.address())>{words}</a></li> }
    };
    view! {
        <h2>"Where are the jobs?"</h2>
        <ul class="operation-places">
            {link(Set::Dead.into(), "Dead jobs".to_owned())}
            {link(Set::Retries.into(), "Jobs to be retried".to_owned())}
            {link(Set::Scheduled.into(), "Scheduled jobs".to_owned())}
            {move || {
                queues
                    .get()
                    .into_iter()
                    .map(|name| {
                        let words = format!("Queue {name}");
                        link(Place::Queue(name), words)
                    })
                    .collect_view()
            }}
        </ul>
    }
}

/// What is done: a link each, so that the preview follows at once.
#[component]
fn Choice(form: Memo<OperationForm>) -> impl IntoView {
    let links = move || {
        let form = form.get();
        form.actions()
            .into_iter()
            .map(|(name, word)| {
                let is_chosen = form.get("action") == name;
                let href = form.with_action(name).address();
                view! {
                    <a class="button" href=link(href) aria-current=is_chosen.then_some("true") data-noscroll="">
                        {word}
                    </a>
                }
            })
            .collect_view()
    };
    let hold = move || {
        let query = form.with(held_query)?;
        let href = HoldForm::of(&query).address();
        Some(view! { <a class="button" href=link(href)>"Hold"</a> })
    };
    view! {
        <nav class="operation-choice" aria-label="What is done to the jobs">{links} {hold}</nav>
    }
}

/// The search whose retries could be held: these are retries, and nothing else says which.
fn held_query(form: &OperationForm) -> Option<String> {
    if form.places != [Place::Set(Set::Retries)] {
        return None;
    }
    match form.filter.filters() {
        [] => Some("in:retries".to_owned()),
        [(Field::Filter, query)] => Some(query.clone()),
        _ => None,
    }
}

/// What would happen, and the button that makes it so.
#[component]
fn Future(form: Memo<OperationForm>, typed: RwSignal<bool>) -> impl IntoView {
    let start = ServerAction::<StartOperation>::new();
    let query = Memo::new(move |_| {
        form.with(|form| (!form.get("action").is_empty()).then(|| form.to_text()))
    });
    let read = Resource::new(
        move || query.get(),
        |query| async move {
            match query {
                Some(query) => preview_operation(query).await.map(Some),
                None => Ok(None),
            }
        },
    );
    let refused = Signal::derive(move || start.value().get().and_then(Result::err));
    view! {
        <Outlook
            query
            read
            refused
            hint="Choose what is done. Nothing is changed before you have seen what would happen."
            preview=move |draft| view! { <Preview draft start typed/> }
        />
    }
}
