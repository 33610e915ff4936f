//! The export that was wanted when an operation was confirmed: it begins by itself when the operation is over.

use super::state::operation_path;
use crate::api::{export_format, operation_export_address};
use crate::app::address::{self, link};
use crate::app::components::{Notice, NoticeKind};
use crate::model::Operation;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::HtmlElement;
use leptos_router::{NavigateOptions, hooks::use_navigate};

/// Says that an export comes, and fetches it once. Without JavaScript it is a link when it is there.
#[component]
pub(super) fn Download(
    operation: Memo<Option<Operation>>,
    /// The page's query: `?export=ndjson`.
    search: Memo<String>,
) -> impl IntoView {
    let wanted = Memo::new(move |_| {
        let format = search.with(|search| address::value(search, "export"))?;
        export_format(&format)
    });
    // The address, once there is something at it.
    let ready = Memo::new(move |_| {
        let format = wanted.get()?;
        operation.with(|operation| {
            let operation = operation.as_ref()?;
            let path = operation_export_address(&operation.id, format);
            operation.can_be_exported().then_some(path)
        })
    });
    let begun = RwSignal::new(false);
    let navigate = use_navigate();
    Effect::new(move || {
        let Some(path) = ready.get() else { return };
        begun.set(true);
        fetch(&link(path));
        // Who loads the page again does not want the file again.
        let page = operation.with_untracked(|operation| {
            operation
                .as_ref()
                .map(|operation| operation_path(&operation.id))
        });
        if let Some(page) = page {
            let options = NavigateOptions {
                replace: true,
                scroll: false,
                ..NavigateOptions::default()
            };
            navigate(&page, options);
        }
    });
    let is_coming = move || {
        wanted.get().is_some()
            && operation.with(|operation| {
                operation
                    .as_ref()
                    .is_some_and(|operation| !operation.state.is_over())
            })
    };
    view! {
        <Show when=is_coming>
            <Notice kind=NoticeKind::Done>
                "The export of the jobs that are changed can be downloaded when it is over; leave this page open and it comes by itself."
            </Notice>
        </Show>
        <Show when=move || begun.get()>
            <Notice kind=NoticeKind::Done>"The export is being downloaded. It can be fetched again below, as long as the operation can be undone."</Notice>
        </Show>
        {move || {
            ready.get().filter(|_| !begun.get()).map(|path| {
                view! {
                    <Notice kind=NoticeKind::Done>
                        "The export is ready: " <a href=link(path) rel="external" download="">"download it"</a> "."
                    </Notice>
                }
            })
        }}
    }
}

/// Has the browser fetch a file, as if somebody had pressed a link to it.
fn fetch(path: &str) {
    let link = document()
        .create_element("a")
        .ok()
        .and_then(|link| link.dyn_into::<HtmlElement>().ok());
    if let Some(link) = link {
        let _ = link.set_attribute("href", path);
        let _ = link.set_attribute("download", "");
        link.click();
    }
}
