//! What is hidden of a job, and the way to it.

use super::JobView;
use crate::app::access::may;
use crate::app::components::{Icon, IconName};
use crate::model::Right;
use leptos::prelude::*;

/// Whether something of a job is hidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hidden {
    Nothing,
    Something,
    /// It would be, but was asked for.
    Revealed,
}

/// Says that something is hidden, with the form that asks for it; or that it is shown. The form goes to the page's own address, which
/// answers with everything. Works without a script.
pub(super) fn reveal(job: JobView) -> AnyView {
    let hidden = Memo::new(move |_| {
        let is_revealed = job
            .sight
            .with(|sight| sight.detail().is_some_and(|detail| detail.revealed));
        let is_redacted = job.location.with(|location| {
            location
                .as_ref()
                .is_some_and(|location| location.entry.redacted)
        });
        match (is_revealed, is_redacted) {
            (true, _) => Hidden::Revealed,
            (false, true) => Hidden::Something,
            (false, false) => Hidden::Nothing,
        }
    });
    (move || match hidden.get() {
        Hidden::Nothing => ().into_any(),
        Hidden::Revealed => view! {
            <p class="job-hidden job-revealed" role="status">
                <Icon name=IconName::Locked/>
                "Nothing is hidden here, but in what its runs tell, until this page is left or something changes. That you saw it, and why, is on record."
            </p>
        }
        .into_any(),
        Hidden::Something => view! {
            <div class="job-hidden">
                <p>
                    <Icon name=IconName::Locked/>
                    "What looks like a secret is hidden: " <code>"[redacted]"</code> " stands in its place."
                    {(!may(Right::RevealSecrets)).then_some(" An admin may see it.")}
                </p>
                {may(Right::RevealSecrets).then(form)}
            </div>
        }
        .into_any(),
    })
    .into_any()
}

/// Without an action a form goes to the address of its page.
fn form() -> AnyView {
    view! {
        <details class="reveal">
            <summary>"Show it…"</summary>
            <form class="reveal-form" method="post">
                <label for="reveal-reason">"Why?"</label>
                <input id="reveal-reason" class="input" name="reason" required maxlength="500" autocomplete="off"/>
                <button class="button" type="submit">"Show everything"</button>
                <p class="muted">"Your name and the reason are put on record."</p>
            </form>
        </details>
    }
    .into_any()
}
