//! Jobs of all sets and queues, found by a search that goes on while the page is looked at.

mod action_bar;
mod following;
mod group;
mod results;
mod status;
mod stream;

use crate::api::{Act, ApiError, SearchAddress, act_notice, get_found};
use crate::app::address::use_own_search;
use crate::app::components::{
    ActDialog, Acting, ActionNotice, ErrorNotice, Icon, IconName, PageTitle, QueryProblem,
    Question, RowKeys, SearchHelp, SearchInput, Selection, UNDO, after_first_reading, menu,
    picker_to_utc, written,
};
use crate::model::{EntryId, SearchNews, Verb};
use action_bar::ActionBar;
use leptos::ev::SubmitEvent;
use leptos::form::FromFormData;
use leptos::html::Form;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::{NavigateOptions, hooks::use_navigate};
use results::Results;

/// Id of the form that holds the rows; buttons elsewhere name it.
const FORM: &str = "jobs";

/// Where the form of the rows is posted to.
const ACT_PATH: &str = <Act as ServerFn>::PATH;

/// What the parts of the page share.
#[derive(Clone, Copy)]
struct Found {
    acting: Acting,
    selection: Selection,
    question: RwSignal<Option<Question>>,
    /// The entry that gets the focus when the rows have changed.
    refocus: StoredValue<Option<String>>,
}

impl Found {
    /// Asks what a verb needs to know about these entries.
    fn ask(self, verb: Verb, entries: Vec<String>) {
        if entries.is_empty() {
            return;
        }
        let mut places = entries
            .iter()
            .filter_map(|id| Some(id.parse::<EntryId>().ok()?.place));
        let first = places.next();
        let place = first.filter(|first| places.all(|place| place == *first));
        self.question.set(Some(Question {
            verb,
            place,
            entries,
        }));
    }
}

/// A search, and the jobs that it finds.
#[component]
pub fn SearchPage() -> impl IntoView {
    let search = use_own_search();
    let address = Memo::new(move |_| search.with(|search| SearchAddress::parse(search)));
    let read = Resource::new(
        move || address.get(),
        |SearchAddress { q, after, .. }| get_found(q, after),
    );
    let form = NodeRef::<Form>::new();
    let found = Found {
        acting: Acting::new(),
        selection: Selection::new(form),
        question: RwSignal::new(None),
        refocus: StoredValue::new(None),
    };
    menu::close_menus_by_themselves();
    RowKeys {
        selection: found.selection,
        acting: found.acting,
        question: found.question,
        refocus: found.refocus,
        act: Callback::new(move |act| found.acting.act(act)),
        ask: Callback::new(move |(verb, entries)| found.ask(verb, entries)),
    }
    .listen();
    let submit = move |event: SubmitEvent| {
        // Read as the server would; if that failed, the browser posts the form itself.
        let Ok(mut act) = Act::from_event(&event) else {
            return;
        };
        event.prevent_default();
        menu::close_menus(None);
        act.at = picker_to_utc(&act.at);
        found.acting.act(act);
    };
    let about = Signal::derive(move || address.with(SearchAddress::first));
    view! {
        <PageTitle title="Search"/>
        <ActionNotice value=found.acting.value() done=act_notice undo=UNDO about/>
        <div class="list-tools">
            <SearchForm address read/>
            <ActionBar found/>
        </div>
        <form id=FORM class="job-list" method="post" action=ACT_PATH node_ref=form on:submit=submit>
            <Transition fallback=|| view! { <p class="loading">"Searching …"</p> }>
                {after_first_reading(read, move || {
                    move || {
                        read.get().map(|news| {
                            // As it was when this was read.
                            let address = address.get_untracked();
                            match news {
                                Ok(Some(news)) => view! { <Results found news address/> }.into_any(),
                                Ok(None) => view! { <Nothing/> }.into_any(),
                                Err(ApiError::Query(error)) => {
                                    let parts = error.parts(&address.q).map(str::to_owned);
                                    view! { <QueryProblem error parts/> }.into_any()
                                }
                                Err(error) => view! { <ErrorNotice error/> }.into_any(),
                            }
                        })
                    }
                })}
            </Transition>
        </form>
        <ActDialog question=found.question act=Callback::new(move |act| found.acting.act(act))/>
    }
}

/// The box. The search begins without the page being loaded anew.
#[component]
fn SearchForm(
    address: Memo<SearchAddress>,
    read: Resource<Result<Option<SearchNews>, ApiError>>,
) -> impl IntoView {
    let navigate = use_navigate();
    let typed = Signal::derive(move || address.with(|address| address.q.clone()));
    let submit = move |event: SubmitEvent| {
        let Some(there) = written("search-all") else {
            return;
        };
        event.prevent_default();
        if address.with_untracked(|address| address.after.is_empty() && address.first() == there) {
            read.refetch();
        } else {
            navigate(&there, NavigateOptions::default());
        }
    };
    view! {
        <form class="filter-bar" method="get" action="/search" role="search" aria-label="All jobs" on:submit=submit>
            <div class="filter-search search-wide">
                <Icon name=IconName::Search/>
                <SearchInput
                    id="search-all"
                    label="Search all jobs"
                    name="q"
                    placeholder="Search any words, class:… error:… arg.id:…"
                    value=typed
                    of_page=true
                />
            </div>
            <button type="submit" class="button">"Search"</button>
        </form>
    }
}

/// Before anything is searched.
#[component]
fn Nothing() -> impl IntoView {
    view! {
        <p class="muted">"Searches the dead, what waits for its next try or time, and all queues; the newest of each first."</p>
        <SearchHelp/>
    }
}
