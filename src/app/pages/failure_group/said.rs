//! What people say about a group: forms that work without JavaScript.

use crate::api::{SetGroupNote, SetGroupState};
use crate::app::access::may;
use crate::app::components::{ActionForm, Time, UtcTime};
use crate::model::{GroupDetail, GroupState, KeptGroup, Right};
use leptos::prelude::*;

/// What can be decided: value, and words.
const DECISIONS: [(&str, &str); 6] = [
    ("resolved", "Resolve"),
    ("mute-1", "Mute for 1 h"),
    ("mute-24", "Mute for 24 h"),
    ("mute-168", "Mute for 7 d"),
    ("mute-720", "Mute for 30 d"),
    ("open", "Open again"),
];

/// State and note of a group, and how to change them.
#[component]
pub(super) fn Said(
    detail: Memo<GroupDetail>,
    state: ServerAction<SetGroupState>,
    note: ServerAction<SetGroupNote>,
) -> impl IntoView {
    let digest = Memo::new(move |_| detail.with(|detail| detail.digest.to_string()));
    let kept = Memo::new(move |_| detail.with(|detail| detail.kept.clone()));
    let now = Memo::new(move |_| {
        detail.with(|detail| {
            // A group without entries has not happened again.
            let group = detail.group.as_ref();
            group.map_or_else(
                || {
                    detail
                        .kept
                        .state_at(detail.now, detail.kept.decided_at.unwrap_or_default())
                },
                |group| (group.state, group.reopened),
            )
        })
    });
    let is_open = Memo::new(move |_| now.with(|(state, _)| *state == GroupState::Open));
    // What is being typed is not taken away by a later reading.
    let first = kept.with_untracked(|kept| kept.note.clone());
    view! {
        <section class="panel" aria-labelledby="state-title">
            <div class="panel-head"><h2 id="state-title">"State"</h2></div>
            <p class="group-state">{move || in_words(now.get(), &kept.get())}</p>
            {may(Right::JudgeFailures).then(|| view! {
                <ActionForm action=state attr:class="group-form">
                <input type="hidden" name="digest" value=move || digest.get()/>
                {DECISIONS
                    .into_iter()
                    .map(|(value, words)| {
                        let hidden = move || (value == "open") == is_open.get();
                        view! {
                            <button class="button button-small" type="submit" name="state" value=value hidden=hidden>
                                {words}
                            </button>
                        }
                    })
                    .collect_view()}
            </ActionForm>
                })}
        </section>
        <section class="panel" aria-labelledby="note-title">
            <div class="panel-head"><h2 id="note-title">"Note"</h2></div>
            {may(Right::JudgeFailures).then(|| view! {
                <ActionForm action=note attr:class="group-note">
                <input type="hidden" name="digest" value=move || digest.get()/>
                <textarea name="note" rows="4" maxlength="2000" aria-label="Note" placeholder="What is known about it, who looks after it">
                    {first}
                </textarea>
                <div class="group-form">
                    <button class="button button-small" type="submit">"Keep the note"</button>
                    {move || {
                        kept.with(|kept| kept.noted_at).map(|at| {
                            view! { <span class="muted">"last changed " <Time at=Signal::stored(at)/></span> }
                        })
                    }}
                </div>
            </ActionForm>
                })}
        </section>
    }
}

/// The state in words.
fn in_words((state, reopened): (GroupState, bool), kept: &KeptGroup) -> AnyView {
    let decided = kept
        .decided_at
        .map(|at| view! { <Time at=Signal::stored(at)/> });
    match state {
        GroupState::Muted { until } => {
            view! { "Muted until " <UtcTime at=Signal::stored(until)/> "." }.into_any()
        }
        GroupState::Resolved => {
            view! { "Resolved " {decided} "; it opens by itself when it happens again." }.into_any()
        }
        GroupState::Open if reopened => {
            view! { "Open: it was resolved " {decided} ", and has happened again since." }
                .into_any()
        }
        GroupState::Open => "Open.".into_any(),
    }
}
