//! The list that queues and sets share: filter, rows, selection, actions, pages. Its address says what it shows.

mod body;
mod keys;
mod refresh;

use crate::api::{Act, ListQuery, act_notice, get_page};
use crate::app::components::menu;
use crate::app::components::{
    ActDialog, ActionNotice, FilterBar, Icon, IconName, Question, Selection, VerbButtons,
    picker_to_utc, time_label,
};
use crate::app::format;
use crate::app::live::use_live;
use crate::model::{EntryId, Page, Place, Set, Snapshot, Verb};
use body::ListBody;
use leptos::ev::SubmitEvent;
use leptos::form::FromFormData;
use leptos::html::Form;
use leptos::prelude::Set as _;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_location;

/// Id of the form that holds the rows; buttons elsewhere name it.
const FORM: &str = "jobs";

/// Where the form is posted to.
const ACT_PATH: &str = <Act as ServerFn>::PATH;

/// A page as it was fetched: for which place and query, and what came.
pub(super) type Fetched = (String, Result<Page, crate::api::ApiError>);

/// What the parts of a list share.
#[derive(Clone, Copy)]
struct List {
    place: Signal<Place>,
    path: Signal<String>,
    query: Memo<ListQuery>,
    page: Resource<Fetched>,
    action: ServerAction<Act>,
    selection: Selection,
    question: RwSignal<Option<Question>>,
    /// Whether somebody points at the rows.
    pointed: RwSignal<bool>,
    /// Entries more or less than shown, while the list does not move.
    changed: RwSignal<i64>,
    /// The entry that gets the focus when the rows have changed.
    refocus: StoredValue<Option<String>>,
}

impl List {
    /// Does something, unless something is being done already: a double click is one click.
    fn act(self, act: Act) {
        if !self.action.pending().get_untracked() {
            self.action.dispatch(act);
        }
    }

    /// Asks what a verb needs to know about these entries.
    fn ask(self, verb: Verb, entries: Vec<String>) {
        if !entries.is_empty() {
            let place = self.place.get_untracked();
            self.question.set(Some(Question {
                verb,
                place,
                entries,
            }));
        }
    }
}

/// The jobs of a place.
#[component]
pub fn JobList(
    /// The place. Always of the same kind: a set, or a queue whose name may change.
    #[prop(into)]
    place: Signal<Place>,
) -> impl IntoView {
    let search = use_location().search;
    let query = Memo::new(move |_| search.with(|search| ListQuery::parse(search)));
    let path = Signal::derive(move || place.with(place_path));
    let page = Resource::new(
        move || (place.get().to_string(), query.with(ListQuery::to_text)),
        |(place, query)| async move { (page_key(&place, &query), get_page(place, query).await) },
    );
    let form = NodeRef::<Form>::new();
    let list = List {
        place,
        path,
        query,
        page,
        action: ServerAction::new(),
        selection: Selection::new(form),
        question: RwSignal::new(None),
        pointed: RwSignal::new(false),
        changed: RwSignal::new(0),
        refocus: StoredValue::new(None),
    };
    let busy = list.action.pending();
    let waiting = RwSignal::new(false);

    menu::close_menus_by_themselves();
    keys::listen(list);
    refresh::follow(list);
    Effect::new(move || {
        let done = list
            .action
            .value()
            .with(|value| value.as_ref().is_some_and(Result::is_ok));
        if list.action.version().get() > 0 && done {
            list.selection.set_all(false);
            list.page.refetch();
        }
    });

    let submit = move |event: SubmitEvent| {
        // Read as the server would; if that failed, the browser posts the form itself.
        let Ok(mut act) = Act::from_event(&event) else {
            return;
        };
        event.prevent_default();
        menu::close_menus(None);
        act.at = picker_to_utc(&act.at);
        list.act(act);
    };
    let ask_row =
        Callback::new(move |(verb, id): (Verb, EntryId)| list.ask(verb, vec![id.to_string()]));

    view! {
        <ActionNotice value=list.action.value() done=act_notice/>
        <div class="list-tools">
            <Filters list/>
            <ActionBar list/>
        </div>
        <Pill list/>
        <form
            id=FORM
            class="job-list"
            method="post"
            action=ACT_PATH
            node_ref=form
            on:submit=submit
            aria-busy=move || (busy.get() || waiting.get()).to_string()
        >
            <Transition fallback=Loading set_pending=waiting>
                <ListBody list ask=ask_row/>
            </Transition>
        </form>
        <ActDialog question=list.question act=Callback::new(move |act| list.act(act))/>
    }
}

#[component]
fn Loading() -> impl IntoView {
    view! { <p class="loading">"Reading the jobs …"</p> }
}

/// The filter, with what the page and the live numbers suggest.
#[component]
fn Filters(list: List) -> impl IntoView {
    let live = use_live();
    let place = list.place.get_untracked();
    let queues = live.select(|snapshot| {
        let queues = snapshot.overview.queues.iter();
        queues.map(|queue| queue.name.clone()).collect::<Vec<_>>()
    });
    let set = place.set();
    view! {
        <FilterBar
            path=list.path
            query=list.query
            with_queue=set.is_some()
            with_error=matches!(set, Some(Set::Retries | Set::Dead))
            time_label=time_label(&place)
            queues
        />
    }
}

/// The verbs for the ticked rows. There while a row is ticked, which style sheets know without JavaScript, too.
#[component]
fn ActionBar(list: List) -> impl IntoView {
    let count = list.selection.count();
    let busy = list.action.pending();
    let hydrated = use_live().is_hydrated();
    let ask = Callback::new(move |verb| list.ask(verb, list.selection.entries()));
    view! {
        <div class="action-bar" role="group" aria-label="Do to the selected jobs">
            // Enter in a field must not press the first verb.
            <button type="submit" form=FORM disabled hidden></button>
            <strong class="action-count" role="status">
                {move || match (hydrated.get(), count.get()) {
                    (false, _) | (_, 0) => "Selected:".to_owned(),
                    (true, count) => format!("{} selected", format::count(count as u64)),
                }}
            </strong>
            <VerbButtons place=list.place.get_untracked() form=FORM busy ask/>
            <button
                type="button"
                class="button button-quiet"
                hidden=move || !hydrated.get()
                on:click=move |_| list.selection.set_all(false)
            >
                <Icon name=IconName::Close/>
                "Clear"
            </button>
            <span class="list-paused" hidden=move || count.get() == 0>
                <Icon name=IconName::Paused/>
                "updates paused"
                <span class="list-paused-why">" while jobs are selected"</span>
            </span>
        </div>
    }
}

/// Says that there is more than is shown, while the list holds still.
#[component]
fn Pill(list: List) -> impl IntoView {
    let show = move |_| {
        list.page.refetch();
        window().scroll_to_with_x_and_y(0.0, 0.0);
    };
    view! {
        <div class="list-pill" role="status">
            <button
                type="button"
                class="pill"
                hidden=move || list.changed.get() == 0
                on:click=show
            >
                {move || refresh::pill_text(list.changed.get(), list.query.with(ListQuery::is_filtered))}
            </button>
        </div>
    }
}

/// What tells one page from another: the place and the address's query.
fn page_key(place: &impl std::fmt::Display, query: &str) -> String {
    format!("{place} {query}")
}

/// The path of a place's page.
#[must_use]
pub fn place_path(place: &Place) -> String {
    match place {
        Place::Set(set) => format!("/{set}"),
        Place::Queue(name) => format::queue_path(name),
    }
}

/// Entries of a place, as the live numbers have it.
fn live_total(snapshot: &Snapshot, place: &Place) -> u64 {
    let overview = &snapshot.overview;
    match place {
        Place::Set(Set::Scheduled) => overview.scheduled,
        Place::Set(Set::Retries) => overview.retrying,
        Place::Set(Set::Dead) => overview.dead,
        Place::Queue(name) => {
            let queue = overview.queues.iter().find(|queue| queue.name == *name);
            queue.map_or(0, |queue| queue.size)
        }
    }
}
