//! What stands above the page while its numbers are not fresh, and only then.

use crate::app::components::{Icon, IconName};
use crate::app::format;
use crate::app::live::{Link, use_live};
use crate::model::StoreState;
use leptos::prelude::*;

/// Says that the store is lost or the server is out of reach, why, and how old the numbers are.
#[component]
pub(super) fn StoreBanner() -> impl IntoView {
    let live = use_live();
    let link = live.link();
    let state = live.select(|snapshot| snapshot.state.clone());
    let known = live.select(|snapshot| snapshot.overview.sampled_at.0 > 0);
    let age = move || {
        if known.get() {
            format!(
                "These are the last known numbers, {} old.",
                format::duration(live.age_seconds().floor())
            )
        } else {
            "No numbers are known yet.".to_owned()
        }
    };
    let problem = Memo::new(move |_| match (link.get(), state.get()) {
        (Link::Reconnecting, _) => Some((
            "No connection to Jobdeck".to_owned(),
            "The server does not answer; trying again.".to_owned(),
        )),
        (_, StoreState::Lost { reason, .. }) => Some((
            "Store lost".to_owned(),
            format!("{reason}. Trying again.").replace("..", "."),
        )),
        _ => None,
    });
    view! {
        <div role="alert" class="banner-place">
            {move || {
                problem
                    .get()
                    .map(|(title, reason)| {
                        view! {
                            <div class="banner">
                                <Icon name=IconName::Failed/>
                                <p>
                                    <strong>{title}": "</strong>
                                    {reason}
                                    // Told once, not every second.
                                    <span class="banner-age" aria-live="off">" "{age}</span>
                                </p>
                            </div>
                        }
                    })
            }}
        </div>
    }
}
