//! What stands above the page while its numbers are not fresh, or nothing can be changed, and only then.

use crate::app::components::{Icon, IconName, UtcTime};
use crate::app::format;
use crate::app::live::{Link, use_live};
use crate::model::StoreState;
use leptos::prelude::*;
use std::time::Duration;

/// A break of the connection that is shorter is no news.
const BLIP: Duration = Duration::from_millis(1_200);

/// Says that the store is lost or the server is out of reach, why, and how old the numbers are; or that the store takes no changes.
#[component]
pub(super) fn StoreBanner() -> impl IntoView {
    let live = use_live();
    let link = live.link();
    let state = live.select(|snapshot| snapshot.state.clone());
    let known = live.is_known();
    let sampled_at = live.select(|snapshot| snapshot.overview.sampled_at);
    let hydrated = live.is_hydrated();
    let age = move || match (known.get(), hydrated.get()) {
        (false, _) => "No numbers are known yet.".into_any(),
        (true, true) => format!(
            "These are the last known numbers, {} old.",
            format::duration(live.age_seconds().floor())
        )
        .into_any(),
        // A page that does not go on by itself cannot say how old its numbers are when somebody reads it.
        (true, false) => {
            view! { "These are the last known numbers, from " <UtcTime at=sampled_at/> "." }
                .into_any()
        }
    };
    let is_cut_off = cut_off(link);
    let is_read_only =
        live.select(|snapshot| snapshot.store.as_ref().is_some_and(|it| it.is_read_only));
    let problem = Memo::new(move |_| match (is_cut_off.get(), state.get()) {
        (true, _) => Some((
            "No connection to Jobdeck",
            "The server does not answer; trying again.".to_owned(),
            true,
        )),
        (_, StoreState::Lost { reason, .. }) => Some((
            "Store lost",
            format!("{reason}. Trying again.").replace("..", "."),
            true,
        )),
        _ if is_read_only.get() => Some((
            "Read-only replica",
            "All can be looked at, but changes are refused.".to_owned(),
            false,
        )),
        _ => None,
    });
    view! {
        <div role="alert" class="banner-place">
            {move || {
                problem
                    .get()
                    .map(|(title, reason, is_old)| {
                        view! {
                            <div class="banner">
                                <Icon name=IconName::Failed/>
                                <p>
                                    <strong>{title}": "</strong>
                                    {reason}
                                    // Told once, not every second.
                                    {is_old.then(|| view! { <span class="banner-age" aria-live="off">" "{age}</span> })}
                                </p>
                            </div>
                        }
                    })
            }}
        </div>
    }
}

/// Whether the server has been out of reach for a while. A blip is told in the header alone: the page must not jump for it.
fn cut_off(link: ReadSignal<Link>) -> RwSignal<bool> {
    let is_cut_off = RwSignal::new(false);
    Effect::new(move || {
        if link.get() != Link::Reconnecting {
            is_cut_off.set(false);
            return;
        }
        let told = set_timeout_with_handle(
            move || {
                is_cut_off.try_set(true);
            },
            BLIP,
        );
        on_cleanup(move || {
            if let Ok(told) = told {
                told.clear();
            }
        });
    });
    is_cut_off
}
