//! What a field for a text holds when the address says something else than before.

use leptos::html::Input;
use leptos::prelude::*;

/// Has a field show each new value. What somebody has typed before the page was alive stays.
pub fn follow_text(input: NodeRef<Input>, value: Signal<String>) {
    Effect::new(move |before: Option<String>| {
        let value = value.get();
        if before.is_some_and(|before| before != value)
            && let Some(input) = input.get_untracked()
        {
            input.set_value(&value);
        }
        value
    });
}
