//! From page to page of a list, and how much of it was looked at.

use crate::api::{ListQuery, PAGE_SIZE, PAGE_SIZES};
use crate::app::address::link;
use crate::app::format;
use crate::model::{Order, Page, Place};
use leptos::prelude::*;

/// Links to the neighbouring pages, what was searched, rows a page.
#[component]
pub fn Pager(
    /// The list's path.
    #[prop(into)]
    path: Signal<String>,
    /// What is shown now.
    query: Memo<ListQuery>,
    /// Where the entries stand.
    #[prop(into)]
    place: Signal<Place>,
    /// The page.
    #[prop(into)]
    page: Signal<Option<Page>>,
) -> impl IntoView {
    let links = move || {
        let (path, query, place) = (path.get(), query.get(), place.get());
        let page = page.get()?;
        let (towards, away) = words(&place, query.order(&place));
        let to = |query: ListQuery| format!("{path}{}", query.to_text());
        let previous = page
            .previous
            .as_ref()
            .map(|cursor| to(query.previous_page(cursor)));
        let next = next(&query, &page).map(to);
        let first = (!query.is_first_page()).then(|| to(query.first_page()));
        let next_word = if page.partial && query.before.is_none() {
            "Continue the search"
        } else {
            away
        };
        let previous_word = if page.partial && query.before.is_some() {
            "Continue the search"
        } else {
            towards
        };
        Some(view! {
            <div class="pager-links">
                {pager_link(first, "First", "")}
                {pager_link(previous, previous_word, "prev")}
                {pager_link(next, next_word, "next")}
            </div>
            <p class="pager-about">{about(&query, &page)}</p>
        })
    };
    let sizes = move || {
        let (path, query) = (path.get(), query.get());
        let current = query.limit.unwrap_or(PAGE_SIZE);
        PAGE_SIZES
            .into_iter()
            .map(|size| {
                let href = format!("{path}{}", query.sized(size).to_text());
                let is_current = (size == current).then_some("true");
                view! { <a href=link(href) aria-current=is_current>{size}</a> }
            })
            .collect_view()
    };
    view! {
        <nav class="pager" aria-label="Pages of this list">
            {links}
            <div class="pager-sizes" role="group" aria-label="Rows a page">
                <span aria-hidden="true">"Rows"</span>
                {sizes}
            </div>
        </nav>
    }
}

/// A link, or its word in grey when it leads nowhere, so that nothing moves; without `rel` nothing then.
#[must_use]
pub fn pager_link(href: Option<String>, word: &'static str, rel: &'static str) -> AnyView {
    match href {
        Some(href) => {
            view! { <a class="button" href=link(href) rel=rel data-page=rel>{word}</a> }.into_any()
        }
        None if rel.is_empty() => ().into_any(),
        None => view! { <span class="button" aria-disabled="true">{word}</span> }.into_any(),
    }
}

/// The words for the page before and the page behind.
fn words(place: &Place, order: Order) -> (&'static str, &'static str) {
    match (place, order) {
        (Place::Queue(_), Order::Ascending) => ("Sooner to run", "Later to run"),
        (Place::Queue(_), Order::Descending) => ("Later to run", "Sooner to run"),
        (Place::Set(crate::model::Set::Dead), Order::Descending) => ("Newer", "Older"),
        (Place::Set(crate::model::Set::Dead), Order::Ascending) => ("Older", "Newer"),
        (Place::Set(_), Order::Ascending) => ("Sooner", "Later"),
        (Place::Set(_), Order::Descending) => ("Later", "Sooner"),
    }
}

/// Entries looked through, and matches, up to the end of this page.
fn totals(query: &ListQuery, page: &Page) -> (u64, u64) {
    (
        query.searched + page.scanned,
        query.found + page.entries.len() as u64,
    )
}

fn next(query: &ListQuery, page: &Page) -> Option<ListQuery> {
    let (searched, found) = totals(query, page);
    let cursor = page.next.as_ref()?;
    Some(query.next_page(cursor, searched, found))
}

/// Where a search goes on that stopped before its page was full.
#[must_use]
pub fn continued(query: &ListQuery, page: &Page) -> Option<ListQuery> {
    if query.before.is_some() {
        let cursor = page.previous.as_ref()?;
        Some(query.previous_page(cursor))
    } else {
        next(query, page)
    }
}

/// How much is shown of how much, what was searched, and whether that is all.
#[must_use]
pub fn about(query: &ListQuery, page: &Page) -> String {
    let shown = page.entries.len() as u64;
    let total = format::count(page.total);
    if !query.is_filtered() {
        return format!("{} of {total}", format::count(shown));
    }
    // A page that was reached backwards, or from somewhere in the middle, does not know what lies in front of it.
    let from_start = query.is_first_page() || (query.searched > 0 && query.before.is_none());
    let (searched, found) = totals(query, page);
    let searched_text = if searched >= page.total {
        format!("searched all {total}")
    } else {
        format!("searched {} of {total}", format::count(searched))
    };
    if !from_start {
        return format!("{} on this page, of {total}", format::count(shown));
    }
    let found_text = format::count(found);
    let is_end = page.next.is_none() && !page.partial;
    match (is_end, found) {
        (true, 0) => format!("no match, {searched_text}"),
        (true, 1) => format!("1 match, {searched_text}"),
        (true, _) => format!("{found_text} matches, {searched_text}"),
        (false, 0) => format!("no match so far, {searched_text}"),
        (false, _) => format!(
            "≥ {found_text} {}, {searched_text}",
            if found == 1 { "match" } else { "matches" }
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::{about, words};
    use crate::api::ListQuery;
    use crate::model::{Cursor, Order, Page, Place, Set};

    fn page(scanned: u64, partial: bool, next: bool) -> Page {
        Page {
            entries: Vec::new(),
            next: next.then(|| Cursor("n".into())),
            previous: None,
            scanned,
            total: 1_000_000,
            partial,
        }
    }

    fn text(query: &str, page: &Page) -> String {
        about(&ListQuery::parse(query), page).replace('\u{202f}', " ")
    }

    #[test]
    fn what_was_searched_is_said() {
        assert_eq!(text("", &page(0, false, true)), "0 of 1 000 000");
        assert_eq!(
            text("class=A", &page(380_000, true, true)),
            "no match so far, searched 380 000 of 1 000 000"
        );
        assert_eq!(
            text(
                "class=A&after=c&searched=380000&found=57",
                &page(620_000, false, false)
            ),
            "57 matches, searched all 1 000 000"
        );
        assert_eq!(
            text("class=A&before=c", &page(10, false, true)),
            "0 on this page, of 1 000 000"
        );
        assert_eq!(
            text("from=2026-01-01", &page(0, false, false)),
            "no match, searched 0 of 1 000 000"
        );
    }

    #[test]
    fn the_words_follow_the_direction() {
        assert_eq!(
            words(&Set::Dead.into(), Order::Descending),
            ("Newer", "Older")
        );
        assert_eq!(
            words(&Set::Retries.into(), Order::Ascending),
            ("Sooner", "Later")
        );
        assert_eq!(
            words(&Place::Queue("a".into()), Order::Descending).1,
            "Sooner to run"
        );
    }
}
