//! The frame around every page: header, navigation with live counts, banners.

mod alerts_banner;
mod banner;
mod connection;
mod header;
mod holds_banner;
mod navigation;
mod operations_banner;
mod store_switcher;
mod strip;
mod who;

use crate::api::{PageFrame, get_page_frame, get_snapshot};
use crate::app::access::use_access;
use crate::app::address::use_path;
use crate::app::components::{ErrorNotice, Notice, NoticeKind};
use crate::app::keyboard::KeyboardHelp;
use crate::app::live::use_live;
use alerts_banner::AlertsBanner;
use banner::StoreBanner;
use header::Header;
use holds_banner::HoldsBanner;
use leptos::prelude::*;
use leptos_router::components::Outlet;
use navigation::Navigation;
use operations_banner::OperationsBanner;

/// The frame with the page that the address names.
#[component]
pub fn Layout() -> impl IntoView {
    view! {
        <Frame>
            <Outlet/>
        </Frame>
    }
}

/// The frame around any page.
#[component]
pub fn Frame(
    /// The page.
    children: ChildrenFn,
) -> impl IntoView {
    let live = use_live();
    let access = use_access();
    // Two, so that neither waits for the other.
    let first = OnceResource::new(get_snapshot());
    let frame = OnceResource::new(get_page_frame());
    view! {
        // A page that reads something outside a `<Transition>` of its own must not take all of it away meanwhile.
        <Transition>
            {move || {
                let children = children.clone();
                Suspend::new(async move {
                    let problem = match first.await {
                        Ok(snapshot) => {
                            live.receive(snapshot);
                            None
                        }
                        Err(error) => Some(error),
                    };
                    let PageFrame { theme, notice, environment, actor, stores } = frame.await.unwrap_or_default();
                    let has_stores = stores.len() > 1;
                    // Before any page is made: it draws what this role may do.
                    access.set(actor.as_ref());
                    view! {
                        // The browser's own business: the router would take it for a page, and not move the focus.
                        <a class="skip-link" href="#main" rel="external">"Skip to content"</a>
                        <Header theme environment stores actor/>
                        <div class="frame">
                            <Navigation has_stores/>
                            <main id="main" class="page" tabindex="-1">
                                <StoreBanner/>
                                <AlertsBanner/>
                                <HoldsBanner/>
                                <OperationsBanner/>
                                {problem.map(|error| view! { <ErrorNotice error/> })}
                                {notice.map(|text| view! { <FirstPageNotice text/> })}
                                {children()}
                            </main>
                        </div>
                        <KeyboardHelp/>
                    }
                })
            }}
        </Transition>
    }
}

/// What a plain form post has done: told on the page that it led to, gone on the next.
#[component]
fn FirstPageNotice(text: String) -> impl IntoView {
    let path = use_path();
    let first = StoredValue::new(path.get_untracked());
    let text = StoredValue::new(text);
    let here = Memo::new(move |_| path.with(|path| first.with_value(|first| path == first)));
    view! {
        <Show when=move || here.get()>
            <Notice kind=NoticeKind::Done>{text.get_value()}</Notice>
        </Show>
    }
}
