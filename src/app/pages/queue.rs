//! One queue's jobs.

use super::job_list::JobList;
use crate::api::SetQueuePaused;
use crate::app::access::may_in;
use crate::app::address::{link, use_segment};
use crate::app::components::{
    ActionForm, ActionNotice, Count, Headline, Icon, IconName, JobState, PageTitle, StateBadge,
};
use crate::app::format;
use crate::app::live::use_live;
use crate::model::{Place, Right};
use leptos::prelude::*;

/// One queue's jobs.
#[component]
pub fn QueuePage() -> impl IntoView {
    let name = use_segment("/queues/");
    let summary = {
        let live = use_live();
        let snapshot = live.snapshot();
        Memo::new(move |_| {
            let name = name.get();
            snapshot.with(|snapshot| {
                let queue = snapshot
                    .overview
                    .queues
                    .iter()
                    .find(|queue| queue.name == name);
                queue.cloned().unwrap_or_default()
            })
        })
    };
    let size = Memo::new(move |_| summary.with(|queue| queue.size));
    let latency = Memo::new(move |_| summary.with(|queue| format::duration(queue.latency_seconds)));
    let paused = Memo::new(move |_| summary.with(|queue| queue.paused));
    let pause = ServerAction::<SetQueuePaused>::new();
    let clear = move || {
        format!(
            "/queues?confirm=clear&queue={}",
            format::url_encode(&name.get())
        )
    };
    let is_empty = Memo::new(move |_| size.get() == 0);
    view! {
        <PageTitle title=Signal::derive(move || format!("Queue {}", name.get()))>
            <Headline>
                <strong class=JobState::Enqueued.class()><Count value=size/></strong>
                {move || if size.get() == 1 { " job waits" } else { " jobs wait" }}
                {move || (!is_empty.get()).then(|| format!(", the oldest for {}", latency.get()))}
            </Headline>
            {move || paused.get().then(|| view! { <StateBadge state=JobState::Paused/> })}
            {move || may_in(Right::PauseQueues, &name.get()).then(|| view! {
                <div class="row-actions title-actions">
                <ActionForm action=pause>
                    <input type="hidden" name="queue" value=move || name.get()/>
                    <input type="hidden" name="paused" value=move || (!paused.get()).to_string()/>
                    <button class="button button-quiet" type="submit" disabled=move || pause.pending().get()>
                        {move || {
                            let name = if paused.get() { IconName::Running } else { IconName::Paused };
                            view! { <Icon name/> }
                        }}
                        {move || if paused.get() { "Resume queue" } else { "Pause queue" }}
                    </button>
                </ActionForm>
                <a
                    class="button button-quiet button-danger"
                    href=move || link(clear())
                    hidden=move || is_empty.get()
                >
                    <Icon name=IconName::Delete/>
                    "Clear queue…"
                </a>
            </div>
                })}
        </PageTitle>
        <ActionNotice value=pause.value() done=String::clone/>
        <JobList place=Signal::derive(move || Place::Queue(name.get()))/>
    }
}
