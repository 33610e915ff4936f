//! The title line of a page.

use crate::app::format;
use leptos::prelude::*;
use leptos_meta::Title;

/// The title line of a page: its name, and behind it (as children) the one number that matters.
#[component]
pub fn PageTitle(
    /// The page's name, also the document's title.
    #[prop(into)]
    title: Signal<String>,
    /// The number that matters, links, buttons.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    // The server writes the document's head last, when the page's own signals may be gone already: this one is not.
    let title = Signal::derive(move || title.with(|title| format::seen(title)));
    let document_title = ArcRwSignal::new(title.get_untracked());
    let follower = document_title.clone();
    Effect::new(move |_| follower.set(title.get()));
    view! {
        <Title text=move || document_title.get()/>
        <div class="page-title">
            <h1>{move || title.get()}</h1>
            {children.map(|children| children())}
        </div>
    }
}
