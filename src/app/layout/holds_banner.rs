//! What is held, on every page.

use crate::app::components::{HoldEnd, Icon, IconName, held_words, hold_path};
use crate::app::live::use_live;
use crate::model::HoldStatus;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// Holds that are named.
const MOST: usize = 3;

/// A line a hold that is in force. Nothing most of the time, and on the page that lists them.
#[component]
pub(super) fn HoldsBanner() -> impl IntoView {
    let live = use_live();
    let names = live.select(|snapshot| {
        let holds = snapshot.holds.iter();
        holds
            .map(|status| status.hold.id.clone())
            .take(MOST)
            .collect::<Vec<_>>()
    });
    let more = live.select(|snapshot| snapshot.holds.len().saturating_sub(MOST));
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
    let path = use_location().pathname;
    let none = Memo::new(move |_| names.with(Vec::is_empty) || path.with(|path| path == "/holds"));
    view! {
        <div class="holds-banner" hidden=move || none.get()>
            <For each=move || names.get() key=String::clone children=line/>
            {move || {
                let more = more.get();
                (more > 0)
                    .then(|| {
                        view! {
                            <a class="operations-more" href="/holds">
                                {format!("and {more} more")}
                            </a>
                        }
                    })
            }}
        </div>
    }
}

#[component]
fn Line(status: Memo<HoldStatus>) -> impl IntoView {
    let words = Memo::new(move |_| status.with(held_words));
    let until = Memo::new(move |_| status.with(|status| status.hold.until));
    let href = move || status.with(hold_path);
    let reason = move || status.with(|status| status.hold.reason.clone());
    view! {
        <div class="holds-line">
            <Icon name=IconName::Paused/>
            <a class="holds-words" href=href title=reason>{words}</a>
            <span class="holds-until">"until " <HoldEnd until/></span>
            <a class="holds-release" href=href>
                "Release…"
                <span class="visually-hidden">" " {words}</span>
            </a>
        </div>
    }
}
