//! A button that copies a text.

use super::{Icon, IconName};
use crate::app::live::use_live;
use leptos::prelude::*;
use leptos::wasm_bindgen::{JsCast, JsValue};
use leptos::web_sys::js_sys::{Function, Reflect};
use leptos::web_sys::HtmlTextAreaElement;
use std::time::Duration;

/// How long the button says what it did.
const SAID: Duration = Duration::from_secs(2);

/// A button that copies a text; only there once the browser can do it.
#[component]
pub fn CopyButton(
    /// The text.
    #[prop(into)]
    text: Signal<String>,
    /// What it is, for the button's name: `payload`.
    what: &'static str,
) -> impl IntoView {
    let hydrated = use_live().is_hydrated();
    let said = RwSignal::new("");
    let copy = move |_| {
        said.set(if text.with_untracked(|text| copy(text)) { "Copied" } else { "Not possible" });
        set_timeout(move || { said.try_set(""); }, SAID);
    };
    view! {
        <button
            type="button"
            class="button button-quiet copy-button"
            hidden=move || !hydrated.get()
            on:click=copy
        >
            <Icon name=IconName::Copy/>
            <span aria-live="polite">
                {move || match said.get() { "" => "Copy", said => said }}
            </span>
            <span class="visually-hidden">" " {what}</span>
        </button>
    }
}

/// Copies a text; says whether it was tried. The modern way exists on secure pages only, the old one everywhere.
fn copy(text: &str) -> bool {
    let navigator = window().navigator();
    let clipboard = Reflect::get(&navigator, &"clipboard".into()).unwrap_or(JsValue::UNDEFINED);
    if clipboard.is_object() {
        let write = Reflect::get(&clipboard, &"writeText".into())
            .ok()
            .and_then(|write| write.dyn_into::<Function>().ok());
        return write.is_some_and(|write| write.call1(&clipboard, &text.into()).is_ok());
    }
    copy_by_selection(text).unwrap_or(false)
}

/// Copies by selecting a field that nobody sees.
fn copy_by_selection(text: &str) -> Option<bool> {
    let body = document().body()?;
    let field: HtmlTextAreaElement = document().create_element("textarea").ok()?.dyn_into().ok()?;
    field.set_value(text);
    field.set_class_name("visually-hidden");
    body.append_child(&field).ok()?;
    field.select();
    let command = Reflect::get(&document(), &"execCommand".into())
        .ok()?
        .dyn_into::<Function>()
        .ok()?;
    let copied = command.call1(&document(), &"copy".into()).ok()?.is_truthy();
    field.remove();
    Some(copied)
}
