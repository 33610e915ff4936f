//! What is wrong with a search: the character is pointed at, and nothing of what was typed is lost.

use super::{Notice, NoticeKind, SearchHelp};
use crate::app::format;
use crate::model::QueryError;
use leptos::prelude::*;

/// What is wrong with a search, with the search itself.
#[component]
pub fn QueryProblem(
    /// What is wrong.
    error: QueryError,
    /// The search as it was typed, in its [parts](QueryError::parts).
    parts: [String; 3],
) -> impl IntoView {
    let [before, wrong, behind] = parts.map(|part| format::seen(&part));
    // Where something is missing there is nothing to mark.
    let wrong = if wrong.is_empty() {
        "\u{a0}".to_owned()
    } else {
        wrong
    };
    view! {
        <Notice kind=NoticeKind::Error>
            <p class="query-message">"The search cannot be read " {format::seen(&error.to_string())} "."</p>
            <pre class="query-text">{before}<mark>{wrong}</mark>{behind}</pre>
            <SearchHelp/>
        </Notice>
    }
}
