//! The question before an act.
#![expect(
    clippy::needless_pass_by_value,
    reason = "components own their properties"
)]

use super::ErrorNotice;
use crate::api::ApiError;
use crate::app::address::link;
use crate::app::format;
use leptos::html::Dialog;
use leptos::prelude::*;
use leptos::web_sys::Event;
use leptos_router::{NavigateOptions, hooks::use_navigate};

/// What an act has done, for the page to tell. Why it could not be done is told by its question.
#[must_use]
pub fn done<I, T>(action: Action<I, Result<T, ApiError>>) -> Signal<Option<Result<T, ApiError>>>
where
    I: Send + Sync + 'static,
    T: Clone + Send + Sync + 'static,
{
    Signal::derive(move || action.value().get().filter(Result::is_ok))
}

/// The question before an act: how many, what follows, a button that repeats the verb, focus on the way out. When the act fails, it
/// says why: what is below it cannot be seen.
///
/// It is open because the page's address says so. That way it works without JavaScript, too; with it, the dialog is modal.
#[component]
pub fn Confirm<I, T>(
    /// What is asked: `Clear queue default?`
    #[prop(into)]
    title: String,
    /// Where Cancel and Escape lead: the page's address without the question.
    #[prop(into)]
    cancel_href: String,
    /// What the way out says.
    #[prop(default = "Cancel")]
    cancel_label: &'static str,
    /// The act.
    action: Action<I, Result<T, ApiError>>,
    /// What follows, and the form with the button that repeats the verb.
    children: Children,
) -> impl IntoView
where
    I: Send + Sync + 'static,
    T: Clone + Send + Sync + 'static,
{
    let title = format::seen(&title);
    let value = action.value();
    let dialog = NodeRef::<Dialog>::new();
    let navigate = use_navigate();
    // A dialog that the server sent open is not modal until it is opened again. Focus goes to Cancel, the first thing in it.
    Effect::new(move || {
        if let Some(dialog) = dialog.get()
            && dialog.matches(":modal").is_ok_and(|modal| !modal)
        {
            dialog.close();
            // Fails only outside a document.
            let _ = dialog.show_modal();
        }
    });
    let cancel = cancel_href.clone();
    let on_cancel = move |event: Event| {
        event.prevent_default();
        let options = NavigateOptions {
            scroll: false,
            ..NavigateOptions::default()
        };
        navigate(&cancel, options);
    };
    let problem = move || {
        value.with(|value| {
            let error = value.as_ref()?.as_ref().err()?.clone();
            Some(view! { <ErrorNotice error/> })
        })
    };
    // Why one act failed is no answer to the next question. What was done is told by the page. In the browser only: a server may make
    // a page's parts twice, and the second time must say it, too.
    Effect::new(move || {
        on_cleanup(move || {
            if value.try_with_untracked(|value| matches!(value, Some(Err(_)))) == Some(true) {
                value.try_set(None);
            }
        });
    });
    view! {
        <dialog class="confirm" node_ref=dialog open aria-labelledby="confirm-title" on:cancel=on_cancel>
            <h2 id="confirm-title">{title}</h2>
            <a class="button confirm-cancel" href=link(cancel_href) autofocus data-noscroll="">{cancel_label}</a>
            <div class="confirm-body">{problem} {children()}</div>
        </dialog>
    }
}
