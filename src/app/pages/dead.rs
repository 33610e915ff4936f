//! The dead set.

use crate::app::components::PageTitle;
use leptos::prelude::*;

/// The dead set.
#[component]
pub fn DeadPage() -> impl IntoView {
    view! { <PageTitle title="Dead"/> }
}
