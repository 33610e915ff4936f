//! That retries are held.

use super::{Icon, IconName, JobState, UtcTime};
use crate::app::address::link;
use crate::app::format;
use crate::app::live::use_live;
use crate::model::{GroupDigest, HoldStatus, Timestamp};
use leptos::prelude::*;

/// The hold of a group of failures, if there is one: from the numbers that every page has.
#[must_use]
pub fn hold_of(group: Signal<Option<GroupDigest>>) -> Memo<Option<HoldStatus>> {
    let snapshot = use_live().snapshot();
    Memo::new(move |_| {
        let group = group.get()?;
        snapshot.with(|snapshot| {
            let mut holds = snapshot.holds.iter();
            holds
                .find(|status| status.hold.group() == Some(group))
                .cloned()
        })
    })
}

/// The names of the holds that are in force, from the numbers that every page has.
#[must_use]
pub fn hold_ids() -> Memo<Vec<String>> {
    use_live().select(|snapshot| {
        let holds = snapshot.holds.iter();
        holds.map(|status| status.hold.id.clone()).collect()
    })
}

/// The address at which a hold is released.
#[must_use]
pub fn hold_path(status: &HoldStatus) -> String {
    format!("/holds#hold-{}", status.hold.id)
}

/// `1 200 retries of PublishPhoto Timeout`, in front of the time until when they are held.
#[must_use]
pub fn held_words(status: &HoldStatus) -> String {
    let which = status.hold.in_words();
    match status.held {
        0 => format!("Retries {which} held"),
        held => format!("{} {which} held", format::counted(held, "retry", "retries")),
    }
}

/// A hold's end: without the day when that is today.
#[component]
pub fn HoldEnd(
    /// When.
    #[prop(into)]
    until: Signal<Timestamp>,
) -> impl IntoView {
    let now = use_live().select(|snapshot| snapshot.overview.sampled_at.0 / 86_400_000);
    let is_today = Memo::new(move |_| until.get().0 / 86_400_000 == now.get());
    move || {
        let clock = is_today.get();
        view! { <UtcTime at=until clock/> }
    }
}

/// The word, with how many and until when on hover; nothing when the group is not held.
#[component]
pub fn HeldBadge(
    /// The group.
    #[prop(into)]
    group: Signal<Option<GroupDigest>>,
) -> impl IntoView {
    let held = hold_of(group);
    move || {
        held.get().map(|status| {
            let title = format!("{} until {}", held_words(&status), status.hold.until);
            view! {
                <a class=format!("badge {}", JobState::Paused.class()) href=link(hold_path(&status)) title=title>
                    <Icon name=IconName::Paused/>
                    "held"
                </a>
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::held_words;
    use crate::model::{Hold, HoldStatus};

    #[test]
    fn how_many_are_held_is_told_once_there_are_some() {
        let words = |held| {
            let hold = Hold {
                query: "class:A".to_owned(),
                ..Hold::default()
            };
            held_words(&HoldStatus { hold, held })
        };
        assert_eq!(words(0), "Retries found by class:A held");
        assert_eq!(words(1), "1 retry found by class:A held");
        assert_eq!(words(20), "20 retries found by class:A held");
    }
}
