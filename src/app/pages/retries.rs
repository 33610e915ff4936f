//! The retry set.

use crate::app::components::PageTitle;
use leptos::prelude::*;

/// The retry set.
#[component]
pub fn RetriesPage() -> impl IntoView {
    view! { <PageTitle title="Retries"/> }
}
