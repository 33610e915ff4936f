//! What is held, on every page.

use super::strip::Strip;
use crate::app::address::link;
use crate::app::components::{HoldEnd, Icon, IconName, held_words, hold_ids, hold_path};
use crate::app::live::use_live;
use crate::model::HoldStatus;
use leptos::prelude::*;

/// A line a hold that is in force. Nothing most of the time, and on the page that lists them.
#[component]
pub(super) fn HoldsBanner() -> impl IntoView {
    let live = use_live();
    let line = move |id: String| {
        let status = live.select(move |snapshot| {
            let mut holds = snapshot.holds.iter();
            holds
                .find(|status| status.hold.id == id)
                .cloned()
                .unwrap_or_default()
        });
        view! { <Line status/> }
    };
    view! { <Strip class="holds-banner" names=hold_ids() href="/holds" only_elsewhere=true line/> }
}

#[component]
fn Line(status: Memo<HoldStatus>) -> impl IntoView {
    let words = Memo::new(move |_| status.with(held_words));
    let until = Memo::new(move |_| status.with(|status| status.hold.until));
    let href = move || status.with(hold_path);
    let reason = move || status.with(|status| status.hold.reason.clone());
    view! {
        <div class="strip-line holds-line">
            <Icon name=IconName::Paused/>
            <a class="holds-words" href=move || link(href()) title=reason>{words}</a>
            <span class="holds-until">"until " <HoldEnd until/></span>
            <a class="holds-release" href=move || link(href())>
                "Release…"
                <span class="visually-hidden">" " {words}</span>
            </a>
        </div>
    }
}
