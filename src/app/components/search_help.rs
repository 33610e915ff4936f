//! What can be written in a search.

use leptos::prelude::*;

/// What is written, and what it finds.
const EXAMPLES: [(&str, &str); 14] = [
    (
        "timeout photo",
        "both words anywhere: class, queue, jid, arguments, error, tags, trace",
    ),
    ("\"no route to host\"", "this text as it is"),
    (
        "class:PublishPhoto",
        "the class, whole; * stands for any characters: class:Publish*",
    ),
    (
        "error:Net::ReadTimeout",
        "the error's class, or part of its message",
    ),
    ("message:\"no answer\"", "part of the error's message"),
    ("queue:media tag:vip", "the queue and a tag, whole"),
    ("jid:5d41402abc4b2a76b9719d91", "the job id"),
    (
        "arg.user_id:17",
        "an argument of this name, at any depth; arg.0:17 is the first argument, arg:17 any",
    ),
    (
        "in:dead,retries",
        "where: scheduled, retries, dead, queue, queue:NAME",
    ),
    (
        "failed:<1h",
        "the latest failure, less than an hour ago; also died:, created:, enqueued:, at:",
    ),
    (
        "at:<+2h  died:>=2026-11-24",
        "due within two hours; died on this day (UTC) or later",
    ),
    (
        "attempts:>3  size:>1mb",
        "failed more than three times; large ones",
    ),
    ("-class:Janitor", "not these"),
    ("(error:A OR error:B) queue:low", "one or the other, and"),
];

/// What can be written in a search, behind a line that opens it.
#[component]
pub fn SearchHelp() -> impl IntoView {
    let rows = EXAMPLES
        .into_iter()
        .map(|(written, meaning)| {
            view! {
                <dt><code>{written}</code></dt>
                <dd>{meaning}</dd>
            }
        })
        .collect_view();
    view! {
        <details class="search-help">
            <summary>"What can be written"</summary>
            <dl>{rows}</dl>
        </details>
    }
}
