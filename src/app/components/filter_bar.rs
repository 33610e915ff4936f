//! What a list is filtered by: a search field, chips for what is set, and the other fields behind a button.

use super::{Icon, IconName, TimeField, absolute, menu, picker_to_utc};
use crate::api::{Field, ListQuery, parse_time};
use crate::app::live::use_live;
use leptos::ev::SubmitEvent;
use leptos::form::FromFormData;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use serde::Deserialize;

/// The filter's form as it is posted by script: the same fields as in the address.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Fields {
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
    /// Queues to suggest.
    #[prop(into)]
    queues: Signal<Vec<String>>,
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
        let asked = fields.apply(query.get_untracked().unfiltered());
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
        view! { {order} {limit} }
    };
    view! {
        <form class="filter-bar" method="get" action=path role="search" aria-label="These jobs" on:submit=submit>
            <label class="filter-search">
                <Icon name=IconName::Search/>
                <span class="visually-hidden">"Search in the jobs' text"</span>
                <input
                    type="search"
                    name="text"
                    placeholder="Search jid, arguments, any text"
                    value=typed(Field::Text)
                    prop:value=typed(Field::Text)
                    data-search=""
                    autocomplete="off"
                    spellcheck="false"
                />
            </label>
            {hidden}
            <details class="menu filter-menu" name="menu">
                <summary class="button">"Filter"</summary>
                <div class="menu-body filter-fields">
                    <TextField name="class" label="Class" value=typed(Field::Class) list=""/>
                    {with_queue.then(|| view! {
                        <TextField name="queue" label="Queue" value=typed(Field::Queue) list="filter-queues"/>
                    })}
                    {with_error.then(|| view! {
                        <TextField name="error" label="Error class, or part of its message" value=typed(Field::Error) list=""/>
                    })}
                    <TextField name="tag" label="Tag" value=typed(Field::Tag) list=""/>
                    <TimeField name="from" label=from_label(time_label) value=typed(Field::From)/>
                    <TimeField name="to" label="until" value=typed(Field::To)/>
                    <button type="submit" class="button button-primary">"Apply"</button>
                    <Suggestions id="filter-queues" names=queues/>
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

#[component]
fn TextField(
    name: &'static str,
    label: &'static str,
    #[prop(into)] value: Signal<String>,
    list: &'static str,
) -> impl IntoView {
    view! {
        <label class="field">
            <span class="field-label">{label}</span>
            <input
                type="text"
                name=name
                value=value
                prop:value=value
                list=(!list.is_empty()).then_some(list)
                autocomplete="off"
                spellcheck="false"
            />
        </label>
    }
}

#[component]
fn Suggestions(id: &'static str, names: Signal<Vec<String>>) -> impl IntoView {
    view! {
        <datalist id=id>
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
            view! { <a class="chip-clear" href=href>"Clear all"</a> }
        });
        let chips = query
            .filters()
            .iter()
            .map(|(field, value)| {
                let href = format!("{path}{}", query.with(*field, "").to_text());
                view! {
                    <a class="chip chip-set" href=href title="Show without this">
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
            parse_time(value).map_or_else(|_| value.to_owned(), |at| absolute(at, hydrated))
        }
        _ => value.to_owned(),
    }
}

impl Fields {
    fn apply(&self, query: ListQuery) -> ListQuery {
        let from = picker_to_utc(&self.from);
        let to = picker_to_utc(&self.to);
        [
            (Field::Text, &self.text),
            (Field::Class, &self.class),
            (Field::Queue, &self.queue),
            (Field::Error, &self.error),
            (Field::Tag, &self.tag),
            (Field::From, &from),
            (Field::To, &to),
        ]
        .into_iter()
        .fold(query, |query, (field, value)| query.with(field, value))
    }
}
