//! The line at the top of every page.

use super::connection::Connection;
use super::store_switcher::StoreSwitcher;
use super::who::Who;
use crate::api::{Environment, SearchAddress, StoreLink, Theme};
use crate::app::address::{link, use_path};
use crate::app::components::{Icon, IconName, SearchInput, written_search};
use crate::app::keyboard::HelpButton;
use crate::app::live::use_live;
use crate::app::theme::ThemeSwitch;
use crate::model::{Actor, StoreColor, StoreInfo};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};

/// Product, store, environment, connection, search, theme, help, who one is.
#[component]
pub(super) fn Header(
    /// The theme that the request asked for.
    theme: Theme,
    /// The configured environment.
    environment: Option<Environment>,
    /// The stores that whoever asks may see, if there are several.
    stores: Vec<StoreLink>,
    /// Who asks.
    actor: Option<Actor>,
) -> impl IntoView {
    let here = stores.iter().find(|store| store.is_here);
    let color = here.map(|store| store.sign.color).or_else(|| {
        let environment = environment.as_ref()?;
        Some(StoreColor::of_environment(&environment.name))
    });
    let navigate = use_navigate();
    let search = use_location().search;
    let path = use_path();
    // Without loading the page anew the first jobs are there sooner.
    let submit = move |event: SubmitEvent| {
        let asked = written_search("find-job").filter(|asked| {
            let shown = search.with_untracked(|search| SearchAddress::parse(search));
            *asked != shown || path.with_untracked(|path| path != "/search")
        });
        if let Some(asked) = asked {
            event.prevent_default();
            navigate(&asked.first(), NavigateOptions::default());
        }
    };
    view! {
        <header class="header" data-color=color.map(StoreColor::name)>
            <a class="brand" href=link("/")>
                <svg class="brand-mark" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
                    <path d="M1 2.5h14v3H1zM1 7h9.5v3H1zM1 11.5h5v3H1z"></path>
                </svg>
                <span class="brand-name">"Jobdeck"</span>
            </a>
            {environment.map(|environment| view! { <span class="environment">{environment.name}</span> })}
            <StoreSwitcher stores/>
            <StoreLabel/>
            <Connection/>
            <form class="search" role="search" action=link("/search") method="get" on:submit=submit>
                <Icon name=IconName::Search/>
                <SearchInput
                    id="find-job"
                    label="Search all jobs"
                    name="q"
                    placeholder="Search all jobs, or a jid"
                    required=true
                />
                <kbd class="search-key" aria-hidden="true">"/"</kbd>
            </form>
            <ThemeSwitch initial=theme/>
            <HelpButton/>
            {actor.map(|actor| view! { <Who actor/> })}
        </header>
    }
}

/// What the store is, as soon as it has said so.
#[component]
fn StoreLabel() -> impl IntoView {
    let store = use_live().select(|snapshot| snapshot.store.clone());
    move || match store.get() {
        Some(StoreInfo {
            kind,
            address,
            version,
            ..
        }) => {
            let product = if version.is_empty() { kind } else { version };
            let title = format!("{product} at {address}");
            view! {
                <span class="store" title=title>
                    <span class="store-kind">{product}</span>
                    <span class="store-address">{address}</span>
                </span>
            }
            .into_any()
        }
        None => view! { <span class="store">"store unknown"</span> }.into_any(),
    }
}
