//! A new hold: which retries, until when, looked at before it is confirmed.

use crate::api::{ApiError, HOLD_SPANS, HoldDraft, HoldForm, StartHold, preview_hold};
use crate::app::address::{link, use_own_search};
use crate::app::components::{
    ActionForm, ErrorNotice, IconName, PageTitle, QueryProblem, TimeField, UtcTime,
};
use crate::app::format;
use crate::app::pages::operations::{ConfirmButton, Draft, Outlook, samples, to_utc, warnings};
use leptos::prelude::*;

/// A new hold.
#[component]
pub fn NewHoldPage() -> impl IntoView {
    let search = use_own_search();
    let form = Memo::new(move |_| search.with(|search| HoldForm::parse(search)));
    let typed = RwSignal::new(false);
    Effect::new(move || {
        form.track();
        typed.set(false);
    });
    view! {
        <PageTitle title="New hold">
            <p class="headline">"keeps retries from being tried for a while"</p>
        </PageTitle>
        {move || view! { <Fields form=form.get() typed/> }}
        <Future form typed/>
    }
}

/// What is asked: a plain form whose address is the preview.
#[component]
fn Fields(form: HoldForm, typed: RwSignal<bool>) -> impl IntoView {
    let HoldForm {
        query,
        span,
        at,
        reason,
    } = form;
    let spans = HOLD_SPANS
        .into_iter()
        .map(|(name, words, _)| {
            let selected = span == name;
            view! { <option value=name selected=selected>{words}</option> }
        })
        .collect_view();
    let at = RwSignal::new(at);
    view! {
        <form class="operation-form" method="get" action=link("/holds/new") on:input=move |_| typed.set(true) on:submit=to_utc>
            <div class="operation-fields">
                <label class="field hold-query">
                    <span class="field-label">"Which retries: a search, such as class:PublishPhoto error:Timeout"</span>
                    <input
                        type="search"
                        name="query"
                        class="mono"
                        value=query
                        required=true
                        autocomplete="off"
                        autocapitalize="off"
                        spellcheck="false"
                    />
                </label>
            </div>
            <div class="operation-fields">
                <label class="field">
                    <span class="field-label">"For how long"</span>
                    <select name="for" autocomplete="off">{spans}</select>
                </label>
                <TimeField name="at" label="Or until a time" value=at/>
            </div>
            <div class="operation-fields">
                <label class="field">
                    <span class="field-label">"Why, for those who look at it later"</span>
                    <input type="text" name="reason" value=reason autocomplete="off" maxlength="500"/>
                </label>
            </div>
            <button class="button" type="submit">"Preview"</button>
        </form>
    }
}

impl Draft for HoldDraft {
    fn query(&self) -> &str {
        &self.query
    }
}

/// Which retries would wait, and the button that makes it so.
#[component]
fn Future(form: Memo<HoldForm>, typed: RwSignal<bool>) -> impl IntoView {
    let start = ServerAction::<StartHold>::new();
    let query =
        Memo::new(move |_| form.with(|form| (!form.query.is_empty()).then(|| form.to_text())));
    let read = Resource::new(
        move || query.get(),
        |query| async move {
            match query {
                Some(query) => preview_hold(query).await.map(Some),
                None => Ok(None),
            }
        },
    );
    let refused = Signal::derive(move || start.value().get().and_then(Result::err));
    let problem = Callback::new(move |error| match error {
        ApiError::Query(error) => {
            let text = form.with(|form| form.query.clone());
            let parts = error.parts(&text).map(str::to_owned);
            view! { <QueryProblem error parts/> }.into_any()
        }
        error => view! { <ErrorNotice error/> }.into_any(),
    });
    view! {
        <Outlook
            query
            read
            refused
            hint="Say which retries. Nothing is changed before you have seen how many match."
            problem
            preview=move |draft| view! { <Preview draft start typed/> }
        />
    }
}

#[component]
fn Preview(
    draft: HoldDraft,
    start: ServerAction<StartHold>,
    /// Whether something was typed since.
    typed: RwSignal<bool>,
) -> impl IntoView {
    let HoldDraft {
        query,
        until,
        preview,
    } = draft;
    let matched = format::count(preview.matched);
    let counted = if preview.complete {
        format!(
            "of {} would wait",
            format::counted(preview.total, "retry", "retries")
        )
    } else {
        format!(
            "would wait, counted so far: {} of {} were looked at",
            format::count(preview.scanned),
            format::counted(preview.total, "retry", "retries")
        )
    };
    let label = match (preview.complete, preview.matched) {
        // Those that are still to fail are meant, too.
        (true, 0) => "Hold those to come".to_owned(),
        (true, matched) => format!("Hold {}", format::counted(matched, "retry", "retries")),
        (false, _) => format!("Hold all that match, {matched} so far"),
    };
    view! {
        <section class="operation-preview" aria-label="Preview">
            <h2 class="operation-words">"Hold until " <UtcTime at=until/></h2>
            <p class="operation-count"><strong>{matched}</strong> " " {counted}</p>
            {warnings(preview.warnings)}
            <ActionForm action=start attr:class="operation-confirm">
                <input type="hidden" name="query" value=query/>
                <ConfirmButton icon=IconName::Paused label pending=start.pending().into() typed>
                    "Those that fail later and match are held as well, when they come due. Those that are due after the end stay as they are."
                </ConfirmButton>
            </ActionForm>
            {samples(preview.samples)}
        </section>
    }
}
