//! What was found, place by place, and the way on.

use super::{Found, following::Following, group::Group, status::Status};
use crate::api::SearchAddress;
use crate::app::address::link;
use crate::app::components::{entry_key, give_focus};
use crate::app::format;
use crate::app::live::use_live;
use crate::model::{SearchNews, SearchPhase};
use leptos::prelude::*;

/// What was found, and how far the search is. With JavaScript it goes on by itself.
#[component]
pub(super) fn Results(found: Found, news: SearchNews, address: SearchAddress) -> impl IntoView {
    let following = Following::new(address.clone(), news);
    following.begin();
    take_away_what_was_done(found, following);
    let q = address.q.clone();
    let asked = q.clone();
    let places = following.places();
    view! {
        <Status following address=address.clone()/>
        <For each=move || places.get() key=ToString::to_string let:place>
            <Group place found following q=asked.clone()/>
        </For>
        <Nobody following/>
        <WayOn following address/>
        <ByJid q/>
    }
}

/// Jobs to which something was done go; the others stay where they are.
fn take_away_what_was_done(found: Found, following: Following) {
    Effect::new(move |before: Option<()>| {
        let done = found.acting.done();
        // What was done before this search was begun is no news.
        if let (Some(()), Some(done)) = (before, done) {
            found.selection.clear(|id| done.contains(&entry_key(id)));
            following
                .hits
                .update(|hits| hits.retain(|hit| !done.contains(&entry_key(&hit.entry.id))));
        }
    });
    // The rows stand in the document when this runs.
    Effect::new(move || {
        following.hits.track();
        request_animation_frame(move || {
            found.selection.read();
            give_focus(found.refocus);
        });
    });
}

/// Nothing was found, or nothing yet.
#[component]
fn Nobody(following: Following) -> impl IntoView {
    let text = move || {
        let is_none = following.hits.with(Vec::is_empty);
        let was_some = following.progress.with(|progress| progress.found > 0);
        let is_complete = following
            .phase
            .with(|phase| *phase == SearchPhase::Complete);
        match (is_none, was_some, is_complete) {
            (true, false, true) => Some("No job matches."),
            (true, false, false) => Some("Nothing found yet."),
            // The page before this one ended with the last.
            (true, true, true) if !following.has_found() => Some("No more jobs match."),
            _ => None,
        }
    };
    move || text().map(|text| view! { <div class="empty"><p class="empty-title">{text}</p></div> })
}

/// What runs is in no set and no queue: its page finds it.
#[component]
fn ByJid(q: String) -> impl IntoView {
    let jid = q.trim().to_owned();
    (!jid.contains([' ', ':', '"', '(', '*'])).then(|| {
        view! {
            <p class="search-jid">
                "Is it a jid? "
                <a href=link(format::job_path(&jid))>"Look for the job, also among those that run"</a> "."
            </p>
        }
    })
}

/// The next page, or without JavaScript the next part.
#[component]
fn WayOn(following: Following, address: SearchAddress) -> impl IntoView {
    let hydrated = use_live().is_hydrated();
    let is_first = address.after.is_empty();
    let first = address.first();
    move || {
        let is_full = following.is_full.get();
        // A page that is not full fills itself.
        let next = following.next.get().filter(|_| is_full || !hydrated.get());
        let next = next.map(|next| {
            let words = if is_full { "Next page" } else { "Search on" };
            view! { <a class="button" href=link(address.next(&next)) rel="next" data-page="next">{words}</a> }
        });
        let back = (!is_first)
            .then(|| view! { <a class="button" href=link(first.clone())>"First page"</a> });
        let numbers = (is_full || !is_first).then(|| {
            let before = address.before.found;
            let count = following.hits.with(Vec::len) as u64;
            (count > 0).then(|| {
                format!(
                    "Jobs {} to {}",
                    format::count(before + 1),
                    format::count(before + count)
                )
            })
        });
        (next.is_some() || back.is_some()).then(|| {
            view! {
                <nav class="pager" aria-label="More of this search">
                    <div class="pager-links">{back} {next}</div>
                    <p class="pager-about">{numbers}</p>
                </nav>
            }
        })
    }
}
