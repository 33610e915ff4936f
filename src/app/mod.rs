//! The pages: document shell, route table, one file a page.

use leptos::prelude::*;
use leptos_meta::{MetaTags, Stylesheet, Title, provide_meta_context};
use leptos_router::components::{Route, Router, Routes};
use leptos_router::path;

/// The HTML document around every page.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <HydrationScripts options/>
                <MetaTags/>
            </head>
            <body><App/></body>
        </html>
    }
}

/// The whole application, on the server and in the browser.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    view! {
        <Title text="Jobdeck"/>
        <Stylesheet id="main" href="/pkg/jobdeck.css"/>
        <Router>
            <Routes fallback=|| "Not found">
                <Route path=path!("") view=|| view! { <h1>"Jobdeck"</h1> }/>
            </Routes>
        </Router>
    }
}
