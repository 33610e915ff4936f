//! The list that queues and sets share: filter, rows, selection, actions, pages. Its address says what it shows.

mod body;
mod refresh;

use crate::api::{Act, ApiError, ListQuery, act_notice, get_page};
use crate::app::address::link;
use crate::app::components::menu;
use crate::app::components::{
    ActDialog, Acting, ActionBar, ActionNotice, FilterBar, Icon, IconName, Question, RowKeys,
    Selection, UNDO, after_first_reading, entry_key, renewed, submitted_act, time_label,
};
use crate::app::format;
use crate::model::{EntryId, Page, Place, Set, Snapshot, Verb};
use body::ListBody;
use leptos::ev::SubmitEvent;
use leptos::html::Form;
use leptos::prelude::Set as _;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos::web_sys::js_sys::Date;
use leptos_router::hooks::use_location;

/// Id of the form that holds the rows; buttons elsewhere name it.
const FORM: &str = "jobs";

/// Where the form is posted to.
const ACT_PATH: &str = <Act as ServerFn>::PATH;

/// A page as it was fetched: for which place and query, and what came.
pub(super) type Fetched = (String, Result<Page, ApiError>);

/// What the parts of a list share.
#[derive(Clone, Copy)]
struct List {
    place: Signal<Place>,
    path: Signal<String>,
    query: Memo<ListQuery>,
    /// The page as it is read. Whoever reads it outside the list's own `<Transition>` makes the frame around all pages wait for it, which
    /// takes the whole page out of the document at each reading: that is what `read` is for.
    page: Resource<Fetched>,
    /// What came of the last reading, in the browser.
    read: RwSignal<Option<Fetched>>,
    acting: Acting,
    selection: Selection,
    question: RwSignal<Option<Question>>,
    /// Whether somebody points at the rows.
    pointed: RwSignal<bool>,
    /// When the list was last touched, milliseconds since the epoch.
    touched: StoredValue<f64>,
    /// Entries more or less than shown, while the list does not move.
    changed: RwSignal<i64>,
    /// The entry that gets the focus when the rows have changed.
    refocus: StoredValue<Option<String>>,
}

impl List {
    /// Does something, when its turn comes.
    fn act(self, mut act: Act) {
        self.read.with_untracked(|read| {
            let Some((_, Ok(page))) = read else {
                return;
            };
            act.entries = renewed(std::mem::take(&mut act.entries), &page.entries);
            if let Some((verb, entry)) = act.only.split_once(' ') {
                let entry = renewed(vec![entry.to_owned()], &page.entries).concat();
                act.only = format!("{verb} {entry}");
            }
        });
        self.acting.act(act);
    }

    /// An act has ended: what was done is no longer ticked, and the list is read again. What was not done stays as it was.
    fn follow_acts(self) {
        Effect::new(move || {
            if let Some(done) = self.acting.done() {
                self.selection.clear(|id| done.contains(&entry_key(id)));
                self.page.refetch();
            }
        });
    }

    /// Asks what a verb needs to know about these entries.
    fn ask(self, verb: Verb, entries: Vec<String>) {
        if !entries.is_empty() {
            let place = self.place.get_untracked();
            self.question.set(Some(Question {
                verb,
                place: Some(place),
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
        read: RwSignal::new(None),
        acting: Acting::new(),
        selection: Selection::new(form),
        question: RwSignal::new(None),
        pointed: RwSignal::new(false),
        touched: StoredValue::new(0.0),
        changed: RwSignal::new(0),
        refocus: StoredValue::new(None),
    };
    let busy = list.acting.pending();
    let waiting = RwSignal::new(false);
    // A search goes on from page to page by itself: it is still the same that is shown.
    let about = Memo::new(move |_| {
        query.with(|query| {
            let shown = if query.is_filtered() {
                query.first_page()
            } else {
                query.clone()
            };
            page_key(&path.get(), &shown.to_text())
        })
    });

    menu::close_menus_by_themselves();
    RowKeys {
        selection: list.selection,
        acting: list.acting,
        question: list.question,
        refocus: list.refocus,
        act: Callback::new(move |act| list.act(act)),
        ask: Callback::new(move |(verb, entries)| list.ask(verb, entries)),
    }
    .listen();
    refresh::follow(list);
    list.follow_acts();

    let submit = move |event: SubmitEvent| {
        if let Some(act) = submitted_act(&event) {
            list.act(act);
        }
    };
    let ask_row =
        Callback::new(move |(verb, id): (Verb, EntryId)| list.ask(verb, vec![id.to_string()]));

    view! {
        <ActionNotice value=list.acting.value() done=act_notice undo=UNDO about/>
        <div class="list-tools">
            <Filters list/>
            <TickedBar list/>
        </div>
        <Pill list/>
        <form
            id=FORM
            class="job-list"
            method="post"
            action=link(ACT_PATH)
            node_ref=form
            on:submit=submit
            on:pointerdown=move |_| list.touched.set_value(Date::now())
            aria-busy=move || (busy.get() || waiting.get()).to_string()
        >
            <Transition fallback=Loading set_pending=waiting>
                {after_first_reading(page, move || view! { <ListBody list ask=ask_row/> })}
            </Transition>
        </form>
        <ActDialog question=list.question act=Callback::new(move |act| list.act(act))/>
    }
}

#[component]
fn Loading() -> impl IntoView {
    view! { <p class="loading">"Reading the jobs …"</p> }
}

/// The filter.
#[component]
fn Filters(list: List) -> impl IntoView {
    let place = list.place.get_untracked();
    let set = place.set();
    view! {
        <FilterBar
            path=list.path
            query=list.query
            with_queue=set.is_some()
            with_error=matches!(set, Some(Set::Retries | Set::Dead))
            time_label=time_label(&place)
            invalid=move || {
                list.read.with(|read| matches!(read, Some((_, Err(ApiError::Query(_))))))
            }
        />
    }
}

/// The verbs for the ticked rows.
#[component]
fn TickedBar(list: List) -> impl IntoView {
    let selection = list.selection;
    let count = selection.count();
    let ask = Callback::new(move |verb| list.ask(verb, selection.entries()));
    let place = Some(list.place.get_untracked());
    view! {
        <ActionBar form=FORM selection busy=list.acting.pending() place ask>
            <span class="list-paused" hidden=move || count.get() == 0>
                <Icon name=IconName::Paused/>
                "updates paused"
                <span class="list-paused-why">" while jobs are selected"</span>
            </span>
        </ActionBar>
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
                {move || list.query.with(|query| refresh::pill_text(list.changed.get(), query))}
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
    snapshot.overview.size(place)
}
