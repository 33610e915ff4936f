//! The question before a process is stopped.

use crate::api::SignalProcess;
use crate::app::components::{Confirm, Icon, IconName};
use crate::app::format;
use crate::app::live::use_live;
use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// Asks when the address says so: `?confirm=stop&process=IDENTITY`.
#[component]
pub(super) fn ConfirmStop(action: ServerAction<SignalProcess>) -> impl IntoView {
    let query = use_query_map();
    let asked = Memo::new(move |_| {
        query.with(|query| {
            (query.get("confirm").as_deref() == Some("stop"))
                .then(|| query.get("process"))
                .flatten()
                .filter(|identity| !identity.is_empty())
        })
    });
    move || {
        asked
            .get()
            .map(|identity| view! { <Question identity action/> })
    }
}

#[component]
fn Question(identity: String, action: ServerAction<SignalProcess>) -> impl IntoView {
    let live = use_live();
    let wanted = identity.clone();
    let running = live.select(move |snapshot| {
        let running = snapshot.running.iter();
        running.filter(|job| job.process == wanted).count() as u64
    });
    view! {
        <Confirm title=format!("Stop process {identity}?") cancel_href="/processes">
            <p>
                "It runs " <strong>{move || format::counted(running.get(), "job", "jobs")}</strong>
                " now. It fetches no more, finishes what it can within its time limit, hands the rest back to the queues, and ends. "
                "Nothing here can start it again."
            </p>
            <ActionForm action=action>
                <input type="hidden" name="identity" value=identity/>
                <input type="hidden" name="signal" value="stop"/>
                <button class="button button-primary" type="submit" disabled=move || action.pending().get()>
                    <Icon name=IconName::Stop/>
                    "Stop process"
                </button>
            </ActionForm>
        </Confirm>
    }
}
