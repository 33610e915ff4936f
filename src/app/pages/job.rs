//! One job, wherever it is.

use crate::app::components::PageTitle;
use leptos::prelude::*;

/// One job, wherever it is.
#[component]
pub fn JobPage() -> impl IntoView {
    view! { <PageTitle title="Job"/> }
}
