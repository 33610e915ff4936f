//! How it goes with a failure group, in a word.

use super::{Icon, IconName};
use crate::model::{Course, FailureGroup, GroupState};
use leptos::prelude::*;

/// How it goes with a group: icon and word; and what somebody has decided about it, unless it is open.
#[component]
pub fn CourseBadge(
    /// The group.
    #[prop(into)]
    group: Signal<FailureGroup>,
) -> impl IntoView {
    let course = Memo::new(move |_| group.with(|group| group.course));
    let state = Memo::new(move |_| group.with(|group| (group.state, group.reopened)));
    view! {
        {move || {
            let course = course.get();
            let (class, icon) = match course {
                Course::New => ("badge state-failed", IconName::Failed),
                Course::Rising => ("badge state-retrying", IconName::Overview),
                Course::Steady => ("badge muted", IconName::Enqueued),
                Course::Over => ("badge state-processed", IconName::Processed),
            };
            view! { <span class=class title=meaning(course)><Icon name=icon/>{course.name()}</span> }
        }}
        {move || match state.get() {
            (GroupState::Muted { .. }, _) => {
                Some(view! { <span class="badge muted"><Icon name=IconName::Paused/>"muted"</span> })
            }
            (GroupState::Resolved, _) => {
                Some(view! { <span class="badge muted"><Icon name=IconName::Processed/>"resolved"</span> })
            }
            (GroupState::Open, true) => {
                Some(view! { <span class="badge muted"><Icon name=IconName::Retrying/>"again"</span> })
            }
            (GroupState::Open, false) => None,
        }}
    }
}

/// What a word means.
fn meaning(course: Course) -> &'static str {
    match course {
        Course::New => {
            "First seen since the newest deploy mark; without a mark, within the last hour"
        }
        Course::Rising => "More than twice as many in the last hour as in an average one before",
        Course::Steady => "As many as before",
        Course::Over => "None for a day, or none for an hour where some would be usual",
    }
}
