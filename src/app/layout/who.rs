//! Who is logged in, and the way out. A plain form: works without JavaScript.

use crate::app::address::link;
use crate::app::format;
use crate::model::{Actor, Via};
use leptos::prelude::*;

/// Who is logged in, and the way out; nothing on a server without a log-in.
#[component]
pub(super) fn Who(
    /// Who asks.
    actor: Actor,
) -> impl IntoView {
    // Whom a proxy names logs out there.
    let has_session = matches!(actor.via, Via::Session | Via::Oidc);
    (has_session || actor.via == Via::Proxy).then(|| {
        let label = format!("Logged in as {}, {}", actor.name, actor.role);
        let title = label.clone();
        let queues = &actor.scope.queues;
        let queues = (!queues.is_none())
            .then(|| format!("Queues: {}", format::seen(&queues.to_string())));
        let role = move || {
            view! {
                <p class="menu-note">{format!("Role: {}", actor.role)}</p>
                {queues.map(|queues| view! { <p class="menu-note">{queues}</p> })}
            }
        };
        let body = if has_session {
            view! {
                <form class="menu-body menu-items" action=link("/logout") method="post">
                    {role()}
                    <button class="menu-item" type="submit">"Log out"</button>
                    <button class="menu-item" type="submit" name="everywhere" value="1">"Log out everywhere"</button>
                </form>
            }
            .into_any()
        } else {
            view! { <div class="menu-body menu-items">{role()}</div> }.into_any()
        };
        view! {
            <details class="menu who" name="menu">
                <summary class="button button-quiet" title=title>
                    <span class="visually-hidden">{label}</span>
                    <span class="who-name" aria-hidden="true">{actor.name}</span>
                </summary>
                {body}
            </details>
        }
    })
}
