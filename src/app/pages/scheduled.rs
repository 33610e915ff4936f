//! The scheduled set.

use crate::app::components::PageTitle;
use leptos::prelude::*;

/// The scheduled set.
#[component]
pub fn ScheduledPage() -> impl IntoView {
    view! { <PageTitle title="Scheduled"/> }
}
