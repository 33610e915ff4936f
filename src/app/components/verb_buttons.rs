//! The verbs of a place as buttons of a form.
#![expect(
    clippy::needless_pass_by_value,
    reason = "components own their properties"
)]

use super::verb::{verb_consequence, verb_label};
use super::{RescheduleFields, menu};
use crate::model::{Place, Verb};
use leptos::ev::MouseEvent;
use leptos::prelude::*;

/// The verbs of a place as submit buttons of a form that stands elsewhere. What needs a question or a time unfolds; with JavaScript
/// `ask` opens a dialog instead.
#[component]
pub fn VerbButtons(
    /// Where the jobs are.
    place: Place,
    /// Id of the form that holds the entries.
    #[prop(into)]
    form: String,
    /// Whether nothing can be done now: an action is on its way.
    #[prop(into)]
    busy: Signal<bool>,
    /// Asks for what a verb needs.
    ask: Callback<Verb>,
    /// Verbs that are not possible for these jobs.
    #[prop(optional)]
    except: &'static [Verb],
) -> impl IntoView {
    Verb::for_place(&place)
        .iter()
        .filter(|verb| !except.contains(verb))
        .enumerate()
        .map(|(index, verb)| {
            let verb = *verb;
            let title = verb_consequence(verb, &place);
            let form = form.clone();
            match verb {
                Verb::Delete | Verb::Reschedule => {
                    view! { <Unfolding verb form title ask/> }.into_any()
                }
                Verb::Retry | Verb::Enqueue | Verb::Kill => {
                    let class = if index == 0 {
                        "button button-primary"
                    } else {
                        "button"
                    };
                    view! {
                        <button
                            type="submit"
                            class=class
                            form=form
                            name="verb"
                            value=verb.name()
                            title=title
                            disabled=busy
                        >
                            {verb_label(verb)}
                        </button>
                    }
                    .into_any()
                }
            }
        })
        .collect_view()
}

/// A verb that needs a question or a time.
#[component]
fn Unfolding(verb: Verb, form: String, title: &'static str, ask: Callback<Verb>) -> impl IntoView {
    let on_click = move |event: MouseEvent| {
        event.prevent_default();
        menu::close_menus(None);
        ask.run(verb);
    };
    let class = match verb {
        Verb::Delete => "button button-danger",
        _ => "button",
    };
    let body = match verb {
        Verb::Delete => view! {
            <p>{title}</p>
            <button type="submit" class="button button-danger" form=form name="verb" value=verb.name()>
                "Yes, delete"
            </button>
        }
        .into_any(),
        _ => view! {
            <p>{title}</p>
            <RescheduleFields form=form/>
        }
        .into_any(),
    };
    view! {
        <details class="menu" name="menu">
            <summary class=class title=title data-verb=verb.name() on:click=on_click>
                {verb_label(verb)}
                "…"
            </summary>
            <div class="menu-body" id=verb.name()>
                {body}
            </div>
        </details>
    }
}
