//! The browser's entry point: takes over the pages that the server rendered.

use crate::app::{App, address};
use leptos::prelude::{document, provide_context};
use leptos::server_fn::client::try_set_server_url;
use wasm_bindgen::prelude::wasm_bindgen;

/// Called once by the page's loader script when the wasm has arrived.
#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    let base = address::base_path_of_document();
    // For as long as the tab lives. It fails only for a second time.
    let _ = try_set_server_url(base.to_string().leak());
    leptos::mount::hydrate_body(move || {
        provide_context(base);
        App()
    });
    // Says that the page has been taken over: styles show what needs scripts, and tests wait for it.
    if let Some(root) = document().document_element() {
        let _ = root.set_attribute("data-hydrated", "true");
    }
}
