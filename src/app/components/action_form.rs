//! A form whose server function does what it asks for.

use crate::app::address::link;
use leptos::ev::SubmitEvent;
use leptos::form::FromFormData;
use leptos::prelude::*;
use leptos::server_fn::{Http, ServerFn, codec::PostUrl};
use serde::de::DeserializeOwned;

/// A form that is posted to a server function: by script, or without one by the browser. In place of Leptos' own, which knows of no
/// path before that of the function.
#[component]
pub fn ActionForm<F, Output>(
    /// What is done when it is sent.
    action: ServerAction<F>,
    /// The fields, and the button.
    children: Children,
) -> impl IntoView
where
    F: ServerFn<Protocol = Http<PostUrl, Output>>
        + DeserializeOwned
        + Clone
        + Send
        + Sync
        + 'static,
    F::Output: Send + Sync + 'static,
    F::Error: Send + Sync + 'static,
{
    let submit = move |event: SubmitEvent| {
        if event.default_prevented() {
            return;
        }
        // If the fields cannot be read, the browser posts the form itself.
        if let Ok(asked) = F::from_event(&event) {
            event.prevent_default();
            action.dispatch(asked);
        }
    };
    view! {
        <form action=link(F::url()) method="post" on:submit=submit>
            {children()}
        </form>
    }
}
