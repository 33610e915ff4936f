//! How fast operations change many jobs, and what others notice of that.

use super::{
    BenchError,
    failures::{FailuresBenchOptions, empty, fill},
    number,
    ping::{part, ping_until},
    usage::Usage,
};
use crate::{
    admin::{Admin, OperationRunner},
    model::{
        Action, Change, JobFilter, Operation, OperationRequest, OperationState, Selection, Set,
    },
    store::{SharedStore, StoreOptions},
};
use serde::Serialize;
use std::time::Instant;
use tokio_util::sync::CancellationToken;

/// What to measure.
#[derive(Clone, Debug)]
pub struct AdminBenchOptions {
    /// Dead jobs.
    pub jobs: u64,
    /// Bytes of a job's text, about.
    pub job_bytes: usize,
    /// The store's address, for a second connection and the processor time of a Redis server.
    pub url: String,
    /// How the store is opened.
    pub store: StoreOptions,
}

/// One kind of work, measured.
#[derive(Clone, Debug, Serialize)]
pub struct AdminBenchReport {
    /// What was done.
    pub work: &'static str,
    /// Jobs that were changed.
    pub jobs: u64,
    /// How long that took.
    pub seconds: f64,
    /// Jobs a second.
    pub jobs_per_second: f64,
    /// Processor seconds of this process.
    pub cpu_seconds: Option<f64>,
    /// Processor seconds of the Redis server.
    pub redis_cpu_seconds: Option<f64>,
    /// Questions that a second connection asked meanwhile, one a millisecond.
    pub pings: usize,
    /// 999 of 1000 answers came within, milliseconds.
    pub ping_p999_ms: f64,
    /// The slowest answer, milliseconds.
    pub ping_highest_ms: f64,
}

/// Fills the dead set, deletes by a filter and undoes that, retries all and undoes that, and removes what it has added.
///
/// # Errors
/// See [`BenchError`].
pub async fn bench_admin(
    store: SharedStore,
    options: &AdminBenchOptions,
    stop: &CancellationToken,
    mut tell: impl FnMut(&str),
) -> Result<Vec<AdminBenchReport>, BenchError> {
    let overview = store.overview().await?;
    if overview.dead + overview.retrying + overview.enqueued > 0 {
        return Err(BenchError::Stuck(
            "the store has jobs: name one that has none".to_owned(),
        ));
    }
    tell(&format!("adding {} dead jobs", options.jobs));
    let admin = Admin::new(store.clone());
    let mut begun = Vec::new();
    let measured = tokio::select! {
        measured = measure(&admin, options, &mut begun, &mut tell) => measured,
        () = stop.cancelled() => Err(BenchError::Stopped),
    };
    tell("removing them");
    for id in begun {
        // Most are over; one that was left half-way would be taken up by a server.
        let _ = admin.stop_operation(&id).await;
        admin.free_operation(&id).await.map_err(failed)?;
    }
    empty(&store).await?;
    for queue in store.overview().await?.queues {
        store.clear_queue(&queue.name).await?;
    }
    measured
}

async fn measure(
    admin: &Admin,
    options: &AdminBenchOptions,
    begun: &mut Vec<String>,
    tell: &mut impl FnMut(&str),
) -> Result<Vec<AdminBenchReport>, BenchError> {
    let filled = FailuresBenchOptions {
        jobs: options.jobs,
        job_bytes: options.job_bytes,
        signatures: 300,
        traces: 4,
        keep: false,
        url: options.url.clone(),
        store: options.store.clone(),
    };
    fill(admin.store(), &filled).await?;
    let by_error = JobFilter {
        error: Some("timed out".to_owned()),
        ..JobFilter::default()
    };
    let mut reports = Vec::new();
    for (names, action, filter) in [
        (["delete by filter", "undo that"], Action::Delete, by_error),
        (
            ["retry all", "undo that"],
            Action::Retry,
            JobFilter::default(),
        ),
    ] {
        let [work, undoing] = names;
        tell(work);
        let request = OperationRequest {
            change: Change::Act(action),
            selection: Selection {
                places: vec![Set::Dead.into()],
                filter,
                entries: Vec::new(),
            },
            before: None,
            rate: None,
            canary: None,
            reason: None,
        };
        let operation = admin.start_operation(&request).await.map_err(failed)?;
        begun.push(operation.id.clone());
        reports.push(finish(admin, options, &operation.id, work).await?);
        tell(undoing);
        let undo = admin.undo_operation(&operation.id, None).await;
        let undo = undo.map_err(failed)?;
        begun.push(undo.id.clone());
        reports.push(finish(admin, options, &undo.id, undoing).await?);
    }
    Ok(reports)
}

async fn finish(
    admin: &Admin,
    options: &AdminBenchOptions,
    id: &str,
    work: &'static str,
) -> Result<AdminBenchReport, BenchError> {
    let runner = OperationRunner::new(admin.clone());
    let usage = Usage::now(&options.url).await;
    let started = Instant::now();
    let (mut took, mut worked) = (started.elapsed(), Ok(()));
    let working = async {
        worked = runner.finish(id, &CancellationToken::new()).await;
        took = started.elapsed();
    };
    let pings = ping_until(options.url.clone(), options.store.clone(), working).await?;
    worked?;
    let (cpu_seconds, redis_cpu_seconds) = usage.since(&options.url).await;
    let operation: Operation = admin.operation(id).await.map_err(failed)?;
    if operation.state != OperationState::Done || operation.progress.done != options.jobs {
        return Err(BenchError::Stuck(format!(
            "{work}: {} of {} jobs were changed ({}): something else changes the store",
            operation.progress.done,
            options.jobs,
            operation.message.unwrap_or_default()
        )));
    }
    Ok(AdminBenchReport {
        work,
        jobs: operation.progress.done,
        seconds: took.as_secs_f64(),
        jobs_per_second: number(operation.progress.done) / took.as_secs_f64(),
        cpu_seconds,
        redis_cpu_seconds,
        pings: pings.len(),
        ping_p999_ms: part(&pings, 999),
        ping_highest_ms: part(&pings, 1000),
    })
}

#[expect(clippy::needless_pass_by_value, reason = "as `map_err` hands it over")]
fn failed(error: crate::admin::AdminError) -> BenchError {
    BenchError::Stuck(error.to_string())
}
