//! Every queue.

use crate::app::components::PageTitle;
use leptos::prelude::*;

/// Every queue.
#[component]
pub fn QueuesPage() -> impl IntoView {
    view! { <PageTitle title="Queues"/> }
}
