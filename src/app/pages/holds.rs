//! Retries that are kept from being tried for a while: all holds, a new one.

mod new;
mod row;

pub use new::NewHoldPage;

use crate::api::{HoldForm, ReleaseHold};
use crate::app::access::may;
use crate::app::address::link;
use crate::app::components::{ActionNotice, PageTitle, hold_ids};
use crate::app::format;
use crate::app::live::use_live;
use crate::model::{HoldStatus, Right};
use leptos::prelude::*;
use row::HoldRow;

/// Every hold that is in force.
#[component]
pub fn HoldsPage() -> impl IntoView {
    let live = use_live();
    let release = ServerAction::<ReleaseHold>::new();
    let is_known = live.is_known();
    let names = hold_ids();
    let held = live.select(|snapshot| snapshot.holds.iter().map(|status| status.held).sum::<u64>());
    let none = Memo::new(move |_| names.with(Vec::is_empty));
    let headline = move || {
        let holds = names.with(Vec::len) as u64;
        is_known.get().then(|| {
            format!(
                "{} held by {}",
                format::counted(held.get(), "retry", "retries"),
                format::counted(holds, "hold", "holds")
            )
        })
    };
    let row = move |id: String| {
        let status = live.select(move |snapshot| {
            let mut holds = snapshot.holds.iter();
            holds.find(|status| status.hold.id == id).cloned()
        });
        // What is released is gone from the next reading before its row is.
        let status = Memo::new(move |last: Option<&HoldStatus>| {
            status.get().or_else(|| last.cloned()).unwrap_or_default()
        });
        view! { <HoldRow status release/> }
    };
    view! {
        <PageTitle title="Holds">
            <p class="headline">{headline}</p>
            {may(Right::HoldRetries).then(|| view! {
                <a class="button title-action" href=link(HoldForm::of("").address())>"New hold"</a>
            })}
        </PageTitle>
        <ActionNotice value=release.value() done=String::clone/>
        <Show when=move || is_known.get()>
            <Show when=move || !none.get() fallback=Empty>
                <div class="table-scroll">
                    <table class="table holds">
                        <thead>
                            <tr>
                                <th scope="col">"Retries"</th>
                                <th scope="col" class="num">"Held now"</th>
                                <th scope="col">"Until"</th>
                                <th scope="col" class="actions">
                                    <span class="visually-hidden">"Actions"</span>
                                </th>
                            </tr>
                        </thead>
                        <tbody>
                            <For each=move || names.get() key=String::clone children=row/>
                        </tbody>
                    </table>
                </div>
                <p class="holds-hint">
                    "What is held waits in the " <a href=link("/retries")>"retries"</a>
                    " for the end of its hold, and is due then by itself. Release lets it be tried now, as an operation; what has not run by then can be taken back."
                </p>
            </Show>
        </Show>
    }
}

#[component]
fn Empty() -> impl IntoView {
    view! {
        <div class="empty">
            <p class="empty-title">"Nothing is held."</p>
            <p>
                "A hold keeps retries from being tried while what they need is down: they wait for its end, and use up no attempt. Begin with a "
                <a href=link("/failures")>"group of failures"</a> ", or with "
                <a href=link(HoldForm::of("").address())>"a search"</a> "."
            </p>
        </div>
    }
}
