//! One job: runs it, and says what is to become of it.

use super::{
    JobContext, JobError, RetryChoice, cancel,
    desk::Desk,
    expiry,
    handler::Handler,
    metrics::Outcome,
    panics::{self, CatchPanic},
    retry::{self, Failure, Verdict},
    run::Run,
    runtime::Runtime,
};
use crate::{
    job::{Job, RetryRule},
    model::Set,
    store::{Destination, FetchedJob, Settlement},
};
use bytes::Bytes;
use bytesize::ByteSize;
use std::{
    future::poll_fn,
    pin::{Pin, pin},
    sync::Arc,
    task::Poll,
};
use tokio::time::Instant;

/// Whether the job is for other processes: see [`super::WorkerBuilder::only_known_classes`].
pub(super) fn is_foreign(runtime: &Runtime, fetched: &FetchedJob) -> bool {
    if !runtime.settings.only_known_classes {
        return false;
    }
    let job = Job::new(fetched.raw.clone());
    // What is no job, or of no class, is nobody's.
    class_of(&job).is_some_and(|class| runtime.registry.handler(&class).is_none())
}

/// The class that names the handler.
fn class_of(job: &Job) -> Option<String> {
    job.handler_class().filter(|class| !class.is_empty())
}

/// Why a job fails whose class has no handler here: what Ruby says.
pub(super) fn no_handler(class: &str) -> JobError {
    JobError::new("NameError", format!("uninitialized constant {class}"))
}

/// Runs a job in a slot; what is to become of it. `aborted` ends when the time for running is over.
pub(super) async fn process(
    runtime: &Runtime,
    desk: &Desk,
    slot: usize,
    fetched: &Arc<FetchedJob>,
    aborted: Pin<&mut impl Future<Output = ()>>,
) -> Settlement {
    let job = Job::new(fetched.raw.clone());
    if let Some(reason) = job.malformed() {
        tracing::warn!(
            queue = &*fetched.queue,
            reason,
            "an entry that is no job goes to the dead set as it is"
        );
        return Settlement::SetAside(to_dead(runtime, fetched.raw.clone()));
    }
    let Some(class) = class_of(&job) else {
        tracing::warn!(
            queue = &*fetched.queue,
            jid = job.jid(),
            "a job without a class goes to the dead set as it is"
        );
        return Settlement::Fail(to_dead(runtime, fetched.raw.clone()));
    };
    let now = runtime.clock.now();
    if expiry::is_over(&job, now) {
        tracing::info!(
            class,
            jid = job.jid(),
            "a job came too late and is dropped: its time was over"
        );
        return Settlement::Finish { failed: false };
    }
    if fetched.raw.len() > runtime.settings.max_payload {
        return too_large(runtime, fetched, &job, &class);
    }
    let Some(handler) = runtime.registry.handler(&class) else {
        let error = no_handler(&class);
        return failed(runtime, fetched, &job, &error, false);
    };
    let run = Arc::new(Run::new(
        job,
        Arc::clone(fetched),
        now,
        runtime.stopping.clone(),
        runtime.registry.states.clone(),
    ));
    let _entered = runtime.running.enter(slot, Arc::clone(&run));
    let settlement = handle(runtime, desk, &run, &class, handler, aborted).await;
    let is_done = settlement == Settlement::Finish { failed: false };
    runtime.reporter.note_end(runtime, &run, is_done);
    settlement
}

/// A job that is larger than this worker runs any: to the dead set, because another try would find it as large.
fn too_large(runtime: &Runtime, fetched: &FetchedJob, job: &Job, class: &str) -> Settlement {
    let (size, most) = (fetched.raw.len(), runtime.settings.max_payload);
    let message = format!(
        "the job has {}, and this worker runs none of more than {}: pass large data by reference (an id, a file's name), or raise `worker.max_payload` and retry the job",
        size_text(size),
        size_text(most)
    );
    let error = JobError::new("Jobdeck::PayloadTooLarge", message);
    tracing::warn!(class, jid = job.jid().unwrap_or_default(), error = %error, "job is too large to run and is dead");
    let (now, unit) = (runtime.clock.now(), runtime.settings.time_unit);
    let raw = retry::with_error(job, &fetched.queue, &error, now, unit);
    Settlement::Fail(to_dead(runtime, raw))
}

/// `10.0 MiB (10485812 bytes)`: the number as well, because two sizes may look alike.
fn size_text(bytes: usize) -> String {
    let size = ByteSize::b(u64::try_from(bytes).unwrap_or(u64::MAX));
    format!("{size} ({bytes} bytes)")
}

/// Lets the handler run to its end, or for as long as it may.
async fn handle(
    runtime: &Runtime,
    desk: &Desk,
    run: &Arc<Run>,
    class: &str,
    handler: &Handler,
    aborted: Pin<&mut impl Future<Output = ()>>,
) -> Settlement {
    let (job, fetched) = (&run.job, &run.fetched);
    let wants_trace = retry::trace_limit(job).is_some();
    let started = Instant::now();
    let context = JobContext::new(Arc::clone(run));
    let mut handled = pin!(CatchPanic::new(handler(context), wants_trace));
    // Most short jobs never wait: then no other slot has to be woken, and nobody is asked whether the time is over.
    let at_once = poll_fn(|context| Poll::Ready(handled.as_mut().poll(context))).await;
    let result = if let Poll::Ready(result) = at_once {
        result
    } else {
        desk.wake_next();
        tokio::select! {
            biased;
            result = handled => result,
            () = run.overdue.notified() => return settle_cancelled(runtime, run, None),
            () = aborted => return unfinished(runtime, run),
        }
    };
    let outcome = if result.is_ok() {
        Outcome::Succeeded
    } else {
        Outcome::Failed
    };
    runtime.metrics.note(class, outcome, started.elapsed());
    match result {
        Ok(()) => {
            let duration_ms = started.elapsed().as_millis();
            tracing::debug!(class, jid = run.job.jid(), duration_ms, "job done");
            Settlement::Finish { failed: false }
        }
        Err(error) if run.is_cancelled() => settle_cancelled(runtime, run, Some(&error)),
        Err(error) => failed(runtime, fetched, job, &error, true),
    }
}

/// What is to become of a job whose run is stopped because the worker ends.
pub(super) fn unfinished(runtime: &Runtime, run: &Run) -> Settlement {
    if run.is_cancelled() {
        return settle_cancelled(runtime, run, None);
    }
    tracing::info!(
        class = run.job.handler_class(),
        jid = run.job.jid(),
        "unfinished job goes back to its queue"
    );
    Settlement::Requeue
}

/// What is to become of a job whose run was cancelled; `error`: what its handler answered, if it came to that.
fn settle_cancelled(runtime: &Runtime, run: &Run, error: Option<&JobError>) -> Settlement {
    let error = cancel::error(error);
    let failure = failure(runtime, &run.fetched, &run.job, &error, true);
    act_on(runtime, &failure, retry::after_cancellation(&failure))
}

/// `inside`: whether the job's own code failed, rather than the look-up of its class.
fn failed(
    runtime: &Runtime,
    fetched: &FetchedJob,
    job: &Job,
    error: &JobError,
    inside: bool,
) -> Settlement {
    let class = class_of(job).unwrap_or_default();
    let jid = job.jid().unwrap_or_default();
    let failure = failure(runtime, fetched, job, error, inside);
    let choose = |count| {
        error.choice().unwrap_or_else(|| {
            let Some(rule) = runtime.registry.retry_rule(&class) else {
                return RetryChoice::Default;
            };
            panics::catch(false, || rule(count, error)).unwrap_or_else(|panic| {
                tracing::error!(class, jid, error = %panic, "the class's retry rule panicked; the usual delay counts");
                RetryChoice::Default
            })
        })
    };
    let verdict = retry::after_failure(&failure, choose, |bound| rand::random_range(0..bound));
    act_on(runtime, &failure, verdict)
}

/// A failure of now, with all that decides what follows.
fn failure<'a>(
    runtime: &Runtime,
    fetched: &'a FetchedJob,
    job: &'a Job,
    error: &'a JobError,
    inside: bool,
) -> Failure<'a> {
    let settings = &runtime.settings;
    Failure {
        job,
        queue: &fetched.queue,
        error,
        now: runtime.clock.now(),
        // A job that says nothing and fails before its class is known is not retried.
        default_retry: if inside {
            settings.default_retry
        } else {
            RetryRule::Never
        },
        max_retries: settings.max_retries,
        time_unit: settings.time_unit,
    }
}

/// Lets the job go as the verdict says.
fn act_on(runtime: &Runtime, failure: &Failure<'_>, verdict: Verdict) -> Settlement {
    let (error, now) = (failure.error.to_string(), failure.now);
    let redactor = runtime.settings.redactor.get();
    let error = redactor.text(&error);
    let class = class_of(failure.job).unwrap_or_default();
    let jid = failure.job.jid().unwrap_or_default();
    match verdict {
        Verdict::Drop => {
            tracing::warn!(class, jid, %error, "job failed and is not kept");
            Settlement::Finish { failed: true }
        }
        Verdict::Retry { delay_ms, raw } => {
            tracing::warn!(class, jid, %error, retry_in_ms = delay_ms, "job failed");
            Settlement::Fail(Destination::Set {
                set: Set::Retries,
                score: now.plus_milliseconds(delay_ms).seconds(),
                raw,
            })
        }
        Verdict::Die { raw } => {
            tracing::warn!(class, jid, %error, "job failed and is dead");
            Settlement::Fail(to_dead(runtime, raw))
        }
    }
}

fn to_dead(runtime: &Runtime, raw: Bytes) -> Destination {
    Destination::Set {
        set: Set::Dead,
        score: runtime.clock.now().seconds(),
        raw,
    }
}
