//! When a list reads its page again: by itself while nobody reads it, else only when asked.

use super::{List, live_total};
use crate::api::ListQuery;
use crate::app::components::menu;
use crate::app::format;
use crate::app::live::use_live;
use crate::model::StoreState;
use leptos::prelude::*;
use leptos::web_sys::js_sys::Date;

/// Live numbers (one a second) between two readings when nothing seems to have changed.
const QUIET_SECONDS: u32 = 5;
/// And when the number of jobs has.
const CHANGED_SECONDS: u32 = 2;
/// A page that was this much work is not read again unasked.
const MOST_SCANNED: u64 = 20_000;
/// Further down than this somebody reads.
const SCROLLED_PIXELS: f64 = 240.0;
/// And for so long after the list was touched.
const TOUCHED_MILLISECONDS: f64 = 6_000.0;

/// Follows the live numbers. They stop when the tab is hidden or held still, and so does the list.
pub(super) fn follow(list: List) {
    let live = use_live();
    let snapshot = live.snapshot();
    let waited = StoredValue::new(0_u32);
    // What is on the page now: its total and how much work it was.
    let known = StoredValue::new(None::<(u64, u64)>);
    Effect::new(move || {
        list.read.with(|read| {
            if let Some((_, Ok(page))) = read {
                known.set_value(Some((page.total, page.scanned)));
            }
        });
        waited.set_value(0);
        list.changed.set(0);
    });
    Effect::new(move || {
        snapshot.track();
        if is_unread(list) {
            // Rows that stand there from before are kept; what failed is tried again as soon as server and store answer: these
            // numbers came from both.
            let is_back =
                snapshot.with_untracked(|snapshot| snapshot.state == StoreState::Connected);
            waited.update_value(|waited| *waited += 1);
            if is_back && waited.get_value() >= CHANGED_SECONDS {
                waited.set_value(0);
                list.page.refetch();
            }
            return;
        }
        let Some((total, scanned)) = known.get_value() else {
            return;
        };
        waited.update_value(|waited| *waited += 1);
        let now = list.place.with_untracked(|place| {
            snapshot.with_untracked(|snapshot| live_total(snapshot, place))
        });
        let change = difference(now, total);
        // What somebody leafed to is read by him.
        let is_first = list.query.with_untracked(ListQuery::is_first_page);
        if !is_first || is_being_read(list) || scanned > MOST_SCANNED {
            // The first numbers after a reading may be older than it.
            if waited.get_value() >= 2 && list.changed.get_untracked() != change {
                list.changed.set(change);
            }
        } else if waited.get_value()
            >= if change == 0 {
                QUIET_SECONDS
            } else {
                CHANGED_SECONDS
            }
        {
            waited.set_value(0);
            list.page.refetch();
        }
    });
}

/// Whether there was no answer when the page was read last.
fn is_unread(list: List) -> bool {
    list.read
        .with_untracked(|read| matches!(read, Some((_, Err(error))) if error.is_passing()))
}

/// Whether rows that move would be in somebody's way.
fn is_being_read(list: List) -> bool {
    list.selection.count().get_untracked() > 0
        || list.pointed.get_untracked()
        || list.question.with_untracked(Option::is_some)
        || list.acting.pending().get_untracked()
        || list.touched.get_value() + TOUCHED_MILLISECONDS > Date::now()
        || has_focus()
        || menu::is_menu_open()
        || window().scroll_y().unwrap_or(0.0) > SCROLLED_PIXELS
}

/// Whether a row has the keyboard's focus: a key pressed now is meant for it.
fn has_focus() -> bool {
    let focus = document().active_element();
    focus.is_some_and(|element| matches!(element.closest("tr.job"), Ok(Some(_))))
}

fn difference(now: u64, then: u64) -> i64 {
    let size = i64::try_from(now.abs_diff(then)).unwrap_or(i64::MAX);
    if now < then { -size } else { size }
}

/// What has changed: `12 new, show`. How many of them a filter lets through, or a later page shows, is not known.
#[must_use]
pub(super) fn pill_text(changed: i64, query: &ListQuery) -> String {
    let count = format::count(changed.unsigned_abs());
    let is_part = query.is_filtered() || !query.is_first_page();
    match (is_part, changed > 0) {
        (true, _) => "Changed · show".to_owned(),
        (false, true) => format!("{count} new · show"),
        (false, false) => format!("{count} gone · show"),
    }
}

#[cfg(test)]
mod tests {
    use super::{difference, pill_text};
    use crate::api::ListQuery;

    #[test]
    fn the_pill_says_what_changed() {
        let text = |now, query| pill_text(difference(now, 100), &ListQuery::parse(query));
        assert_eq!(text(112, ""), "12 new · show");
        assert_eq!(text(99, "limit=25"), "1 gone · show");
        assert_eq!(text(99, "class=A"), "Changed · show");
        assert_eq!(text(112, "after=c"), "Changed · show");
        assert_eq!(difference(u64::MAX, 0), i64::MAX);
    }
}
