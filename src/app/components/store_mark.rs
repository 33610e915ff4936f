//! A store's colour and label.

use crate::app::format;
use crate::model::StoreSign;
use leptos::prelude::*;

/// A store's colour and label. The colour is a mark beside the words, which say all of it.
#[component]
pub fn StoreMark(
    /// The store.
    sign: StoreSign,
) -> impl IntoView {
    let StoreSign { label, color, .. } = sign;
    view! {
        <span class="store-mark" data-color=color.name()>
            <span class="store-dot" aria-hidden="true"></span>
            <span class="store-name">{format::seen(&label)}</span>
        </span>
    }
}
