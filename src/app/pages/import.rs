//! The form that puts the jobs of a file back, and what came of it.

use crate::api::{ImportOutcome, get_import_outcome};
use crate::app::access::may;
use crate::app::address::link;
use crate::app::components::{
    ErrorNotice, Icon, IconName, Notice, NoticeKind, PageTitle, after_first_reading,
};
use crate::app::format;
use crate::app::live::use_live;
use crate::model::{ImportReport, Right};
use leptos::prelude::*;

/// A form with a file; posted, it answers with this page again.
#[component]
pub fn ImportPage() -> impl IntoView {
    let read = Resource::new(|| (), |()| get_import_outcome());
    view! {
        <PageTitle title="Import">
            <p class="headline">"puts the jobs of an exported file back where they were"</p>
        </PageTitle>
        <Transition>
            {after_first_reading(read, move || {
                move || match read.get() {
                    Some(Ok(outcome)) => view! { <Outcome outcome/> }.into_any(),
                    Some(Err(error)) => view! { <ErrorNotice error/> }.into_any(),
                    None => ().into_any(),
                }
            })}
        </Transition>
        {may(Right::AddJobs).then(|| view! { <Form/> })}
    }
}

#[component]
fn Form() -> impl IntoView {
    let queues = use_live().select(|snapshot| {
        let queues = snapshot.overview.queues.iter();
        queues.map(|queue| queue.name.clone()).collect::<Vec<_>>()
    });
    view! {
        // The fields first: what they say must be known when the file comes.
        <form class="operation-form import-form" method="post" action=link("/import") enctype="multipart/form-data">
            <div class="operation-fields">
                <label class="field">
                    <span class="field-label">"Where the jobs go"</span>
                    <select name="to" autocomplete="off">
                        <option value="">"where each was"</option>
                        <option value="dead">"all to the dead set"</option>
                        <option value="retries">"all to the retries"</option>
                        <option value="scheduled">"all to the scheduled set"</option>
                        <option value="queue">"all into one queue:"</option>
                    </select>
                </label>
                <label class="field field-short">
                    <span class="field-label">"Queue, if into one"</span>
                    <input type="text" name="queue" list="import-queues" autocomplete="off" maxlength="200"/>
                    <datalist id="import-queues">
                        {move || queues.get().into_iter().map(|name| view! { <option value=name></option> }).collect_view()}
                    </datalist>
                </label>
            </div>
            <label class="import-check">
                <input type="checkbox" name="only_check" value="true" autocomplete="off"/>
                " Only check the file, change nothing"
            </label>
            <label class="field import-file">
                <span class="field-label">"File: NDJSON or CSV, as Jobdeck exports it"</span>
                <input type="file" name="file" required accept=".ndjson,.jsonl,.csv,application/x-ndjson,text/csv"/>
            </label>
            <button type="submit" class="button button-primary">
                <Icon name=IconName::Operations/>
                "Import"
            </button>
        </form>
        <ul class="import-notes">
            <li>"Each job comes back with its exact bytes and time. Lines that are broken, or whose secrets were redacted, are told by number; the rest is imported."</li>
            <li>"A job that is in its set already stays as it is. A queue may have a job twice: do not import the same queue twice."</li>
        </ul>
    }
}

/// What came of the form.
#[component]
fn Outcome(outcome: ImportOutcome) -> impl IntoView {
    let problem = outcome
        .problem
        .map(|problem| view! { <Notice kind=NoticeKind::Error>{problem}</Notice> });
    let report = outcome
        .report
        .map(|report| view! { <Report file=outcome.file report/> });
    view! {
        {problem}
        {report}
    }
}

#[component]
fn Report(file: String, report: ImportReport) -> impl IntoView {
    let kind = if report.is_clean() {
        NoticeKind::Done
    } else {
        NoticeKind::Warning
    };
    let words = report.in_words(format::count);
    let warnings = report
        .warnings()
        .into_iter()
        .map(|warning| view! { <Notice kind=NoticeKind::Warning>{warning}</Notice> })
        .collect_view();
    let more = report.untold();
    let problems = (!report.problems.is_empty()).then(|| {
        let rows = report
            .problems
            .iter()
            .map(|problem| {
                view! {
                    <li><strong>{format!("Line {}", problem.line)}</strong> ": " {problem.reason.clone()}</li>
                }
            })
            .collect_view();
        view! {
            <h2>"Not imported"</h2>
            <ul class="operation-reasons">
                {rows}
                {(more > 0).then(|| view! { <li>{format!("… and {} more", format::count(more))}</li> })}
            </ul>
        }
    });
    view! {
        <section class="import-report" aria-label="What came of it">
            <Notice kind><span class="mono">{file}</span> ": " {words} "."</Notice>
            {warnings}
            {problems}
        </section>
    }
}
