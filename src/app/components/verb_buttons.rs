//! The verbs of a place as buttons of a form.
#![expect(
    clippy::needless_pass_by_value,
    reason = "components own their properties"
)]

use super::verb::{verb_consequence, verb_label};
use super::{RescheduleFields, menu};
use crate::app::access::may;
use crate::model::{Place, Right, Verb};
use leptos::ev::MouseEvent;
use leptos::prelude::*;

/// The verbs of a place as submit buttons of a form that stands elsewhere. What needs a question or a time unfolds; with JavaScript
/// `ask` opens a dialog instead.
#[component]
pub fn VerbButtons(
    /// Where the jobs are; nothing: anywhere.
    #[prop(into)]
    place: Option<Place>,
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
    /// The verbs that mean something now; all, if nothing is given.
    #[prop(optional, into)]
    possible: Option<Signal<Vec<Verb>>>,
) -> impl IntoView {
    if !may(Right::ChangeJobs) {
        return ().into_any();
    }
    let verbs = place.as_ref().map_or(&Verb::ALL[..], Verb::for_place);
    verbs
        .iter()
        .filter(|verb| !except.contains(verb))
        .enumerate()
        .map(|(index, verb)| {
            let verb = *verb;
            let title = verb_consequence(verb, place.as_ref());
            let form = form.clone();
            let hidden = Signal::derive(move || {
                possible.is_some_and(|possible| !possible.with(|verbs| verbs.contains(&verb)))
            });
            match verb {
                Verb::Delete | Verb::Reschedule => {
                    view! { <Unfolding verb form title ask hidden/> }.into_any()
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
                            hidden=hidden
                        >
                            {verb_label(verb)}
                        </button>
                    }
                    .into_any()
                }
            }
        })
        .collect_view()
        .into_any()
}

/// A verb that needs a question or a time.
#[component]
fn Unfolding(
    verb: Verb,
    form: String,
    title: &'static str,
    ask: Callback<Verb>,
    hidden: Signal<bool>,
) -> impl IntoView {
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
        <details class="menu" name="menu" hidden=hidden>
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
