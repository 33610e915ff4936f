//! All that matters at a glance.

use crate::app::components::PageTitle;
use leptos::prelude::*;

/// All that matters at a glance.
#[component]
pub fn OverviewPage() -> impl IntoView {
    view! { <PageTitle title="Overview"/> }
}
