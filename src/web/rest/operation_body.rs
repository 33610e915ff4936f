//! What scripts are told of an operation.

use super::{body::EntryBody, operation_request::CanaryBody};
use crate::model::{
    Action, Change, JobFilter, Kept, Operation, OperationPlan, OperationPreview, OperationProgress,
    PreviewSample, Timestamp,
};
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

/// An operation.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OperationBody {
    /// Name.
    id: String,
    /// What is done: `retry`, `enqueue`, `delete`, `kill`, `reschedule`, `move`, `edit`, `hold` or `undo`.
    action: &'static str,
    /// The same in English, with which jobs are meant.
    in_words: String,
    /// `running`, `waiting` (for what becomes of the first few), `paused`, `stopped` or `done`.
    state: &'static str,
    /// Why it is paused or stopped, what it waits for.
    message: Option<String>,
    /// Whether some Jobdeck is at work on it now.
    attended: bool,
    /// Where the jobs are, as it was asked.
    from: Vec<String>,
    /// Which of them.
    filter: SelectedBody,
    /// How many were named one by one.
    entries: usize,
    /// For `reschedule`: the new time; for `hold`: the hold's end.
    #[schema(format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<String>,
    /// For `reschedule`: seconds that it is spread over.
    #[serde(skip_serializing_if = "Option::is_none")]
    spread_seconds: Option<u32>,
    /// For `move`: the queue.
    #[serde(skip_serializing_if = "Option::is_none")]
    queue: Option<String>,
    /// For `edit`: what is replaced.
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    /// For `edit`: the new value.
    #[schema(value_type = Option<serde_json::Value>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Box<RawValue>>,
    /// The operation that this one undoes.
    undoes: Option<String>,
    /// The operation that undoes this one, or has undone it.
    undone_by: Option<String>,
    /// Jobs that came later are not meant.
    #[schema(format = DateTime)]
    before: String,
    /// Most jobs a second.
    rate: Option<u32>,
    /// Whether a few are tried first.
    canary: Option<CanaryBody>,
    /// Why.
    reason: Option<String>,
    /// When it was confirmed.
    #[schema(format = DateTime)]
    created_at: String,
    /// When it was last at work.
    #[schema(format = DateTime)]
    updated_at: String,
    /// When it was over.
    #[schema(format = DateTime)]
    finished_at: Option<String>,
    /// How far it has come.
    progress: ProgressOfOperation,
    /// What is kept so that it can be undone.
    kept: KeptBody,
}

/// The filter of an operation.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SelectedBody {
    /// Search.
    filter: Option<String>,
    /// Class, whole.
    class: Option<String>,
    /// Queue, whole.
    queue: Option<String>,
    /// Error class, or part of the message.
    error: Option<String>,
    /// Part of the text.
    text: Option<String>,
    /// Tag, whole.
    tag: Option<String>,
    /// Not before.
    #[schema(format = DateTime)]
    from: Option<String>,
    /// Not after.
    #[schema(format = DateTime)]
    to: Option<String>,
}

/// How far an operation has come.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ProgressOfOperation {
    /// Entries of the places when it was confirmed.
    total: u64,
    /// Entries looked at.
    scanned: u64,
    /// Of those, the ones that are meant.
    matched: u64,
    /// Changed by it.
    done: u64,
    /// Not there any more when their turn came.
    gone: u64,
    /// Left as they are, in all.
    refused: u64,
    /// Why: the commonest reasons.
    refusals: Vec<RefusalBody>,
    /// Jobs a second, over the time that it was at work.
    jobs_per_second: f64,
    /// Seconds that the rest takes; null when nobody knows.
    seconds_left: Option<f64>,
}

/// Why jobs were left as they are.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RefusalBody {
    /// Why.
    reason: String,
    /// How many.
    count: u64,
}

/// What is kept so that an operation can be undone.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct KeptBody {
    /// Jobs that can be put back.
    entries: u64,
    /// What they take in the store.
    bytes: u64,
    /// Until when; null while the operation is not over.
    #[schema(format = DateTime)]
    until: Option<String>,
}

/// What an operation would do.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PreviewBody {
    /// What would be done, to which jobs, in English.
    in_words: String,
    /// Jobs that match, so far.
    matched: u64,
    /// Entries looked at.
    scanned: u64,
    /// Entries of all places.
    total: u64,
    /// Whether all were looked at.
    complete: bool,
    /// Some of the jobs.
    samples: Vec<SampleBody>,
    /// How many of those that match cannot be changed so, and why.
    refusals: Vec<RefusalBody>,
    /// What is better known first.
    warnings: Vec<String>,
    /// Send it along with the same request, and nothing that came later is meant.
    #[schema(format = DateTime)]
    before: String,
}

/// One of the jobs that would be changed.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SampleBody {
    /// The job.
    entry: EntryBody,
    /// Where it would go; null: nowhere, or it stays.
    to: Option<String>,
    /// In a set where it waits for its time: when that is.
    #[schema(format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<String>,
    /// The value that would be replaced.
    #[schema(value_type = Option<serde_json::Value>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Box<RawValue>>,
    /// What would stand there then.
    #[schema(value_type = Option<serde_json::Value>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    new_value: Option<Box<RawValue>>,
    /// Why it would stay as it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<String>,
}

impl From<Operation> for OperationBody {
    fn from(operation: Operation) -> Self {
        let in_words = operation.words.clone();
        let action = operation.plan.action_name();
        let progress = ProgressOfOperation::new(operation.progress, operation.plan.total);
        let OperationPlan {
            change,
            selection,
            undoes,
            before,
            rate,
            canary,
            reason,
            ..
        } = operation.plan;
        let mut body = Self {
            id: operation.id,
            action,
            in_words,
            state: operation.state.name(),
            message: operation.message,
            attended: operation.attended,
            from: selection.places.iter().map(ToString::to_string).collect(),
            filter: selection.filter.into(),
            entries: selection.entries.len(),
            at: None,
            spread_seconds: None,
            queue: None,
            path: None,
            value: None,
            undoes,
            undone_by: operation.undone_by,
            before: before.to_string(),
            rate,
            canary: canary.map(|canary| CanaryBody {
                jobs: canary.jobs,
                wait_seconds: canary.wait_seconds,
                percent: canary.percent,
            }),
            reason,
            created_at: operation.created_at.to_string(),
            updated_at: operation.updated_at.to_string(),
            finished_at: text(operation.finished_at),
            progress,
            kept: operation.kept.into(),
        };
        match change {
            Some(Change::Act(Action::Reschedule { at, spread_seconds })) => {
                body.at = Some(at.to_string());
                body.spread_seconds = Some(spread_seconds);
            }
            Some(Change::MoveTo { queue }) => body.queue = Some(queue),
            Some(Change::Edit { path, value }) => {
                body.path = Some(path);
                body.value = RawValue::from_string(value).ok();
            }
            Some(Change::Hold { until }) => body.at = Some(until.to_string()),
            Some(Change::Act(_)) | None => {}
        }
        body
    }
}

impl ProgressOfOperation {
    fn new(progress: OperationProgress, total: u64) -> Self {
        Self {
            total,
            scanned: progress.scanned,
            matched: progress.matched,
            done: progress.done,
            gone: progress.gone,
            refused: progress.refused_total(),
            refusals: refusals(progress.refused),
            jobs_per_second: progress.rate,
            seconds_left: progress.seconds_left,
        }
    }
}

impl From<JobFilter> for SelectedBody {
    fn from(filter: JobFilter) -> Self {
        Self {
            filter: filter.query,
            class: filter.class,
            queue: filter.queue,
            error: filter.error,
            text: filter.text,
            tag: filter.tag,
            from: text(filter.from),
            to: text(filter.to),
        }
    }
}

impl From<Kept> for KeptBody {
    fn from(kept: Kept) -> Self {
        Self {
            entries: kept.entries,
            bytes: kept.bytes,
            until: text(kept.until),
        }
    }
}

impl PreviewBody {
    /// What a request would do.
    pub(super) fn new(in_words: String, preview: OperationPreview) -> Self {
        Self {
            in_words,
            matched: preview.matched,
            scanned: preview.scanned,
            total: preview.total,
            complete: preview.complete,
            samples: preview.samples.into_iter().map(SampleBody::from).collect(),
            refusals: refusals(preview.refused),
            warnings: preview.warnings,
            before: preview.before.to_string(),
        }
    }
}

impl From<PreviewSample> for SampleBody {
    fn from(sample: PreviewSample) -> Self {
        let (value, new_value) = sample.edit.unzip();
        let json = |text: Option<String>| text.and_then(|text| RawValue::from_string(text).ok());
        Self {
            entry: sample.entry.into(),
            to: sample.to,
            at: text(sample.at),
            value: json(value),
            new_value: json(new_value),
            refused: sample.refused,
        }
    }
}

fn refusals(refused: Vec<(String, u64)>) -> Vec<RefusalBody> {
    refused
        .into_iter()
        .map(|(reason, count)| RefusalBody { reason, count })
        .collect()
}

fn text(at: Option<Timestamp>) -> Option<String> {
    at.map(|at| at.to_string())
}
