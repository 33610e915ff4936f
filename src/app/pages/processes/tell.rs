//! The question before a process is told something.

use crate::api::SignalProcess;
use crate::app::address::{self, use_own_search};
use crate::app::components::{ActionForm, Confirm, Icon, IconName};
use crate::app::format;
use crate::model::{ProcessInfo, Signal};
use leptos::prelude::*;

/// As on buttons.
pub(super) fn verb(signal: Signal) -> &'static str {
    match signal {
        Signal::Quiet => "Quiet",
        Signal::Stop => "Stop",
        Signal::Dump => "Dump",
    }
}

pub(super) fn icon(signal: Signal) -> IconName {
    match signal {
        Signal::Quiet => IconName::Paused,
        Signal::Stop => IconName::Stop,
        Signal::Dump => IconName::Enqueued,
    }
}

/// What follows.
fn consequence(signal: Signal) -> &'static str {
    match signal {
        Signal::Quiet => {
            "It fetches no more jobs and finishes those it has. This cannot be undone: it does nothing more until it is restarted."
        }
        Signal::Stop => {
            "It fetches no more, finishes what it can within its time limit, hands the rest back to the queues, and ends. \
             Nothing here can start it again."
        }
        Signal::Dump => {
            "It writes what each of its threads does to its own log, where it runs. Nothing else changes."
        }
    }
}

/// The address of the page with the question.
pub(super) fn href(signal: Signal, identity: &str) -> String {
    let process = format::url_encode(identity);
    format!("/processes?confirm={}&process={process}", signal.word())
}

/// What the address asks, and about which process: `confirm=stop&process=IDENTITY`.
fn asked(search: &str) -> Option<(Signal, String)> {
    Signal::ALL.into_iter().find_map(|signal| {
        let identity = address::asked(search, signal.word(), "process")?;
        Some((signal, identity))
    })
}

/// Asks when the address says so.
#[component]
pub(super) fn ConfirmSignal(
    processes: Memo<Option<Vec<ProcessInfo>>>,
    action: ServerAction<SignalProcess>,
) -> impl IntoView {
    let search = use_own_search();
    let asked = Memo::new(move |_| search.with(|search| asked(search)));
    move || {
        asked
            .get()
            .map(|(signal, identity)| view! { <Question signal identity processes action/> })
    }
}

#[component]
fn Question(
    signal: Signal,
    identity: String,
    processes: Memo<Option<Vec<ProcessInfo>>>,
    action: ServerAction<SignalProcess>,
) -> impl IntoView {
    let wanted = identity.clone();
    let busy = Memo::new(move |_| {
        processes.with(|processes| {
            let mut processes = processes.iter().flatten();
            processes
                .find(|process| process.identity == wanted)
                .map(|process| process.busy)
        })
    });
    let now = move || match busy.get() {
        Some(busy) => {
            let jobs = format::counted(busy, "job", "jobs");
            view! { "It runs " <strong>{jobs}</strong> " now. " }.into_any()
        }
        None => "No process of this name has a heartbeat. ".into_any(),
    };
    let verb = verb(signal);
    view! {
        <Confirm
            title=format!("{verb} process {identity}?")
            cancel_href="/processes"
            action=*action
        >
            <p>{now} {consequence(signal)}</p>
            <ActionForm action=action>
                <input type="hidden" name="identity" value=identity/>
                <input type="hidden" name="signal" value=signal.word()/>
                <button class="button button-primary" type="submit" disabled=move || action.pending().get()>
                    <Icon name=icon(signal)/>
                    {verb}
                    " process"
                </button>
            </ActionForm>
        </Confirm>
    }
}

#[cfg(test)]
mod tests {
    use super::{asked, href};
    use crate::model::Signal;

    #[test]
    fn the_address_of_a_question_asks_it() {
        for signal in Signal::ALL {
            for identity in ["host:1:abc", "host%3A1", "a b&c=d"] {
                let href = href(signal, identity);
                let (_, search) = href.split_once('?').unwrap();
                assert_eq!(asked(search), Some((signal, identity.to_owned())), "{href}");
            }
        }
    }

    #[test]
    fn nothing_else_is_asked() {
        for search in ["", "confirm=stop", "process=a", "confirm=kill&process=a"] {
            assert_eq!(asked(search), None, "{search}");
        }
    }
}
