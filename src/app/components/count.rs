//! A number of things.

use crate::app::format;
use crate::app::live::use_live;
use leptos::prelude::*;

/// One of the live numbers, grouped in threes, in figures of equal width; a dash while none was ever read, because that is no zero.
#[component]
pub fn Count(
    /// How many.
    #[prop(into)]
    value: Signal<u64>,
) -> impl IntoView {
    let known = use_live().is_known();
    let text = move || {
        if known.get() {
            format::count(value.get())
        } else {
            "–".to_owned()
        }
    };
    view! { <span class="count">{text}</span> }
}
