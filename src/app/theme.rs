//! Light or dark: by the system, or as the operator chose. Kept in a cookie, so that the server's page has it right from the first byte.

use crate::api::{SetTheme, Theme};
use leptos::prelude::*;
use leptos_meta::Html;

use super::components::{ActionForm, Icon, IconName};

/// Gives the document its theme and shows the switch: one button that says what comes next. A plain form post without JavaScript.
#[component]
pub fn ThemeSwitch(
    /// The theme that the request's cookie names.
    initial: Theme,
) -> impl IntoView {
    let action = ServerAction::<SetTheme>::new();
    let theme = Memo::new(move |_| {
        action.value().with(|value| match value {
            Some(Ok(theme)) => *theme,
            _ => initial,
        })
    });
    // The click shows at once; the answer only confirms it.
    let shown = Memo::new(move |_| {
        action
            .input()
            .with(|input| input.as_ref().map(|input| input.theme))
            .unwrap_or_else(|| theme.get())
    });
    view! {
        <Html {..} data-theme=move || shown.get().name()/>
        <ActionForm action=action attr:class="theme-switch">
            <input type="hidden" name="theme" value=move || shown.get().next().name()/>
            <button
                class="button button-quiet"
                type="submit"
                title=move || format!("Theme: {}. Change to {}.", shown.get().name(), shown.get().next().name())
            >
                <Icon name=IconName::Theme/>
                <span class="theme-word">{move || shown.get().name()}</span>
                <span class="visually-hidden">" theme; change it"</span>
            </button>
        </ActionForm>
    }
}
