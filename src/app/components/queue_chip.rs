//! A queue's name as a link.

use crate::app::address::link;
use crate::app::format;
use leptos::prelude::*;

/// The name, which leads to the queue.
pub fn queue_chip(name: &str) -> impl IntoView + use<> {
    view! { <a class="chip mono" href=link(format::queue_path(name))>{format::seen(name)}</a> }
}
