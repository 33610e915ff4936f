//! What runs now.

use crate::app::components::PageTitle;
use leptos::prelude::*;

/// What runs now.
#[component]
pub fn RunningPage() -> impl IntoView {
    view! { <PageTitle title="Running"/> }
}
