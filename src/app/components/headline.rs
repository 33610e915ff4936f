//! The one number that matters, behind a page's title.

use crate::app::live::use_live;
use leptos::prelude::*;

/// The one number that matters, behind a page's title; a dash while no numbers were ever read.
#[component]
pub fn Headline(
    /// The number and its words.
    children: ChildrenFn,
) -> impl IntoView {
    let known = use_live().is_known();
    view! {
        <p class="headline">
            <Show when=move || known.get() fallback=|| "–">
                {children()}
            </Show>
        </p>
    }
}
