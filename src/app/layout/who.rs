//! Who is logged in, and the way out. A plain form: works without JavaScript.

use crate::model::{Actor, Via};
use leptos::prelude::*;

/// Who is logged in, and the way out; nothing on a server without a log-in.
#[component]
pub(super) fn Who(
    /// Who asks.
    actor: Actor,
) -> impl IntoView {
    (actor.via == Via::Session).then(|| {
        let label = format!("Logged in as {}, {}", actor.name, actor.role);
        let title = label.clone();
        view! {
            <details class="menu who" name="menu">
                <summary class="button button-quiet" title=title>
                    <span class="visually-hidden">{label}</span>
                    <span class="who-name" aria-hidden="true">{actor.name}</span>
                </summary>
                <form class="menu-body menu-items" action="/logout" method="post">
                    <p class="menu-note">{format!("Role: {}", actor.role)}</p>
                    <button class="menu-item" type="submit">"Log out"</button>
                    <button class="menu-item" type="submit" name="everywhere" value="1">"Log out everywhere"</button>
                </form>
            </details>
        }
    })
}
