//! The pages: document shell, frame around every page, route table, one file a page.

#![allow(
    unreachable_pub,
    reason = "what the component macro makes is public, also in a private module"
)]

pub mod access;
pub mod address;
pub mod components;
pub mod event_stream;
pub mod format;
pub mod keyboard;
pub mod layout;
pub mod live;
pub mod pages;
mod shell;
pub mod theme;

use crate::app::layout::{Frame, Layout};
use crate::app::pages::{
    AlertsPage, AuditPage, DeadPage, FailureGroupPage, FailuresPage, HoldsPage, ImportPage,
    JobPage, NewHoldPage, NewOperationPage, NotFoundPage, OperationPage, OperationsPage,
    OverviewPage, PeriodicPage, ProcessesPage, QueuePage, QueuesPage, RetriesPage, RunningPage,
    ScheduledPage, SearchPage, StoresPage,
};
use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::{ParentRoute, Route, Router, Routes};
use leptos_router::{SsrMode, path};

pub use pages::{LoginDocument, LoginProvider, LoginTry};
pub use shell::{Site, shell};

/// Where the event stream is.
const LIVE_URL: &str = "/live";

/// The whole application, on the server and in the browser.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    access::provide_access();
    live::provide_live();
    keyboard::provide_help_dialog();
    components::provide_newest_notice();
    let live = live::use_live();
    let base = address::use_base_path();
    // Runs in the browser only, after it has taken the page over, and once a tab: what it opens outlives every page and frame.
    Effect::new(move || {
        live::subscribe(live, LIVE_URL);
        address::leave_percent_to_browser();
    });
    // Every page is rendered whole before its first byte leaves: right status, right title, and it works without JavaScript.
    view! {
        <Title formatter=document_title/>
        <Router base=base.to_string()>
            <Routes fallback=|| {
                view! {
                    <Frame>
                        <NotFoundPage/>
                    </Frame>
                }
            }>
                <ParentRoute path=path!("") view=Layout ssr=SsrMode::Async>
                    <Route path=path!("") view=OverviewPage/>
                    <Route path=path!("queues") view=QueuesPage/>
                    <Route path=path!("queues/:name") view=QueuePage/>
                    <Route path=path!("running") view=RunningPage/>
                    <Route path=path!("scheduled") view=ScheduledPage/>
                    <Route path=path!("retries") view=RetriesPage/>
                    <Route path=path!("dead") view=DeadPage/>
                    <Route path=path!("search") view=SearchPage/>
                    <Route path=path!("failures") view=FailuresPage/>
                    <Route path=path!("failures/:digest") view=FailureGroupPage/>
                    <Route path=path!("holds") view=HoldsPage/>
                    <Route path=path!("holds/new") view=NewHoldPage/>
                    // Both: by its path, and by the search box's query `?jid=`.
                    <Route path=path!("jobs") view=JobPage/>
                    <Route path=path!("jobs/:jid") view=JobPage/>
                    <Route path=path!("periodic") view=PeriodicPage/>
                    <Route path=path!("processes") view=ProcessesPage/>
                    <Route path=path!("alerts") view=AlertsPage/>
                    <Route path=path!("audit") view=AuditPage/>
                    <Route path=path!("stores") view=StoresPage/>
                    <Route path=path!("import") view=ImportPage/>
                    <Route path=path!("operations") view=OperationsPage/>
                    <Route path=path!("operations/new") view=NewOperationPage/>
                    <Route path=path!("operations/:id") view=OperationPage/>
                </ParentRoute>
            </Routes>
        </Router>
    }
}

/// The document's title. What the server writes into the page must be escaped here: `leptos_meta` writes it as it is, and titles hold names
/// that others wrote. A browser is given the text itself.
fn document_title(mut title: String) -> String {
    if title.is_empty() {
        title.push_str("Jobdeck");
    } else {
        title.push_str(" · Jobdeck");
    }
    if cfg!(target_arch = "wasm32") {
        title
    } else {
        title.replace('&', "&amp;").replace('<', "&lt;")
    }
}
