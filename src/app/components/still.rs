//! What does not move under a pointer.

use crate::app::live::use_live;
use leptos::ev::FocusEvent;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::Element;

/// Whether somebody is at a part of a page: points at it, or has the focus in it by the keyboard.
#[derive(Clone, Copy, Debug)]
pub struct Touch {
    pointed: RwSignal<bool>,
    focused: RwSignal<bool>,
}

impl Touch {
    /// Nobody is there.
    #[must_use]
    #[expect(
        clippy::new_without_default,
        reason = "it makes signals, which belong to the place where they are made"
    )]
    pub fn new() -> Self {
        Self {
            pointed: RwSignal::new(false),
            focused: RwSignal::new(false),
        }
    }

    /// Whether somebody is there.
    #[must_use]
    pub fn get(self) -> bool {
        self.pointed.get() || self.focused.get()
    }

    /// The value as it was when somebody came, while he is there; and whether it would be another one by now.
    pub fn hold<T: PartialEq + Clone + Send + Sync + 'static>(
        self,
        value: Memo<T>,
    ) -> (Memo<T>, Memo<bool>) {
        let held = Memo::new(move |last: Option<&T>| match last {
            Some(last) if self.get() => last.clone(),
            _ => value.get(),
        });
        let differs =
            Memo::new(move |_| self.get() && held.with(|held| value.with(|value| held != value)));
        (held, differs)
    }
}

/// A part of a page that holds still while somebody is at it.
#[component]
pub fn Still(
    /// Whether somebody is.
    touch: Touch,
    /// Class of the element around it.
    #[prop(optional)]
    class: &'static str,
    /// What holds still.
    children: Children,
) -> impl IntoView {
    // By the keyboard only: a link that was clicked keeps the focus, and nobody may be there any more.
    let enter = move |event: FocusEvent| {
        let is_visible = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok())
            .is_some_and(|element| element.matches(":focus-visible").unwrap_or(false));
        touch.focused.set(is_visible);
    };
    view! {
        <div
            class=class
            on:pointerenter=move |_| touch.pointed.set(true)
            on:pointerleave=move |_| touch.pointed.set(false)
            on:focusin=enter
            on:focusout=move |_| touch.focused.set(false)
        >
            {children()}
        </div>
    }
}

/// Says that a part holds still although there is news, and why.
#[component]
pub fn StillNote(
    /// Whether there is news.
    differs: Memo<bool>,
) -> impl IntoView {
    let hydrated = use_live().is_hydrated();
    view! {
        <span class="still-note" hidden=move || !(hydrated.get() && differs.get())>
            "held still while you are here"
        </span>
    }
}
