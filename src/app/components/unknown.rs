//! The screen of a page whose numbers were never read.

use crate::app::live::use_live;
use crate::model::StoreState;
use leptos::prelude::*;

/// No numbers were ever read: they are being read, or the store is lost, and why.
#[component]
pub fn Unknown() -> impl IntoView {
    let live = use_live();
    let state = live.select(|snapshot| snapshot.state.clone());
    let hydrated = live.is_hydrated();
    move || match state.get() {
        StoreState::Lost { reason, .. } => view! {
            <div class="empty">
                <p class="empty-title">"The store has not answered yet."</p>
                <p>{reason}</p>
                <p>
                    {move || {
                        if hydrated.get() {
                            "This page fills by itself as soon as it does."
                        } else {
                            "Reload the page to ask again."
                        }
                    }}
                </p>
            </div>
        }
        .into_any(),
        StoreState::Starting | StoreState::Connected => {
            view! { <p class="loading">"Reading the first numbers …"</p> }.into_any()
        }
    }
}
