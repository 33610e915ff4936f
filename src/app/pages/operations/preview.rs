//! What an operation would do, and the button that makes it so.

use super::outlook::{ConfirmButton, Draft, samples, warnings};
use crate::api::{OperationDraft, OperationForm, StartOperation};
use crate::app::components::{ActionForm, Icon, IconName, UtcTime};
use crate::app::format;
use leptos::prelude::*;

/// What undo can do where nothing runs because of it.
const IN_TIME: &str = "Can be undone for a day after its end, unless another time is set.";

impl Draft for OperationDraft {
    fn query(&self) -> &str {
        &self.query
    }
}

/// How many match, some of them, what stays and why, what is better known first.
#[component]
pub(super) fn Preview(
    draft: OperationDraft,
    start: ServerAction<StartOperation>,
    /// Whether something was typed since.
    typed: RwSignal<bool>,
) -> impl IntoView {
    let OperationDraft {
        query,
        words,
        verb,
        preview,
    } = draft;
    let refused: u64 = preview.refused.iter().map(|(_, count)| count).sum();
    let changed = preview.matched.saturating_sub(refused);
    let matched = format::count(preview.matched);
    let counted = if preview.complete {
        format!("of {} match", format::counted(preview.total, "job", "jobs"))
    } else {
        format!(
            "match, counted so far: {} of {} were looked at",
            format::count(preview.scanned),
            format::counted(preview.total, "job", "jobs")
        )
    };
    let label = if preview.complete {
        format!("{verb} {}", format::counted(changed, "job", "jobs"))
    } else {
        format!("{verb} all that match, {} so far", format::count(changed))
    };
    let reasons = (!preview.refused.is_empty()).then(|| {
        let rows = preview
            .refused
            .iter()
            .map(|(reason, count)| {
                view! { <li><strong>{format::count(*count)}</strong> " × " {reason.clone()}</li> }
            })
            .collect_view();
        view! {
            <h3>"Would stay as they are"</h3>
            <ul class="operation-reasons">{rows}</ul>
        }
    });
    let export = OperationForm::parse(&query).export().map(|_| {
        view! {
            <p class="operation-keeps">
                <Icon name=IconName::Processed/>
                "A file of exactly these jobs is downloaded when they are changed. Secrets are taken out of it unless the settings say otherwise; undo has them whole."
            </p>
        }
    });
    let can_start = changed > 0 || !preview.complete;
    let (class, way_back) = match verb.as_str() {
        "Delete" => ("button button-danger", IN_TIME),
        "Retry" | "Enqueue" => (
            "button button-primary",
            "Undo can take back only what has not run by then.",
        ),
        _ => ("button button-primary", IN_TIME),
    };
    let confirm = can_start.then(|| {
        view! {
            <ActionForm action=start attr:class="operation-confirm">
                <input type="hidden" name="query" value=query/>
                <input type="hidden" name="before" value=preview.before.0.to_string()/>
                <ConfirmButton
                    class
                    icon=IconName::Operations
                    label
                    pending=start.pending().into()
                    typed
                >
                    "What comes after " <UtcTime at=preview.before clock=true/> " is not meant. "
                    {way_back}
                </ConfirmButton>
            </ActionForm>
        }
    });
    view! {
        <section class="operation-preview" aria-label="Preview">
            <h2 class="operation-words">{words}</h2>
            <p class="operation-count"><strong>{matched}</strong> " " {counted}</p>
            {warnings(preview.warnings)} {export} {confirm} {reasons} {samples(preview.samples)}
        </section>
    }
}
