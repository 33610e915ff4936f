//! What came of an action: over the page, so that nothing moves, and seen wherever the page is scrolled to.

use super::{Icon, IconName, NoticeKind};
use crate::api::ApiError;
use crate::app::address::{link, use_path};
use crate::app::live::use_live;
use leptos::prelude::*;

/// Number of the news that was told last, of all actions of a tab: only that one is shown over the page.
#[derive(Clone, Copy, Debug)]
struct Newest(RwSignal<u32>);

/// Counts the news of all actions of this tab.
pub fn provide_newest_notice() {
    provide_context(Newest(RwSignal::new(0)));
}

/// What came of an action, in its own words or why it could not be done. Each outcome is news, also when it is equal to the one
/// before. It goes when it is dismissed, when there is newer news, and when the page shows something else.
///
/// Works for a plain form post, too: a failed one comes back in the address and so in the action's value; a done one is told by
/// [`crate::api::get_page_frame`]. Both stand above the content, where they were when the page came.
#[component]
pub fn ActionNotice<T>(
    /// The action's value.
    #[prop(into)]
    value: Signal<Option<Result<T, ApiError>>>,
    /// The words for what was done.
    done: fn(&T) -> String,
    /// Where what was done can be undone.
    #[prop(optional, into)]
    undo: Option<fn(&T) -> Option<String>>,
    /// What the page shows: news about something else goes. The address without its query, if nothing is given: there stands the question
    /// that the news answers, which is gone by then.
    #[prop(optional, into)]
    about: Option<Signal<String>>,
) -> impl IntoView
where
    T: Clone + Send + Sync + 'static,
{
    let newest = use_context::<Newest>().map_or_else(|| RwSignal::new(0), |Newest(newest)| newest);
    let hydrated = use_live().is_hydrated();
    // Number 0 came with the page.
    let came = value
        .get_untracked()
        .map(|result| (0, told(&result, done), way_back(&result, undo)));
    let news = RwSignal::new(came);
    Effect::new(move |before: Option<()>| {
        let result = value.get();
        if before.is_some() {
            newest.update(|newest| *newest += 1);
            news.set(result.map(|result| {
                let (told, undo) = (told(&result, done), way_back(&result, undo));
                (newest.get_untracked(), told, undo)
            }));
        }
    });
    let path = use_path();
    let about = about.unwrap_or_else(|| path.into());
    Effect::new(move |before: Option<String>| {
        let about = about.get();
        if before.is_some_and(|before| before != about) {
            news.set(None);
        }
        about
    });
    let shown = move || {
        let (number, told, undo) = news.get()?;
        (number == 0 || number == newest.get()).then_some((number, told, undo))
    };
    let floats = move || shown().is_some_and(|(number, ..)| number > 0);
    let is_error = move || shown().is_some_and(|(_, (kind, _), _)| kind == NoticeKind::Error);
    view! {
        // It stays in the document, or screen readers would not hear what appears in it.
        <div
            class="notices"
            class:notices-over=floats
            role="status"
            aria-live=move || if is_error() { "assertive" } else { "polite" }
        >
            <For each=move || shown().into_iter() key=|(number, ..)| *number let((_, (kind, text), undo))>
                <div class=kind.class()>
                    <Icon name=kind.icon()/>
                    <div class="notice-text">
                        {text}
                        {undo.map(|href| view! { " " <a href=link(href)>"Undo…"</a> })}
                    </div>
                    <button
                        type="button"
                        class="button button-quiet notice-close"
                        hidden=move || !hydrated.get()
                        on:click=move |_| news.set(None)
                    >
                        <Icon name=IconName::Close/>
                        <span class="visually-hidden">"Dismiss"</span>
                    </button>
                </div>
            </For>
        </div>
    }
}

/// Where an outcome can be undone.
fn way_back<T>(
    result: &Result<T, ApiError>,
    undo: Option<fn(&T) -> Option<String>>,
) -> Option<String> {
    undo?(result.as_ref().ok()?)
}

/// Kind and words of an outcome.
fn told<T>(result: &Result<T, ApiError>, done: fn(&T) -> String) -> (NoticeKind, String) {
    match result {
        Ok(result) => (NoticeKind::Done, done(result)),
        Err(error @ ApiError::Transport(_)) => (
            NoticeKind::Error,
            format!("{error} Whether it was done is not known: look before you do it again."),
        ),
        Err(error) => (NoticeKind::Error, error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::told;
    use crate::api::ApiError;
    use crate::app::components::NoticeKind;

    #[test]
    fn an_act_without_an_answer_may_have_been_done() {
        let told = |result| told(&result, String::clone);
        assert_eq!(
            told(Ok("1 retried.".into())),
            (NoticeKind::Done, "1 retried.".to_owned())
        );
        let (kind, text) = told(Err(ApiError::Transport("No answer.".into())));
        assert_eq!(kind, NoticeKind::Error);
        assert!(text.contains("not known"));
        assert_eq!(
            told(Err(ApiError::Refused("The disk is full.".into()))).1,
            "The disk is full."
        );
    }
}
