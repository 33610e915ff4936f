//! One failure group in the list.

use super::address::{Asked, group_path};
use crate::app::address::link;
use crate::app::components::{CourseBadge, HeldBadge, Time, TrendLine};
use crate::app::format;
use crate::model::FailureGroup;
use leptos::prelude::*;

/// One group: what it is in two lines, how many, how it goes.
#[component]
pub(super) fn GroupRow(
    group: Memo<FailureGroup>,
    entries: Memo<u64>,
    asked: Memo<Asked>,
) -> impl IntoView {
    let of = move |part: fn(&FailureGroup) -> String| move || group.with(part);
    let count = move || group.with(FailureGroup::count);
    let digest = Signal::derive(move || Some(group.with(|group| group.digest)));
    let first = Memo::new(move |_| group.with(|group| group.first_seen));
    let last = Memo::new(move |_| group.with(|group| group.last_seen));
    let counts = Memo::new(move |_| {
        let span = asked.with(|asked| asked.span);
        group.with(|group| span.of(&group.trends))
    });
    let span = Signal::derive(move || asked.with(|asked| asked.span.in_words().to_owned()));
    view! {
        <tr>
            <th scope="row" class="group-cause">
                <a class="name" href=move || link(group.with(group_path))>
                    {of(|group| named(&group.class))}
                    " "
                    <span class="state-failed">{of(|group| format::seen(&group.error_class))}</span>
                </a>
                <div class="second-line cut">{of(|group| format::seen(&group.message))}</div>
                <div class="second-line cut mono">{of(|group| format::seen(group.frame.as_deref().unwrap_or_default()))}</div>
            </th>
            <td class="num num-lead group-count">
                {move || format::count(count())}
                <div class="second-line">{move || share(count(), entries.get())}</div>
            </td>
            <td class="group-trend"><TrendLine counts span/></td>
            <td class="group-course nowrap">
                <CourseBadge group/>
                <HeldBadge group=digest/>
            </td>
            <td class="group-seen nowrap">
                <span class="group-label">"Last "</span>
                <Time at=last/>
                <div class="second-line">"first " <Time at=first/></div>
            </td>
            <td class="wide group-queues">{move || group.with(queues)}</td>
        </tr>
    }
}

/// A class, or that there is none.
pub(in crate::app::pages) fn named(class: &str) -> String {
    if class.is_empty() {
        "(no class)".to_owned()
    } else {
        format::seen(class)
    }
}

/// The queues as links.
pub(in crate::app::pages) fn queues(group: &FailureGroup) -> AnyView {
    group
        .queues
        .iter()
        .map(|(queue, count)| {
            let title = format::counted(*count, "job", "jobs");
            view! {
                <a class="chip mono" href=link(format::queue_path(queue)) title=title>{format::seen(queue)}</a>
                " "
            }
        })
        .collect_view()
        .into_any()
}

/// A part of all in whole percents: `12 %`, `< 1 %`.
#[must_use]
pub(in crate::app::pages) fn share(count: u64, all: u64) -> String {
    if all == 0 {
        return String::new();
    }
    match u128::from(count) * 100 / u128::from(all) {
        0 => "< 1\u{a0}%".to_owned(),
        percent => format!("{percent}\u{a0}%"),
    }
}

#[cfg(test)]
mod tests {
    use super::share;

    #[test]
    fn a_share_is_never_more_than_it_is() {
        assert_eq!(share(1, 1_000), "< 1\u{a0}%");
        assert_eq!(share(999, 1_000), "99\u{a0}%");
        assert_eq!(share(5, 5), "100\u{a0}%");
        assert_eq!(share(5, 0), "");
        assert_eq!(share(u64::MAX, u64::MAX), "100\u{a0}%");
    }
}
