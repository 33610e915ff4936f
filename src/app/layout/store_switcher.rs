//! Which of several stores the page is about, and the way to the others. Plain links: works without JavaScript.

use super::navigation::list_of;
use crate::api::StoreLink;
use crate::app::address::{link, use_path};
use crate::app::components::StoreMark;
use leptos::prelude::*;

/// Which of several stores the page is about, and the way to the same page of the others; nothing where there is one only.
#[component]
pub(super) fn StoreSwitcher(
    /// The stores that whoever asks may see.
    stores: Vec<StoreLink>,
) -> impl IntoView {
    let here = stores.iter().find(|store| store.is_here).cloned();
    let path = use_path();
    (stores.len() > 1).then(|| {
        let here = here.map(|store| store.sign).unwrap_or_default();
        let items = stores
            .into_iter()
            .map(|store| {
                let StoreLink {
                    sign,
                    address,
                    is_here,
                } = store;
                let href = move || path.with(|path| format!("{address}{}", list_of(path)));
                view! {
                    // Another store is another application to the router.
                    <a class="menu-item" href=href rel="external" aria-current=is_here.then_some("true")>
                        <StoreMark sign/>
                    </a>
                }
            })
            .collect_view();
        view! {
            <details class="menu store-switcher" name="menu">
                <summary class="button button-quiet" title="Other stores">
                    <span class="visually-hidden">"Store: "</span>
                    <StoreMark sign=here/>
                </summary>
                <nav class="menu-body menu-items" aria-label="Stores">
                    {items}
                    <a class="menu-item menu-apart" href=link("/stores")>"All stores"</a>
                </nav>
            </details>
        }
    })
}
