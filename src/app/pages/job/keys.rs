//! The keys of a job's page: `r` retries or enqueues, `e` reschedules, `#` deletes.

use super::JobView;
use crate::app::components::act_on;
use crate::app::keyboard::is_taken;
use crate::model::Verb;
use leptos::ev;
use leptos::leptos_dom::helpers::window_event_listener;
use leptos::prelude::*;

/// Listens as long as the page is there.
pub(super) fn listen(job: JobView) {
    Effect::new(move || {
        let listener = window_event_listener(ev::keydown, move |event| {
            if !is_taken(&event) && press(job, &event.key()) {
                event.prevent_default();
            }
        });
        on_cleanup(move || listener.remove());
    });
}

/// Does what a key says; whether it said anything.
fn press(job: JobView, key: &str) -> bool {
    let wanted: &[Verb] = match key {
        "r" => &[Verb::Retry, Verb::Enqueue],
        "e" => &[Verb::Reschedule],
        "#" => &[Verb::Delete],
        _ => return false,
    };
    let Some(verb) = job.verbs().into_iter().find(|verb| wanted.contains(verb)) else {
        return false;
    };
    match verb {
        Verb::Retry | Verb::Enqueue => {
            job.act(act_on(verb.name(), vec![job.id.get_untracked()]));
        }
        _ => job.ask(verb),
    }
    true
}
