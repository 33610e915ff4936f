//! What crosses the wire. Times are RFC 3339 in UTC, arguments are real JSON with every number as it was written.

use super::nesting::is_too_deep;
use super::report::{ProgressBody, ReportBody};
use crate::job::Job;
use crate::model::{
    ActionOutcome, ActionReport, JobDetail, JobEntry, JobLocation, JobReport, Overview, Page,
    ProcessInfo, QueueSummary, RunningJob, Timestamp, TraceLine, Whereabouts,
};
use crate::redaction::Redactor;
use crate::shown;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

/// The state of the store in numbers.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OverviewBody {
    /// Executions since ever, failed ones included.
    pub(super) processed: u64,
    /// Failed executions since ever.
    pub(super) failed: u64,
    /// Jobs in all queues.
    pub(super) enqueued: u64,
    /// Jobs being run.
    pub(super) running: u64,
    /// Size of the scheduled set.
    pub(super) scheduled: u64,
    /// Size of the retry set.
    pub(super) retrying: u64,
    /// Size of the dead set.
    pub(super) dead: u64,
    /// Worker processes.
    pub(super) processes: u64,
    /// Jobs that all of them can run at a time.
    pub(super) concurrency: u64,
    /// Every queue, by name.
    pub(super) queues: Vec<QueueBody>,
    /// When this was read, by the store's clock.
    #[schema(format = DateTime)]
    pub(super) sampled_at: String,
}

impl From<Overview> for OverviewBody {
    fn from(overview: Overview) -> Self {
        Self {
            processed: overview.processed,
            failed: overview.failed,
            enqueued: overview.enqueued,
            running: overview.running,
            scheduled: overview.scheduled,
            retrying: overview.retrying,
            dead: overview.dead,
            processes: overview.processes,
            concurrency: overview.concurrency,
            queues: overview.queues.into_iter().map(QueueBody::from).collect(),
            sampled_at: overview.sampled_at.to_string(),
        }
    }
}

/// A queue in numbers.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct QueueBody {
    /// Name.
    pub(super) name: String,
    /// Jobs in it.
    pub(super) size: u64,
    /// Age of the job that is next to run, in seconds.
    pub(super) latency_seconds: f64,
    /// Whether workers leave it alone.
    pub(super) paused: bool,
}

impl From<QueueSummary> for QueueBody {
    fn from(queue: QueueSummary) -> Self {
        Self {
            name: queue.name,
            size: queue.size,
            latency_seconds: queue.latency_seconds,
            paused: queue.paused,
        }
    }
}

/// One entry of a queue or set.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EntryBody {
    /// Its address, for `/actions`; good until it moves. Missing for a running job.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<String>,
    /// Where it stands: `scheduled`, `retries`, `dead`, `queue:NAME` or `running`.
    #[serde(rename = "in")]
    pub(super) place: String,
    /// In a set: its score, seconds since 1970.
    pub(super) score: Option<f64>,
    /// In a set: when it is due, or died.
    #[schema(format = DateTime)]
    pub(super) at: Option<String>,
    /// Job id; empty if it has none.
    pub(super) jid: String,
    /// Class as shown: for Active Job the one that people wrote.
    pub(super) class: String,
    /// Arguments as shown; null if it has none; nested more than 64 deep, a string that holds them.
    #[schema(value_type = Option<Vec<Value>>)]
    pub(super) args: Option<Box<RawValue>>,
    /// Queue that it belongs to.
    pub(super) queue: String,
    /// First creation.
    #[schema(format = DateTime)]
    pub(super) created_at: Option<String>,
    /// Last push to a queue.
    #[schema(format = DateTime)]
    pub(super) enqueued_at: Option<String>,
    /// First failure.
    #[schema(format = DateTime)]
    pub(super) failed_at: Option<String>,
    /// Latest failure, from the second on.
    #[schema(format = DateTime)]
    pub(super) retried_at: Option<String>,
    /// Retries used.
    pub(super) retry_count: Option<i64>,
    /// Class of the latest error.
    pub(super) error_class: Option<String>,
    /// Message of the latest error; in lists a very long one is cut.
    pub(super) error_message: Option<String>,
    /// Labels.
    pub(super) tags: Vec<String>,
    /// Size of the stored text.
    pub(super) size_bytes: u64,
    /// Whether something of it is hidden, because it is taken for a secret: `[redacted]` stands in its place.
    pub(super) redacted: bool,
    /// The stored text, if it cannot be read as a job; in lists a very long one is cut.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) raw: Option<String>,
    /// Why it cannot be read as a job.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) malformed: Option<String>,
}

impl From<JobEntry> for EntryBody {
    fn from(entry: JobEntry) -> Self {
        Self {
            score: entry.id.place.set().map(|_| entry.id.position),
            place: entry.id.place.to_string(),
            id: Some(entry.id.to_string()),
            at: text(entry.at),
            jid: entry.jid,
            class: entry.class,
            args: json(entry.args),
            queue: entry.queue,
            created_at: text(entry.created_at),
            enqueued_at: text(entry.enqueued_at),
            failed_at: text(entry.failed_at),
            retried_at: text(entry.retried_at),
            retry_count: entry.retry_count,
            error_class: entry.error_class,
            error_message: entry.error_message,
            tags: entry.tags,
            size_bytes: entry.size_bytes,
            redacted: entry.redacted,
            raw: entry.raw,
            malformed: entry.malformed,
        }
    }
}

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PageBody {
    /// The entries, in list order.
    pub(super) entries: Vec<EntryBody>,
    /// For `after`: the page behind this one; null at the end.
    pub(super) next: Option<String>,
    /// For `before`: the page in front of this one; null at the start.
    pub(super) previous: Option<String>,
    /// Entries looked at to find these.
    pub(super) scanned: u64,
    /// Entries of the whole place, whatever was filtered for.
    pub(super) total: u64,
    /// Whether the search stopped before the page was full: `next` goes on from there.
    pub(super) partial: bool,
}

impl From<Page> for PageBody {
    fn from(page: Page) -> Self {
        Self {
            entries: page.entries.into_iter().map(EntryBody::from).collect(),
            next: page.next.map(|cursor| cursor.0),
            previous: page.previous.map(|cursor| cursor.0),
            scanned: page.scanned,
            total: page.total,
            partial: page.partial,
        }
    }
}

/// A job being run.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RunningBody {
    /// Identity of the process.
    pub(super) process: String,
    /// Thread in the process.
    pub(super) thread: String,
    /// Queue that it came from.
    pub(super) queue: String,
    /// Job id.
    pub(super) jid: String,
    /// Class as shown.
    pub(super) class: String,
    /// Arguments as shown.
    #[schema(value_type = Option<Vec<Value>>)]
    pub(super) args: Option<Box<RawValue>>,
    /// Start of this run; nothing when it is not known (any more: `owner_gone`).
    #[schema(format = DateTime)]
    pub(super) run_at: Option<String>,
    /// Whether its process has no heartbeat any more: it is put back to its queue within 90 s by any running worker, or if it is `foreign`
    /// by Sidekiq when one of its processes starts next.
    pub(super) owner_gone: bool,
    /// Whether its process is none of Jobdeck.
    pub(super) foreign: bool,
    /// How far this run is, if it told.
    pub(super) progress: Option<ProgressBody>,
    /// When somebody asked that this run end.
    #[schema(format = DateTime)]
    pub(super) cancel_requested_at: Option<String>,
}

impl From<RunningJob> for RunningBody {
    fn from(running: RunningJob) -> Self {
        let run_at = text(running.started_at());
        // The row's arguments may be cut; the payload has them whole.
        let args = json(running.args)
            .or_else(|| json(Job::new(running.payload.into_bytes()).shown_args(0)));
        Self {
            process: running.process,
            thread: running.thread,
            queue: running.queue,
            jid: running.jid,
            class: running.class,
            args,
            run_at,
            owner_gone: running.owner_gone,
            foreign: running.foreign,
            progress: running.progress.map(ProgressBody::from),
            cancel_requested_at: text(running.cancel_requested_at),
        }
    }
}

/// A worker process.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ProcessBody {
    /// `HOSTNAME:PID:NONCE`.
    pub(super) identity: String,
    /// Host name.
    pub(super) hostname: String,
    /// Process id.
    pub(super) pid: u64,
    /// Free text, usually the application's folder.
    pub(super) tag: String,
    /// Labels.
    pub(super) labels: Vec<String>,
    /// Queues that it fetches from.
    pub(super) queues: Vec<WeightedQueueBody>,
    /// Jobs that it can run at a time.
    pub(super) concurrency: u64,
    /// Jobs that it runs.
    pub(super) busy: u64,
    /// Start.
    #[schema(format = DateTime)]
    pub(super) started_at: Option<String>,
    /// Last heartbeat.
    #[schema(format = DateTime)]
    pub(super) beat_at: Option<String>,
    /// Whether it fetches no more.
    pub(super) quiet: bool,
    /// Whether it has been told to stop.
    pub(super) stopping: bool,
    /// Resident memory, KiB.
    pub(super) rss_kib: Option<u64>,
    /// Round trip to the store, microseconds.
    pub(super) rtt_us: Option<u64>,
    /// Version that it reports.
    pub(super) version: String,
    /// Whether it runs inside another program and takes no signals.
    pub(super) embedded: bool,
}

/// A queue that a process fetches from.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WeightedQueueBody {
    /// Name.
    pub(super) name: String,
    /// Weight; 0: strict order.
    pub(super) weight: u64,
}

impl From<ProcessInfo> for ProcessBody {
    fn from(process: ProcessInfo) -> Self {
        Self {
            identity: process.identity,
            hostname: process.hostname,
            pid: process.pid,
            tag: process.tag,
            labels: process.labels,
            queues: process
                .queues
                .into_iter()
                .map(|(name, weight)| WeightedQueueBody { name, weight })
                .collect(),
            concurrency: process.concurrency,
            busy: process.busy,
            started_at: text(process.started_at),
            beat_at: text(process.beat_at),
            quiet: process.quiet,
            stopping: process.stopping,
            rss_kib: process.rss_kib,
            rtt_us: process.rtt_us,
            version: process.version,
            embedded: process.embedded,
        }
    }
}

/// Every place where a job id is now.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct JobBody {
    /// The job id.
    pub(super) jid: String,
    /// Every place where it is now.
    pub(super) locations: Vec<LocationBody>,
    /// What its runs have told: progress and log.
    pub(super) report: Option<ReportBody>,
    /// Entries looked through.
    pub(super) scanned: u64,
    /// Entries there are; more than `scanned` when the search was cut off.
    pub(super) total: u64,
}

impl JobBody {
    pub(super) fn new(detail: JobDetail, report: Option<JobReport>) -> Self {
        Self {
            report: report.map(ReportBody::from),
            jid: detail.jid,
            locations: detail
                .locations
                .into_iter()
                .map(LocationBody::from)
                .collect(),
            scanned: detail.scanned,
            total: detail.total,
        }
    }
}

/// One place of a job, with all that is stored there.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LocationBody {
    /// The entry.
    pub(super) entry: EntryBody,
    /// The run, if it is being run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) running: Option<RunningBody>,
    /// The whole payload as stored; a string if it is no JSON.
    #[schema(value_type = Value)]
    pub(super) payload: Box<RawValue>,
    /// The error trace, decoded.
    pub(super) trace: Vec<TraceLineBody>,
    /// Why the stored trace could not be decoded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) trace_problem: Option<String>,
    /// How often it is tried again, in words.
    pub(super) retry_rule: String,
}

/// One line of an error trace.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TraceLineBody {
    /// The frame as stored.
    pub(super) text: String,
    /// Whether it is the application's own code.
    pub(super) own: bool,
}

impl From<JobLocation> for LocationBody {
    fn from(location: JobLocation) -> Self {
        let mut entry = EntryBody::from(location.entry);
        let running = match location.whereabouts {
            Whereabouts::Stored => None,
            Whereabouts::Running(running) => {
                entry.id = None;
                "running".clone_into(&mut entry.place);
                Some(running.into())
            }
        };
        Self {
            entry,
            running,
            payload: json_or_string(&location.payload),
            trace: location
                .trace
                .into_iter()
                .map(|TraceLine { text, own }| TraceLineBody { text, own })
                .collect(),
            trace_problem: location.trace_problem,
            retry_rule: location.retry_rule,
        }
    }
}

/// What became of every entry of an action.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ActionBody {
    /// The action.
    pub(super) action: &'static str,
    /// How many were done.
    pub(super) done: usize,
    /// The operation by which it can be undone (`POST /operations/{id}/undo`), if it can.
    pub(super) operation: Option<String>,
    /// Each entry, in the order asked.
    pub(super) results: Vec<ActionResultBody>,
}

/// What became of one entry.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ActionResultBody {
    /// The entry as it was addressed; a moved entry has a new address.
    pub(super) id: String,
    /// `done`; `gone`: it is not there any more; `refused`: not possible for this entry.
    pub(super) result: &'static str,
    /// Why it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<String>,
}

impl From<ActionReport> for ActionBody {
    fn from(report: ActionReport) -> Self {
        Self {
            action: report.verb.name(),
            done: report.done(),
            operation: report.operation.clone(),
            results: report
                .outcomes
                .into_iter()
                .map(|(id, outcome)| {
                    let (result, reason) = match outcome {
                        ActionOutcome::Done => ("done", None),
                        ActionOutcome::Gone => ("gone", None),
                        ActionOutcome::Refused(reason) => ("refused", Some(reason)),
                    };
                    ActionResultBody {
                        id: id.to_string(),
                        result,
                        reason,
                    }
                })
                .collect(),
        }
    }
}

/// A row whose arguments were cut for a page, made anew from the whole job.
pub(super) fn uncut(entry: JobEntry, raw: bytes::Bytes, redactor: &Redactor) -> JobEntry {
    shown::entry(entry.id, &Job::new(raw), true, redactor)
}

/// Whether a row's arguments were cut: what was cut is no JSON any more.
pub(super) fn is_cut(entry: &JobEntry) -> bool {
    !entry.args.is_empty() && serde_json::from_str::<&RawValue>(&entry.args).is_err()
}

fn text(time: Option<Timestamp>) -> Option<String> {
    time.map(|time| time.to_string())
}

/// A value as it is; one that many programs could not read, for how deep it is nested, as a string that holds it.
fn json(text: String) -> Option<Box<RawValue>> {
    let value = RawValue::from_string(text).ok()?;
    if is_too_deep(value.get()) {
        return string(value.get());
    }
    Some(value)
}

fn json_or_string(text: &str) -> Box<RawValue> {
    json(text.to_owned())
        .or_else(|| string(text))
        .unwrap_or_default()
}

fn string(text: &str) -> Option<Box<RawValue>> {
    serde_json::value::to_raw_value(text).ok()
}
