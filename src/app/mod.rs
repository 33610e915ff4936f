//! The pages: document shell, route table, one file a page.

mod shell;

pub use shell::{Site, shell};

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::{Route, Router, Routes};
use leptos_router::path;

/// The whole application, on the server and in the browser.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    view! {
        <Title text="Jobdeck"/>
        <Router>
            <Routes fallback=|| "Not found">
                <Route path=path!("") view=|| view! { <h1>"Jobdeck"</h1> }/>
            </Routes>
        </Router>
    }
}
