//! One hold.

use crate::api::{ReleaseHold, query_string};
use crate::app::access::may;
use crate::app::address::link;
use crate::app::components::{ActionForm, Time, UtcTime, spread_options};
use crate::app::format;
use crate::model::{Hold, HoldStatus, Right};
use leptos::prelude::*;

/// One hold: which retries and why, how many, until when, and the way to let them go.
#[component]
pub(super) fn HoldRow(
    status: Memo<HoldStatus>,
    release: ServerAction<ReleaseHold>,
) -> impl IntoView {
    let hold = Memo::new(move |_| status.with(|status| status.hold.clone()));
    let held = Memo::new(move |_| status.with(|status| status.held));
    let until = Memo::new(move |_| hold.with(|hold| hold.until));
    let id = Memo::new(move |_| hold.with(|hold| hold.id.clone()));
    let of_hold = move || format!(" retries {}", hold.with(Hold::in_words));
    view! {
        <tr id=move || format!("hold-{}", id.get())>
            <th scope="row">
                {move || hold.with(what)}
                <div class="second-line">
                    "since " <Time at=Signal::derive(move || hold.with(|hold| hold.created_at))/>
                    {move || hold.with(|hold| hold.reason.clone()).map(|reason| format!(": {reason}"))}
                </div>
            </th>
            <td class="num num-lead">
                <span class="hold-label">"Held "</span>
                {move || format::count(held.get())}
            </td>
            <td class="nowrap">
                <span class="hold-label">"Until "</span>
                <UtcTime at=until/>
                <div class="second-line"><Time at=until/></div>
            </td>
            <td class="actions">
                {may(Right::HoldRetries).then(|| view! {
                    <ActionForm action=release attr:class="hold-release">
                    <input type="hidden" name="id" value=move || id.get()/>
                    <select name="spread" autocomplete="off" aria-label=move || format!("How{} are released", of_hold())>
                        {spread_options("all at once", 0)}
                    </select>
                    <button class="button button-primary" type="submit" disabled=move || release.pending().get()>
                        "Release"
                        <span class="visually-hidden">{of_hold}</span>
                    </button>
                </ActionForm>
                    })}
            </td>
        </tr>
    }
}

/// The group by its name, or the search; each leads to the jobs.
fn what(hold: &Hold) -> AnyView {
    let query = hold.query.clone();
    match hold.group() {
        Some(group) => {
            let name = if hold.name.is_empty() {
                format!("Failure group {group}")
            } else {
                hold.name.clone()
            };
            view! { <a class="name" href=link(format!("/failures/{group}"))>{name}</a> }.into_any()
        }
        None => {
            let href = format!(
                "/retries{}",
                query_string::write([("filter", query.as_str())])
            );
            view! { <a class="name mono" href=link(href)>{query}</a> }.into_any()
        }
    }
}
