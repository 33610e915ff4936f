//! One failure group.

mod numbers;
mod said;
mod sample;

use super::failures::{address::PAGE, age::Age, row::named};
use crate::api::{
    ApiError, Field, HoldForm, ListQuery, OperationForm, SetGroupNote, SetGroupState,
    export_address, get_failure_group,
};
use crate::app::access::may;
use crate::app::address::{link, use_segment};
use crate::app::components::{
    ActionNotice, ErrorNotice, ExportLinks, HoldEnd, Notice, NoticeKind, PageTitle,
    after_first_reading, hold_of, hold_path, last_known,
};
use crate::app::format;
use crate::app::live::use_live;
use crate::model::{Completeness, FailureGroup, GroupDetail, Place, Right, Set};
use leptos::prelude::*;
use numbers::Numbers;
use said::Said;
use sample::{Distributions, Samples, Trace};

/// Seconds between two readings: each looks at some of the group's jobs anew.
const REREAD_SECONDS: u64 = 5;

/// Where jobs of a group are.
const PLACES: [Place; 2] = [Place::Set(Set::Dead), Place::Set(Set::Retries)];

/// What was read.
type Read = Resource<Result<GroupDetail, ApiError>>;

/// One failure group: its numbers, what its jobs have in common, samples, and what people say about it.
#[component]
pub fn FailureGroupPage() -> impl IntoView {
    let beat = use_live().beat(REREAD_SECONDS);
    let digest = use_segment("/failures/");
    let state = ServerAction::<SetGroupState>::new();
    let note = ServerAction::<SetGroupNote>::new();
    let read: Read = Resource::new(
        move || {
            let done = (state.version().get(), note.version().get());
            (digest.get(), beat.get(), done)
        },
        |(digest, ..)| get_failure_group(digest),
    );
    let known = last_known(read);
    let title = Signal::derive(move || {
        known.with(|detail| {
            let group = detail.as_ref().and_then(|detail| detail.group.as_ref());
            group.map_or_else(
                || "Failure group".to_owned(),
                |group| format!("{} {}", named(&group.class), group.error_class),
            )
        })
    });
    view! {
        <Transition fallback=|| {
            view! { <p class="loading">"Reading the group …"</p> }
        }>
            {after_first_reading(read, move || {
                view! {
                    <PageTitle title>
                        <p class="headline"><a href=link(PAGE)>"All failures"</a></p>
                    </PageTitle>
                    <Acts digest/>
                    <Held digest/>
                    <ActionNotice value=state.value() done=String::clone/>
                    <ActionNotice value=note.value() done=String::clone/>
                    <Body read known state note/>
                }
            })}
        </Transition>
    }
}

/// The page's parts, which stay while it is read again.
#[component]
fn Body(
    read: Read,
    known: Memo<Option<GroupDetail>>,
    state: ServerAction<SetGroupState>,
    note: ServerAction<SetGroupNote>,
) -> impl IntoView {
    let problem = Memo::new(move |_| read.get().and_then(Result::err));
    let is_known = Memo::new(move |_| known.with(Option::is_some));
    let detail = Memo::new(move |_| known.get().unwrap_or_default());
    let index = Memo::new(move |_| detail.with(|detail| detail.index.clone()));
    let group = Memo::new(move |last: Option<&FailureGroup>| {
        detail.with(|detail| detail.group.as_ref().or(last).cloned().unwrap_or_default())
    });
    let has_group = Memo::new(move |_| detail.with(|detail| detail.group.is_some()));
    view! {
        {move || problem.get().map(|error| view! { <ErrorNotice error/> })}
        <Show when=move || is_known.get()>
            <Show when=move || has_group.get() fallback=move || view! { <Gone detail/> }>
                <Signature group/>
                <Age index/>
            </Show>
            <div class="job-parts group-parts">
                <div class="job-main-parts">
                    <Show when=move || has_group.get()>
                        <Numbers detail group/>
                        <Distributions detail/>
                        <Samples detail/>
                        <Trace detail/>
                    </Show>
                </div>
                <div class="job-side"><Said detail state note/></div>
            </div>
        </Show>
    }
}

/// What can be done to all of its jobs: each leads to its preview.
#[component]
fn Acts(
    /// The address's last part.
    #[prop(into)]
    digest: Signal<String>,
) -> impl IntoView {
    let filter = Memo::new(move |_| {
        ListQuery::default().with(Field::Filter, &format!("group:{}", digest.get()))
    });
    let act = move |action: &'static str, label: &'static str, class: &'static str| {
        let href = move || {
            OperationForm::of_places(&PLACES, &filter.get())
                .with_action(action)
                .address()
        };
        view! { <a class=class href=move || link(href())>{label}</a> }
    };
    let hold = move || HoldForm::of(&format!("group:{}", digest.get())).address();
    view! {
        <nav class="group-acts" aria-label="All jobs of this group">
            {may(Right::ChangeJobs).then(|| view! {
                {act("retry", "Retry all…", "button button-primary")}
                {act("reschedule", "Reschedule all…", "button")}
                {act("edit", "Edit all…", "button")}
                <a class="button" href=move || link(hold())>"Hold retries…"</a>
                {act("delete", "Delete all…", "button button-danger")}
            })}
            <span class="group-export">
                "Export "
                <ExportLinks
                    address=Callback::new(move |format| export_address(&PLACES, &filter.get(), format))
                    what="all jobs of this group"
                />
            </span>
        </nav>
    }
}

/// That its retries are held, and the way to let them go.
#[component]
fn Held(
    /// The address's last part.
    #[prop(into)]
    digest: Signal<String>,
) -> impl IntoView {
    let held = hold_of(Signal::derive(move || digest.get().parse().ok()));
    move || {
        held.get().map(|status| {
            let words = match status.held {
                0 => "Retries of this group are held until ".to_owned(),
                held => format!(
                    "{} of this group held until ",
                    format::counted(held, "retry", "retries")
                ),
            };
            let until = Signal::stored(status.hold.until);
            let reason = status
                .hold
                .reason
                .clone()
                .map(|reason| format!(" ({reason})"));
            let href = hold_path(&status);
            view! {
                <div class="group-held">
                    <Notice kind=NoticeKind::Warning>
                        {words} <HoldEnd until/> {reason} ". " <a href=link(href)>"Release…"</a>
                    </Notice>
                </div>
            }
        })
    }
}

/// What its jobs have in common, in words.
#[component]
fn Signature(group: Memo<FailureGroup>) -> impl IntoView {
    view! {
        <p class="error-message">{move || group.with(|group| format::seen(&group.message))}</p>
        <p class="mono muted group-frame">{move || group.with(|group| group.frame.as_deref().map(format::seen))}</p>
    }
}

/// Why there is no group: it is not known yet, or has no jobs (any more).
#[component]
fn Gone(detail: Memo<GroupDetail>) -> impl IntoView {
    let is_reading = Memo::new(move |_| {
        detail.with(|detail| {
            matches!(
                detail.index.completeness,
                Completeness::Waiting | Completeness::Reading
            )
        })
    });
    view! {
        <Show
            when=move || !is_reading.get()
            fallback=|| view! { <p class="loading">"The retry and dead sets are being read …"</p> }
        >
            <div class="empty">
                <p class="empty-title">"No job is in this group."</p>
                <p>
                    "What failed from this cause was retried, deleted, or never was. "
                    "What is noted about it stays."
                </p>
            </div>
        </Show>
    }
}
