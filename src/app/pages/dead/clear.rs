//! The two tasks of a morning: retry everything that failed because of this, and clear what is old, keeping an export. Each is one link or
//! button to a preview, and one button there.

use crate::api::{EXPORT_FORMATS, Field, ListQuery, OperationForm, get_dead_causes};
use crate::app::address::link;
use crate::app::components::{Icon, IconName, after_first_reading, last_known};
use crate::app::format;
use crate::app::live::use_live;
use crate::app::pages::failures::row::named;
use crate::model::{Completeness, DeadCause, Place, Set};
use leptos::prelude::*;

/// Seconds between two looks at the causes, which are kept anyway.
const REREAD_SECONDS: u64 = 5;

/// Ages that can be chosen, days.
const DAYS: [u32; 8] = [1, 3, 7, 14, 30, 60, 90, 180];

/// The age that is chosen unless another one is.
const USUAL_DAYS: u32 = 30;

/// The largest causes, and what is old. On a small screen it is closed at first.
#[component]
pub(super) fn ClearTheDead() -> impl IntoView {
    view! {
        <details class="clear-dead">
            <summary>"Retry one cause, or clear what is old"</summary>
            <div class="clear-dead-body">
                <Causes/>
                <Older/>
            </div>
        </details>
    }
}

/// The largest causes, each with a way to retry its dead jobs and no others.
#[component]
fn Causes() -> impl IntoView {
    let beat = use_live().beat(REREAD_SECONDS);
    let read = Resource::new(move || beat.get(), |_| get_dead_causes());
    let known = last_known(read);
    view! {
        <section class="clear-causes" aria-labelledby="causes-title">
            <h2 id="causes-title">"Retry what failed because of this, nothing else"</h2>
            <Transition fallback=|| view! { <p class="loading">"Reading the causes …"</p> }>
                {after_first_reading(read, move || {
                    let found = Memo::new(move |_| known.get().unwrap_or_default());
                    let is_reading = move || found.with(|found| matches!(
                        found.index.completeness,
                        Completeness::Waiting | Completeness::Reading
                    ));
                    view! {
                        <ul class="dead-causes">
                            <For
                                each=move || found.with(|found| found.causes.clone())
                                key=|cause| (cause.digest, cause.dead)
                                let:cause
                            >
                                <Cause cause/>
                            </For>
                        </ul>
                        <p class="clear-note">
                            {move || {
                                if is_reading() {
                                    return "The dead set is being read: these are not all yet. ".to_owned();
                                }
                                found.with(|found| match (found.causes.len(), found.more) {
                                    (0, _) => "No dead job says why it failed. ".to_owned(),
                                    (_, 0) => String::new(),
                                    (_, more) => format!("{} with fewer jobs. ", format::counted(more, "other cause", "other causes")),
                                })
                            }}
                            <a href=link("/failures")>"All failures by cause"</a>
                        </p>
                    }
                })}
            </Transition>
        </section>
    }
}

#[component]
fn Cause(cause: DeadCause) -> impl IntoView {
    let filter = ListQuery::default().with(Field::Filter, &format!("group:{}", cause.digest));
    let retry = OperationForm::of(Place::Set(Set::Dead), &filter).with_action("retry");
    let label = if cause.dead == 1 {
        "Retry 1 job…".to_owned()
    } else {
        format!("Retry all {}…", format::count(cause.dead))
    };
    let about = format!(
        "{label} {} {}",
        named(&cause.class),
        format::seen(&cause.error_class)
    );
    view! {
        <li>
            <div class="dead-cause">
                <a class="name cut" href=link(format!("/failures/{}", cause.digest))>
                    {named(&cause.class)} " " <span class="state-failed">{format::seen(&cause.error_class)}</span>
                </a>
                <div class="second-line cut" title=cause.message.clone()>{format::seen(&cause.message)}</div>
            </div>
            <a class="button" href=link(retry.address()) aria-label=about>{label}</a>
        </li>
    }
}

/// A plain form, whose address is the preview.
#[component]
fn Older() -> impl IntoView {
    let options = DAYS
        .into_iter()
        .map(|days| {
            let words = if days == 1 {
                "1 day".to_owned()
            } else {
                format!("{days} days")
            };
            view! {
                <option value=format!("died:>{days}d") selected=days == USUAL_DAYS>{words}</option>
            }
        })
        .collect_view();
    view! {
        <section class="clear-older" aria-labelledby="older-title">
            <h2 id="older-title">"Clear what is old"</h2>
            <form method="get" action=link("/operations/new")>
                <input type="hidden" name="in" value="dead"/>
                <input type="hidden" name="action" value="delete"/>
                <label class="clear-age">
                    "Dead for more than "
                    <select name="filter" autocomplete="off">{options}</select>
                </label>
                <label class="clear-age">
                    "keep an export: "
                    <select name="export" autocomplete="off">
                        {EXPORT_FORMATS.map(|(name, word)| view! { <option value=name>{word}</option> })}
                        <option value="">"none"</option>
                    </select>
                </label>
                <button type="submit" class="button">
                    <Icon name=IconName::Delete/>
                    "Clear…"
                </button>
            </form>
            <p class="clear-note">"You see how many these are before anything is deleted, and can undo it for a day, unless another time is set."</p>
        </section>
    }
}
