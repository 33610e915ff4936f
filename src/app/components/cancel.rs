//! Asking a running job to end: the link to the question, and the question.

use super::{ActionForm, Confirm, Icon, IconName};
use crate::api::CancelJob;
use crate::app::access::may;
use crate::app::address::{self, link};
use crate::app::format;
use crate::model::Right;
use leptos::prelude::*;

/// What stands in the address while it is asked, beside the job's id as `jid`.
const VERB: &str = "cancel";

/// The query that asks, behind the page's own.
#[must_use]
pub fn cancel_query<'text>(
    own: impl IntoIterator<Item = (&'text str, &'text str)>,
    jid: &'text str,
) -> String {
    let asked = [("confirm", VERB), ("jid", jid)];
    crate::api::query_string::write(own.into_iter().chain(asked))
}

/// The job that the address asks about.
#[must_use]
pub fn cancel_asked(search: &str) -> Option<String> {
    address::asked(search, VERB, "jid")
}

/// Leads to the question whether a job's run is to end.
#[component]
pub fn CancelLink(
    /// The page's address with the question.
    #[prop(into)]
    href: Signal<String>,
    /// The job, for who hears the page.
    #[prop(into)]
    what: String,
    /// In a row: smaller.
    #[prop(optional)]
    small: bool,
) -> impl IntoView {
    may(Right::CancelJobs).then(move || {
        view! {
            <a
                class="button button-danger"
                class:button-quiet=small
                class:button-small=small
                href=move || link(href.get())
                title="Asks it to end, and aborts it when that does not help"
                data-noscroll=""
            >
                <Icon name=IconName::Stop/>
                <span class="action-word">"Cancel…"</span>
                <span class="visually-hidden">" job "{format::seen(&what)}</span>
            </a>
        }
    })
}

/// The question whether a job's run is to end.
#[component]
pub fn CancelQuestion(
    /// The job.
    jid: String,
    /// What it is, as far as it is known here.
    #[prop(into)]
    class: Signal<String>,
    /// Whether a process of Sidekiq runs it.
    #[prop(into)]
    foreign: Signal<bool>,
    /// The page's address without the question; there it goes on.
    back: String,
    /// Does it.
    action: ServerAction<CancelJob>,
) -> impl IntoView {
    let consequence = move || {
        if foreign.get() {
            "It runs in a process of Sidekiq. An iterable job ends when it saves its state next, within seconds. Any other job of \
             Sidekiq does not obey: it runs to its end."
        } else {
            "Its handler is told to end. When it has not after the worker’s grace time (10 s unless set otherwise), it is aborted where it \
             stands. It goes to the dead set then, from where it can be retried, unless it ends well or is not to be kept."
        }
    };
    let named = move || {
        let class = class.get();
        (!class.is_empty())
            .then(|| view! { <strong class="mono">{format::seen(&class)}</strong> ". " })
    };
    view! {
        <Confirm
            title=format!("Cancel job {}?", shortened(&jid))
            cancel_href=back.clone()
            cancel_label="Let it run"
            action=*action
        >
            <p>{named} {consequence}</p>
            <ActionForm action=action>
                <input type="hidden" name="jid" value=jid/>
                <input type="hidden" name="back" value=back/>
                <button class="button button-danger" type="submit" disabled=move || action.pending().get()>
                    <Icon name=IconName::Stop/>
                    "Cancel job"
                </button>
            </ActionForm>
        </Confirm>
    }
}

/// So much of a job id as a title holds.
fn shortened(jid: &str) -> String {
    const MOST: usize = 40;
    if jid.chars().count() <= MOST {
        jid.to_owned()
    } else {
        jid.chars().take(MOST).chain(['…']).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{cancel_asked, cancel_query, shortened};

    #[test]
    fn the_address_of_a_question_asks_it() {
        for jid in ["abc", "a/b é%", "x&jid=y"] {
            let query = cancel_query([("class", "A&B")], jid);
            assert_eq!(cancel_asked(&query).as_deref(), Some(jid), "{query}");
        }
        for search in ["", "?confirm=cancel", "?jid=a", "?confirm=stop&jid=a"] {
            assert_eq!(cancel_asked(search), None, "{search}");
        }
    }

    #[test]
    fn a_long_job_id_is_cut_in_a_title() {
        assert_eq!(shortened("abc"), "abc");
        assert_eq!(shortened(&"x".repeat(500)).chars().count(), 41);
    }
}
