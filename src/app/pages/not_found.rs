//! The page for an address that leads nowhere.

use crate::app::address::link;
use crate::app::components::PageTitle;
use leptos::prelude::*;

/// The page for an address that leads nowhere.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    view! {
        <PageTitle title="Not found"/>
        <div class="empty">
            <p class="empty-title">"There is no page at this address."</p>
            <p>
                "Jobs that are done leave no page behind. Look at the " <a href=link("/")>"overview"</a>
                ", or find a job by its jid in the box above."
            </p>
        </div>
    }
}
