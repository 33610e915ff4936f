//! Worker processes.

use crate::app::components::PageTitle;
use leptos::prelude::*;

/// Worker processes.
#[component]
pub fn ProcessesPage() -> impl IntoView {
    view! { <PageTitle title="Processes"/> }
}
