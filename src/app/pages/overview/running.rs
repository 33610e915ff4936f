//! What runs now.

use crate::app::address::link;
use crate::app::components::{Elapsed, Still, StillNote, Touch, queue_chip};
use crate::app::format;
use crate::app::live::use_live;
use leptos::prelude::*;

/// How many are shown here; the page `/running` has all.
const SHOWN: usize = 10;

/// The jobs that have been running longest.
#[component]
pub(super) fn RunningNow() -> impl IntoView {
    let live = use_live();
    let touch = Touch::new();
    let (running, differs) = touch.hold(live.select(|snapshot| {
        snapshot
            .running
            .iter()
            .take(SHOWN)
            .cloned()
            .collect::<Vec<_>>()
    }));
    let total = live.select(|snapshot| snapshot.overview.running);
    let processes = live.select(|snapshot| snapshot.overview.processes);
    let none = Memo::new(move |_| running.with(Vec::is_empty));
    let note = move || match total.get() {
        total if total > SHOWN as u64 => format!("the longest {SHOWN} of {}", format::count(total)),
        _ => "longest first".to_owned(),
    };
    let nothing = move || {
        if processes.get() == 0 {
            "No worker process is there, so nothing can run."
        } else {
            "Nothing runs at this moment."
        }
    };
    view! {
        <section class="panel" aria-labelledby="running-title">
            <div class="panel-head">
                <h2 id="running-title">"Running now"</h2>
                <span class="panel-note">{note}</span>
                <StillNote differs/>
                <a class="panel-more" href=link("/running")>"All running"</a>
            </div>
            <Show
                when=move || !none.get()
                fallback=move || view! { <p class="empty-small">{nothing}</p> }
            >
                <Still touch>
                    <table class="table">
                        <thead>
                            <tr>
                                <th scope="col">"Job"</th>
                                <th scope="col" class="medium">"Queue"</th>
                                <th scope="col" class="num">"For"</th>
                            </tr>
                        </thead>
                        <tbody>
                            <For
                                each=move || running.get()
                                key=|job| (job.process.clone(), job.thread.clone(), job.jid.clone(), job.run_at)
                                let:job
                            >
                                <tr>
                                    <th scope="row" class="grow cut">
                                        <a class="name" href=link(format::job_path(&job.jid))>{format::seen(&job.class)}</a>
                                        " "
                                        <span class="mono muted">{format::seen(&job.args)}</span>
                                    </th>
                                    <td class="medium">
                                        {queue_chip(&job.queue)}
                                    </td>
                                    <td class="num nowrap">
                                        {match job.started_at() {
                                            Some(at) => view! { <Elapsed since=Signal::stored(at)/> }.into_any(),
                                            None if job.owner_gone => {
                                                view! { <span class="state-paused">"owner gone"</span> }.into_any()
                                            }
                                            None => view! { <span class="muted">"–"</span> }.into_any(),
                                        }}
                                    </td>
                                </tr>
                            </For>
                        </tbody>
                    </table>
                </Still>
            </Show>
        </section>
    }
}
