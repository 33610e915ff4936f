//! A queue in a table.

#![expect(
    clippy::needless_pass_by_value,
    reason = "components own their properties"
)]

use super::{JobState, Sparkline, StateBadge};
use crate::app::address::link;
use crate::app::format;
use crate::app::live::{QueueNumbers, queue_numbers};
use leptos::prelude::*;

/// A row of a table of queues: name, size, latency and trend, which follow the live numbers.
#[component]
pub fn QueueRow(
    name: String,
    /// Whether the trend is left out on narrow screens, where something else needs the room.
    #[prop(optional)]
    with_less_room: bool,
    /// What stands behind the numbers.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let QueueNumbers { summary, trend } = queue_numbers(&name);
    let size_class = move || {
        if summary.with(|queue| queue.size == 0) {
            "num zero"
        } else {
            "num num-lead"
        }
    };
    let href = format::queue_path(&name);
    view! {
        <tr>
            <th scope="row" class="grow cut">
                <a class="name" href=link(href)>{format::seen(&name)}</a>
                {move || {
                    summary
                        .with(|queue| queue.paused)
                        .then(|| view! { " " <StateBadge state=JobState::Paused/> })
                }}
            </th>
            <td class=size_class>{move || summary.with(|queue| format::count(queue.size))}</td>
            <td class="num">{move || summary.with(|queue| format::duration(queue.latency_seconds))}</td>
            <td class="trend" class:medium=with_less_room><Sparkline sizes=trend/></td>
            {children.map(|children| view! { <td class="actions">{children()}</td> })}
        </tr>
    }
}
