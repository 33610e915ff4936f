//! Whether the page is live, and the switch that holds it still.

use crate::app::components::{Icon, IconName, UtcTime};
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
    let known = live.is_known();
    let sampled_at = live.select(|snapshot| snapshot.overview.sampled_at);
    let word = move || match (hydrated.get(), known.get()) {
        (true, _) => link.get().word().into_any(),
        (false, true) => view! { "as of " <UtcTime at=sampled_at clock=true/> }.into_any(),
        (false, false) => Link::Static.word().into_any(),
    };
    let age = move || {
        (hydrated.get() && known.get() && link.get() == Link::Paused)
            .then(|| format!(", {} old", format::duration(live.age_seconds().floor())))
    };
    view! {
        <div class="connection" data-link=move || link.get().name()>
            <span class="connection-dot" aria-hidden="true"></span>
            <span class="connection-word" role="status">{word}</span>
            // Beside what is told: it changes every second.
            <span class="connection-age">{age}</span>
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
