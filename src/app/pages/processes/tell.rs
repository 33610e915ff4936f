//! The question before a process is told something.

use crate::api::SignalProcess;
use crate::app::address::{self, use_own_search};
use crate::app::components::{Confirm, Icon, IconName};
use crate::app::format;
use crate::model::ProcessInfo;
use leptos::form::ActionForm;
use leptos::prelude::*;

/// What a process can be told here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// To write what it does to its log.
    Dump,
    /// To fetch no more jobs.
    Quiet,
    /// To end.
    Stop,
}

impl Order {
    /// In the address, and as the server function reads it.
    fn name(self) -> &'static str {
        match self {
            Self::Dump => "dump",
            Self::Quiet => "quiet",
            Self::Stop => "stop",
        }
    }

    /// As on buttons.
    pub(super) fn verb(self) -> &'static str {
        match self {
            Self::Dump => "Dump",
            Self::Quiet => "Quiet",
            Self::Stop => "Stop",
        }
    }

    pub(super) fn icon(self) -> IconName {
        match self {
            Self::Dump => IconName::Enqueued,
            Self::Quiet => IconName::Paused,
            Self::Stop => IconName::Stop,
        }
    }

    /// What follows.
    fn consequence(self) -> &'static str {
        match self {
            Self::Dump => {
                "It writes what each of its threads does to its own log, where it runs. Nothing else changes."
            }
            Self::Quiet => {
                "It fetches no more jobs and finishes those it has. This cannot be undone: it does nothing more until it is restarted."
            }
            Self::Stop => {
                "It fetches no more, finishes what it can within its time limit, hands the rest back to the queues, and ends. \
                 Nothing here can start it again."
            }
        }
    }

    /// The address of the page with the question.
    pub(super) fn href(self, identity: &str) -> String {
        let process = format::url_encode(identity);
        format!("/processes?confirm={}&process={process}", self.name())
    }
}

/// What the address asks, and about which process: `confirm=stop&process=IDENTITY`.
fn asked(search: &str) -> Option<(Order, String)> {
    let confirm = address::value(search, "confirm")?;
    let orders = [Order::Dump, Order::Quiet, Order::Stop];
    let order = orders.into_iter().find(|order| order.name() == confirm)?;
    Some((order, address::value(search, "process")?))
}

/// Asks when the address says so.
#[component]
pub(super) fn ConfirmOrder(
    processes: Memo<Option<Vec<ProcessInfo>>>,
    action: ServerAction<SignalProcess>,
) -> impl IntoView {
    let search = use_own_search();
    let asked = Memo::new(move |_| search.with(|search| asked(search)));
    move || {
        asked
            .get()
            .map(|(order, identity)| view! { <Question order identity processes action/> })
    }
}

#[component]
fn Question(
    order: Order,
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
    let verb = order.verb();
    view! {
        <Confirm
            title=format!("{verb} process {identity}?")
            cancel_href="/processes"
            action=*action
        >
            <p>{now} {order.consequence()}</p>
            <ActionForm action=action>
                <input type="hidden" name="identity" value=identity/>
                <input type="hidden" name="signal" value=order.name()/>
                <button class="button button-primary" type="submit" disabled=move || action.pending().get()>
                    <Icon name=order.icon()/>
                    {verb}
                    " process"
                </button>
            </ActionForm>
        </Confirm>
    }
}

#[cfg(test)]
mod tests {
    use super::{Order, asked};

    #[test]
    fn the_address_of_a_question_asks_it() {
        for order in [Order::Dump, Order::Quiet, Order::Stop] {
            for identity in ["host:1:abc", "host%3A1", "a b&c=d"] {
                let href = order.href(identity);
                let (_, search) = href.split_once('?').unwrap();
                assert_eq!(asked(search), Some((order, identity.to_owned())), "{href}");
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
