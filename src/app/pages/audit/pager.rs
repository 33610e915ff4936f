//! From page to page.

use super::PAGE;
use crate::api::AuditQuery;
use crate::app::components::pager_link;
use crate::app::format;
use crate::model::AuditPage;
use leptos::prelude::*;

/// Links to the neighbouring pages; nothing where one page holds all.
#[component]
pub(super) fn Pager(page: Memo<Option<AuditPage>>, query: Memo<AuditQuery>) -> impl IntoView {
    move || {
        let (page, query) = (page.get()?, query.get());
        if page.next.is_none() && page.previous.is_none() && query.is_first_page() {
            return None;
        }
        let to = |query: AuditQuery| format!("{PAGE}{}", query.to_text());
        let first = (!query.is_first_page()).then(|| to(query.page(None, None)));
        let newer = page.previous.map(|id| to(query.page(None, Some(id))));
        let older = page.next.map(|id| to(query.page(Some(id), None)));
        let goes_on = |is_there| page.partial && is_there;
        let newer_word = if goes_on(query.before.is_some()) {
            "Continue the search"
        } else {
            "Newer"
        };
        let older_word = if goes_on(query.before.is_none()) {
            "Continue the search"
        } else {
            "Older"
        };
        let about = if query.is_filtered() {
            format!(
                "{} of {} looked at for this page",
                format::counted(page.entries.len() as u64, "event", "events"),
                format::count(page.scanned)
            )
        } else {
            format::counted(page.entries.len() as u64, "event", "events")
        };
        Some(view! {
            <nav class="pager" aria-label="Pages of the audit">
                <div class="pager-links">
                    {pager_link(first, "Newest", "")}
                    {pager_link(newer, newer_word, "prev")}
                    {pager_link(older, older_word, "next")}
                </div>
                <p class="pager-about">{about}</p>
            </nav>
        })
    }
}
