//! What a list is filtered by: a search field, chips for what is set, and the other fields behind a button.

use super::{
    DayEdge, Icon, IconName, SearchInput, TimeField, absolute, follow_text, menu, picker_or_kept,
};
use crate::api::{Field, ListQuery, is_day, parse_time};
use crate::app::address::link;
use crate::app::format;
use crate::app::live::use_live;
use leptos::ev::SubmitEvent;
use leptos::form::FromFormData;
use leptos::html::Input;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use serde::Deserialize;

/// The filter's form as it is posted by script: the same fields as in the address.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Fields {
    filter: String,
    text: String,
    class: String,
    queue: String,
    error: String,
    tag: String,
    from: String,
    to: String,
}

/// A GET form whose fields are the page's query.
#[component]
pub fn FilterBar(
    /// The list's path.
    #[prop(into)]
    path: Signal<String>,
    /// What is shown now.
    query: Memo<ListQuery>,
    /// Whether jobs of other queues can be in the list.
    with_queue: bool,
    /// Whether jobs of the list have usually failed.
    with_error: bool,
    /// What the times are: `Died`.
    time_label: &'static str,
    /// Whether the search was read and is wrong.
    #[prop(into)]
    invalid: Signal<bool>,
) -> impl IntoView {
    let navigate = use_navigate();
    let typed =
        move |field: Field| Signal::derive(move || query.with(|query| query.get(field).to_owned()));
    let submit = move |event: SubmitEvent| {
        // Every field has a default, so reading cannot fail; if it did, the browser sends the form itself.
        let Ok(fields) = Fields::from_event(&event) else {
            return;
        };
        event.prevent_default();
        menu::close_menus(None);
        let asked = query.with_untracked(|query| fields.asked(query));
        let address = format!("{}{}", path.get_untracked(), asked.to_text());
        navigate(
            &address,
            NavigateOptions {
                scroll: false,
                ..Default::default()
            },
        );
    };
    let hidden = move || {
        let query = query.get();
        let order = query
            .reversed
            .then(|| view! { <input type="hidden" name="order" value="reversed"/> });
        let limit = query
            .limit
            .map(|limit| view! { <input type="hidden" name="limit" value=limit/> });
        // Old addresses have it; it is no field any more, but a chip.
        let text = query.get(Field::Text);
        let text = (!text.is_empty())
            .then(|| view! { <input type="hidden" name="text" value=text.to_owned()/> });
        view! { {order} {limit} {text} }
    };
    view! {
        <form class="filter-bar" method="get" action=move || link(path.get()) role="search" aria-label="These jobs" on:submit=submit>
            <div class="filter-search">
                <Icon name=IconName::Search/>
                <SearchInput
                    id="search-list"
                    label="Search these jobs"
                    name="filter"
                    placeholder="Search any words, class:… error:…"
                    title="Words anywhere, or fields: class:PublishPhoto error:Timeout arg.user_id:17 failed:<1h -tag:vip"
                    value=typed(Field::Filter)
                    invalid
                    of_page=true
                />
            </div>
            {hidden}
            <details class="menu filter-menu" name="menu">
                <summary class="button">"Filter"</summary>
                <div class="menu-body filter-fields">
                    <TextField name="class" label="Class" value=typed(Field::Class) list=suggestions_id(Field::Class)/>
                    {with_queue.then(|| view! {
                        <TextField name="queue" label="Queue" value=typed(Field::Queue) list=suggestions_id(Field::Queue)/>
                    })}
                    {with_error.then(|| view! {
                        <TextField name="error" label="Error class, or part of its message" value=typed(Field::Error) list=suggestions_id(Field::Error)/>
                    })}
                    <TextField name="tag" label="Tag" value=typed(Field::Tag) list=suggestions_id(Field::Tag)/>
                    <TimeField name="from" label=from_label(time_label) value=typed(Field::From)/>
                    <TimeField name="to" label="until" value=typed(Field::To) edge=DayEdge::End/>
                    <button type="submit" class="button button-primary">"Apply"</button>
                </div>
            </details>
            <button type="submit" class="button filter-go">"Search"</button>
            <Chips path query/>
        </form>
    }
}

fn from_label(time_label: &'static str) -> &'static str {
    match time_label {
        "Died" => "Died from",
        "Enqueued" => "Enqueued from",
        _ => "Due from",
    }
}

/// A field of a filter for a text.
#[component]
pub fn TextField(
    /// Its name in the address.
    name: &'static str,
    /// What it is called.
    label: &'static str,
    /// What is filtered by.
    #[prop(into)]
    value: Signal<String>,
    /// Id of the list of what it suggests.
    #[prop(optional)]
    list: Option<String>,
    /// What may be written.
    #[prop(optional)]
    hint: Option<&'static str>,
) -> impl IntoView {
    let input = NodeRef::<Input>::new();
    follow_text(input, value);
    view! {
        <label class="field">
            <span class="field-label">{label}</span>
            <input
                node_ref=input
                type="text"
                name=name
                value=value
                list=list
                placeholder=hint
                autocomplete="off"
                spellcheck="false"
            />
        </label>
    }
}

fn suggestions_id(field: Field) -> String {
    format!("suggested-{}", field.name())
}

/// What a field of the filter suggests. Stands with the list, of whose rows the names are.
#[component]
pub fn Suggestions(
    /// The field.
    field: Field,
    /// What to suggest.
    #[prop(into)]
    names: Signal<Vec<String>>,
) -> impl IntoView {
    view! {
        <datalist id=suggestions_id(field)>
            {move || names.get().into_iter().map(|name| view! { <option value=name></option> }).collect_view()}
        </datalist>
    }
}

/// One chip for each thing that is filtered by, each a link without it.
#[component]
fn Chips(path: Signal<String>, query: Memo<ListQuery>) -> impl IntoView {
    let hydrated = use_live().is_hydrated();
    move || {
        let query = query.get();
        let path = path.get();
        let all = (query.filters().len() > 1).then(|| {
            let href = format!("{path}{}", query.unfiltered().to_text());
            view! { <a class="chip-clear" href=link(href)>"Clear all"</a> }
        });
        let chips = query
            .filters()
            .iter()
            .map(|(field, value)| {
                let href = format!("{path}{}", query.with(*field, "").to_text());
                view! {
                    <a class="chip chip-set" href=link(href) title="Show without this">
                        <span class="chip-name">{field.name()}</span>
                        <span class="chip-value">{chip_text(*field, value, hydrated.get())}</span>
                        <Icon name=IconName::Close/>
                        <span class="visually-hidden">"; remove"</span>
                    </a>
                }
            })
            .collect_view();
        view! { <div class="chips">{chips} {all}</div> }
    }
}

/// What is filtered by, as a person reads it.
fn chip_text(field: Field, value: &str, hydrated: bool) -> String {
    match field {
        Field::From | Field::To => {
            match parse_time(value) {
                // A day is one of the calendar of UTC, and not a moment.
                Ok(_) if is_day(value) => format!("{} UTC", value.trim()),
                Ok(at) => absolute(at, hydrated),
                Err(_) => format::seen(value),
            }
        }
        _ => format::seen(value),
    }
}

impl Fields {
    /// The first page of what the form asks for, as the list is shown now. A time that nobody has changed stays as it was written.
    fn asked(&self, query: &ListQuery) -> ListQuery {
        let from = picker_or_kept(&self.from, query.get(Field::From), DayEdge::Start);
        let to = picker_or_kept(&self.to, query.get(Field::To), DayEdge::End);
        [
            (Field::Filter, &self.filter),
            (Field::Text, &self.text),
            (Field::Class, &self.class),
            (Field::Queue, &self.queue),
            (Field::Error, &self.error),
            (Field::Tag, &self.tag),
            (Field::From, &from),
            (Field::To, &to),
        ]
        .into_iter()
        .fold(query.unfiltered(), |query, (field, value)| {
            query.with(field, value)
        })
    }
}
