//! A number of things.

use crate::app::format;
use leptos::prelude::*;

/// A number of things, grouped in threes, in figures of equal width.
#[component]
pub fn Count(
    /// How many.
    #[prop(into)]
    value: Signal<u64>,
) -> impl IntoView {
    view! { <span class="count">{move || format::count(value.get())}</span> }
}
