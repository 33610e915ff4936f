//! The browser's entry point: takes over the pages that the server rendered.

use wasm_bindgen::prelude::wasm_bindgen;

/// Called once by the page's loader script when the wasm has arrived.
#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(crate::app::App);
    // Says that the page has been taken over: styles show what needs scripts, and tests wait for it.
    if let Some(root) = leptos::prelude::document().document_element() {
        let _ = root.set_attribute("data-hydrated", "true");
    }
}
