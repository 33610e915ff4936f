//! Jobs of all sets and queues, found by a search that goes on while the page is looked at.

mod following;
mod group;
mod results;
mod status;
mod stream;

use crate::api::{Act, ApiError, SearchAddress, act_notice, get_found};
use crate::app::address::{link, use_own_search};
use crate::app::components::{
    ActDialog, Acting, ActionBar, ActionNotice, ErrorNotice, Icon, IconName, PageTitle,
    QueryProblem, Question, RowKeys, SearchHelp, SearchInput, Selection, UNDO, after_first_reading,
    menu, submitted_act, written_search,
};
use crate::app::live::use_live;
use crate::model::{EntryId, SearchNews, Verb};
use leptos::ev::SubmitEvent;
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
        if let Some(act) = submitted_act(&event) {
            found.acting.act(act);
        }
    };
    let about = Signal::derive(move || address.with(SearchAddress::first));
    view! {
        <PageTitle title="Search"/>
        <ActionNotice value=found.acting.value() done=act_notice undo=UNDO about/>
        <div class="list-tools">
            <SearchForm address read/>
            <TickedBar found/>
        </div>
        <form id=FORM class="job-list" method="post" action=link(ACT_PATH) node_ref=form on:submit=submit>
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
        let Some(asked) = written_search("search-all") else {
            return;
        };
        event.prevent_default();
        if address.with_untracked(|shown| *shown == asked) {
            read.refetch();
        } else {
            navigate(&asked.first(), NavigateOptions::default());
        }
    };
    view! {
        <form class="filter-bar" method="get" action=link("/search") role="search" aria-label="All jobs" on:submit=submit>
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

/// The verbs that mean something for one of the ticked jobs at least.
#[component]
fn TickedBar(found: Found) -> impl IntoView {
    let selection = found.selection;
    let count = selection.count();
    let hydrated = use_live().is_hydrated();
    let ask = Callback::new(move |verb| found.ask(verb, selection.entries()));
    let possible = Signal::derive(move || {
        count.track();
        if !hydrated.get() {
            return Verb::ALL.to_vec();
        }
        let ticked: Vec<EntryId> = selection
            .entries()
            .iter()
            .filter_map(|id| id.parse().ok())
            .collect();
        let is_of_one = |verb: &Verb| {
            ticked
                .iter()
                .any(|id| Verb::for_place(&id.place).contains(verb))
        };
        Verb::ALL.into_iter().filter(is_of_one).collect()
    });
    view! { <ActionBar form=FORM selection busy=found.acting.pending() place=None ask possible/> }
}

/// Before anything is searched.
#[component]
fn Nothing() -> impl IntoView {
    view! {
        <p class="muted">"Searches the dead, what waits for its next try or time, and all queues; the newest of each first."</p>
        <SearchHelp/>
    }
}
