//! Whether the page is live, and the switch that holds it still.

use crate::app::components::{Icon, IconName};
use crate::app::format;
use crate::app::live::{Link, use_live};
use leptos::prelude::*;

/// Whether the page is live, and the switch that holds it still. Without JavaScript: the time of the numbers, and a link that reads them again.
#[component]
pub(super) fn Connection() -> impl IntoView {
    let live = use_live();
    let link = live.link();
    let held = live.held();
    let hydrated = live.is_hydrated();
    let sampled_at = live.select(|snapshot| snapshot.overview.sampled_at);
    view! {
        <div class="connection" data-link=move || link.get().name()>
            <span class="connection-dot" aria-hidden="true"></span>
            <span class="connection-word" role="status">
                {move || {
                    if hydrated.get() {
                        link.get().word().to_owned()
                    } else {
                        format!("as of {} UTC", format::utc_clock(sampled_at.get()))
                    }
                }}
            </span>
            <noscript>
                <a class="connection-reload" href="">"Reload"</a>
            </noscript>
            <button
                class="button button-quiet"
                type="button"
                hidden=move || !hydrated.get()
                aria-pressed=move || held.get().to_string()
                title=move || if held.get() { "Go on with live updates" } else { "Hold the numbers still" }
                on:click=move |_| held.update(|held| *held = !*held)
            >
                {move || {
                    let name = if held.get() { IconName::Running } else { IconName::Paused };
                    view! { <Icon name/> }
                }}
                <span class="visually-hidden">"Pause live updates"</span>
            </button>
            <span class="visually-hidden" data-live=move || (link.get() == Link::Live).to_string()></span>
        </div>
    }
}
