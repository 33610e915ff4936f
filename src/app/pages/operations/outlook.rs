//! What would happen, before it is confirmed: the same for operations and for holds.

use crate::api::ApiError;
use crate::app::address::link;
use crate::app::components::{
    ErrorNotice, Icon, IconName, Notice, NoticeKind, after_first_reading, entry_path,
};
use crate::app::format;
use crate::model::PreviewSample;
use leptos::prelude::*;

/// A preview that the server has made.
pub(in crate::app::pages) trait Draft: Clone + Send + Sync + 'static {
    /// What was asked, as it is confirmed.
    fn query(&self) -> &str;
}

/// The preview of what the address asks for, or why there is none.
#[component]
pub(in crate::app::pages) fn Outlook<D, V>(
    /// What the address asks for; nothing while it does not say enough.
    query: Memo<Option<String>>,
    /// What would happen.
    read: Resource<Result<Option<D>, ApiError>>,
    /// Why it could not be begun.
    refused: Signal<Option<ApiError>>,
    /// What is still to be said.
    hint: &'static str,
    /// Why there is no preview, in its own way.
    #[prop(optional, into)]
    problem: Option<Callback<ApiError, AnyView>>,
    /// The preview.
    preview: impl Fn(D) -> V + Copy + Send + Sync + 'static,
) -> impl IntoView
where
    D: Draft,
    V: IntoView + 'static,
{
    view! {
        {move || refused.get().map(|error| view! { <ErrorNotice error/> })}
        <Transition fallback=|| view! { <p class="loading">"Counting …"</p> }>
            {after_first_reading(
                read,
                move || {
                    move || match read.get() {
                        Some(Ok(Some(draft))) => {
                            // Nothing is confirmed but what is shown: not while the address says something else already.
                            let is_current = query.with(|query| query.as_deref() == Some(draft.query()));
                            is_current.then(|| preview(draft)).into_any()
                        }
                        Some(Err(error)) => {
                            match problem {
                                Some(problem) => problem.run(error),
                                None => view! { <ErrorNotice error/> }.into_any(),
                            }
                        }
                        Some(Ok(None)) | None => view! { <p class="operation-hint">{hint}</p> }.into_any(),
                    }
                },
            )}
        </Transition>
    }
}

/// What is better known first.
pub(in crate::app::pages) fn warnings(warnings: Vec<String>) -> impl IntoView {
    warnings
        .into_iter()
        .map(|warning| view! { <Notice kind=NoticeKind::Warning>{warning}</Notice> })
        .collect_view()
}

/// The button that makes it so, and what is to be known of it. Not while something is typed that is in no preview yet.
#[component]
pub(in crate::app::pages) fn ConfirmButton(
    #[prop(default = "button button-primary")] class: &'static str,
    icon: IconName,
    label: String,
    /// Whether it is being begun.
    pending: Signal<bool>,
    /// Whether something was typed since.
    typed: RwSignal<bool>,
    children: ChildrenFn,
) -> impl IntoView {
    view! {
        <button class=class type="submit" disabled=move || pending.get() || typed.get()>
            <Icon name=icon/>
            {label}
        </button>
        <span class="operation-bound">
            <Show
                when=move || !typed.get()
                fallback=|| "What you typed is not in this preview yet: press Preview first."
            >
                {children()}
            </Show>
        </span>
    }
}

/// Some of the jobs that would be changed.
pub(in crate::app::pages) fn samples(samples: Vec<PreviewSample>) -> impl IntoView {
    (!samples.is_empty()).then(|| {
        let rows = samples
            .into_iter()
            .map(|sample| view! { <Sample sample/> })
            .collect_view();
        view! {
            <h3>"Some of them"</h3>
            <ul class="operation-samples">{rows}</ul>
        }
    })
}

/// One of the jobs that would be changed: what it is, what becomes of it.
#[component]
fn Sample(sample: PreviewSample) -> impl IntoView {
    let becomes = sample.in_words();
    let entry = sample.entry;
    let href = entry_path(&entry);
    let error = entry.error_class.or(entry.error_message);
    view! {
        <li>
            <div>
                <a href=link(href)>{format::seen(&entry.class)}</a>
            </div>
            <div class="mono">{format::seen(&entry.args)}</div>
            <div class="second-line">
                <span class="operation-becomes">{format::seen(&becomes)}</span>
                {error.map(|error| view! { " · " {format::seen(&error)} })}
            </div>
        </li>
    }
}
