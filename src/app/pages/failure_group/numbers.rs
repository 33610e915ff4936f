//! A group in numbers: how many, since when, how it goes, where.

use super::super::failures::{
    address::Span,
    row::{queues, share},
};
use crate::api::{Field, ListQuery};
use crate::app::address::link;
use crate::app::components::{CourseBadge, Time, TrendLine};
use crate::app::format;
use crate::model::{FailureGroup, GroupDetail};
use leptos::prelude::*;

/// A group in numbers, with its trends.
#[component]
pub(super) fn Numbers(detail: Memo<GroupDetail>, group: Memo<FailureGroup>) -> impl IntoView {
    let first = Memo::new(move |_| group.with(|group| group.first_seen));
    let last = Memo::new(move |_| group.with(|group| group.last_seen));
    let all = Memo::new(move |_| detail.with(|detail| detail.entries));
    let part = move |count: fn(&FailureGroup) -> u64| Memo::new(move |_| group.with(count));
    let count = part(FailureGroup::count);
    let trends = Span::ALL.map(|span| {
        let counts = Memo::new(move |_| group.with(|group| span.of(&group.trends)));
        let sum = move || counts.with(|counts| format::count(counts.iter().sum()));
        view! {
            <div class="group-span">
                <span class="muted">{format!("Last {}", span.name())}</span>
                <strong>{sum}</strong>
                <TrendLine counts span=span.in_words().to_owned()/>
            </div>
        }
    });
    view! {
        <dl class="facts group-facts">
            <div>
                <dt>"Jobs"</dt>
                <dd>
                    <strong>{move || format::count(count.get())}</strong>
                    <span class="muted">{move || format!(", {} of all that failed", share(count.get(), all.get()))}</span>
                </dd>
            </div>
            <div>
                <dt>"Where"</dt>
                <dd>
                    <Where group count=part(|group| group.dead) place="/dead" word="dead"/>
                    " "
                    <Where group count=part(|group| group.retries) place="/retries" word="waiting for a retry"/>
                </dd>
            </div>
            <div><dt>"First seen"</dt><dd><Time at=first/></dd></div>
            <div><dt>"Last seen"</dt><dd><Time at=last/></dd></div>
            <div><dt>"Course"</dt><dd><CourseBadge group/></dd></div>
            <div><dt>"Queues"</dt><dd>{move || group.with(queues)}</dd></div>
        </dl>
        <div class="group-spans">{trends.into_iter().collect_view()}</div>
    }
}

/// How many are in a set, with the way to that set's jobs of this class and error class.
#[component]
fn Where(
    group: Memo<FailureGroup>,
    count: Memo<u64>,
    place: &'static str,
    word: &'static str,
) -> impl IntoView {
    let href = move || {
        group.with(|group| {
            let query = ListQuery::default()
                .with(Field::Class, &group.class)
                .with(Field::Error, &group.error_class);
            format!("{place}{}", query.to_text())
        })
    };
    view! {
        <a href=move || link(href()) title="Jobs of this class with this error class; other messages too">
            {move || format!("{} {word}", format::count(count.get()))}
        </a>
    }
}
