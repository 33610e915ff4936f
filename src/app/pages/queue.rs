//! One queue's jobs.

use crate::app::components::PageTitle;
use leptos::prelude::*;

/// One queue's jobs.
#[component]
pub fn QueuePage() -> impl IntoView {
    view! { <PageTitle title="Queue"/> }
}
