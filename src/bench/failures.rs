//! How fast failures are grouped, and what others notice of that.

use super::{
    BenchError, number,
    ping::{part, ping_until},
    usage::{Usage, peak_memory_mib, reset_peak_memory, resident_mib},
};
use crate::{
    groups::Groups,
    job::encode_trace,
    model::{Completeness, GroupFilter, GroupQuery, Limit, Order, Place, Set},
    redaction::Redactor,
    store::{Destination, Move, SharedStore, Start, StoreOptions},
};
use serde::Serialize;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// Entries added or deleted at a time.
const STEP: u64 = 1_000;

/// What to measure.
#[derive(Clone, Debug)]
pub struct FailuresBenchOptions {
    /// Dead jobs.
    pub jobs: u64,
    /// Bytes of a job's text, about.
    pub job_bytes: usize,
    /// Different signatures.
    pub signatures: u64,
    /// Different traces of each.
    pub traces: u64,
    /// Whether the jobs are left in the store.
    pub keep: bool,
    /// The store's address, for a second connection and the processor time of a Redis server.
    pub url: String,
    /// How the store is opened.
    pub store: StoreOptions,
}

/// What was measured.
#[derive(Clone, Debug, Serialize)]
pub struct FailuresBenchReport {
    /// Dead jobs.
    pub jobs: u64,
    /// Groups that were found.
    pub groups: u64,
    /// From the start of the index until both sets were read whole.
    pub seconds: f64,
    /// Jobs a second.
    pub jobs_per_second: f64,
    /// Most memory above what the process had before, MiB.
    pub peak_memory_mib: Option<f64>,
    /// Memory that the index holds afterwards, MiB.
    pub kept_memory_mib: Option<f64>,
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
    /// The slowest answer of as many questions before the index began, milliseconds.
    pub idle_ping_highest_ms: f64,
}

/// Fills the dead set, indexes it, and removes what it has added; the retry and dead sets must be empty.
///
/// # Errors
/// See [`BenchError`].
pub async fn bench_failures(
    store: SharedStore,
    options: &FailuresBenchOptions,
    stop: &CancellationToken,
    mut tell: impl FnMut(&str),
) -> Result<FailuresBenchReport, BenchError> {
    let overview = store.overview().await?;
    if overview.dead + overview.retrying > 0 {
        return Err(BenchError::Stuck(
            "the store has failed jobs: name one that has none".to_owned(),
        ));
    }
    tell(&format!("adding {} dead jobs", options.jobs));
    let measured = tokio::select! {
        measured = measure(&store, options, &mut tell) => measured,
        () = stop.cancelled() => Err(BenchError::Stopped),
    };
    if !options.keep {
        tell("removing them");
        empty(&store).await?;
    }
    measured
}

async fn measure(
    store: &SharedStore,
    options: &FailuresBenchOptions,
    tell: &mut impl FnMut(&str),
) -> Result<FailuresBenchReport, BenchError> {
    fill(store, options).await?;
    tell("pinging while nothing else happens");
    let idle = ping_until(
        options.url.clone(),
        options.store.clone(),
        tokio::time::sleep(Duration::from_secs(3)),
    )
    .await?;
    tell("indexing");
    reset_peak_memory();
    let before = resident_mib();
    let usage = Usage::now(&options.url).await;
    let end = CancellationToken::new();
    let started = Instant::now();
    let groups = Groups::start(store.clone(), Redactor::none(), end.clone());
    let mut took = Duration::ZERO;
    let indexing = async {
        groups.first_complete().await;
        took = started.elapsed();
    };
    let pings = ping_until(options.url.clone(), options.store.clone(), indexing).await?;
    let (cpu_seconds, redis_cpu_seconds) = usage.since(&options.url).await;
    let peak = peak_memory_mib();
    let kept = resident_mib();
    let query = GroupQuery {
        filter: GroupFilter::All,
        ..GroupQuery::default()
    };
    let list = groups.list(&Limit::none(), &query).await?;
    end.cancel();
    if list.index.completeness != Completeness::Exact || list.entries != options.jobs {
        return Err(BenchError::Stuck(format!(
            "{} of {} jobs were counted: something else changes the store",
            list.entries, options.jobs
        )));
    }
    let above = |after: Option<f64>| Some((after? - before?).max(0.0));
    Ok(FailuresBenchReport {
        jobs: options.jobs,
        groups: list.matching,
        seconds: took.as_secs_f64(),
        jobs_per_second: number(options.jobs) / took.as_secs_f64(),
        peak_memory_mib: above(peak),
        kept_memory_mib: above(kept),
        cpu_seconds,
        redis_cpu_seconds,
        pings: pings.len(),
        ping_p999_ms: part(&pings, 999),
        ping_highest_ms: part(&pings, 1000),
        idle_ping_highest_ms: part(&idle, 1000),
    })
}

pub(super) async fn fill(
    store: &SharedStore,
    options: &FailuresBenchOptions,
) -> Result<(), BenchError> {
    let now = store.now().await?;
    let traces = traces(options);
    let mut first = 0;
    while first < options.jobs {
        let last = (first + STEP).min(options.jobs);
        let entries: Vec<Destination> = (first..last)
            .map(|job| {
                // Over three days, oldest first.
                let age = 3.0 * 86_400.0 * number(options.jobs - job) / number(options.jobs);
                let at = now.seconds() - age;
                Destination::Set {
                    set: Set::Dead,
                    score: at,
                    raw: text(options, &traces, job, at).into(),
                }
            })
            .collect();
        store.add(&entries).await?;
        first = last;
    }
    Ok(())
}

/// The coded traces: those of a signature differ in a library's line.
fn traces(options: &FailuresBenchOptions) -> Vec<String> {
    (0..options.signatures * options.traces)
        .map(|trace| {
            let (signature, variant) = (trace % options.signatures, trace / options.signatures);
            let mut lines = vec![
                format!("/usr/local/bundle/gems/net-protocol-0.2.2/lib/net/protocol.rb:{variant}:in 'Net::BufferedIO#rbuf_fill'"),
                format!("app/services/service_{signature}.rb:17:in 'Service{signature}#call'"),
                format!("app/jobs/job_{}.rb:9:in 'Job#perform'", signature % 50),
            ];
            lines.extend((0..20).map(|line| {
                format!("/usr/local/bundle/gems/sidekiq-8.0.0/lib/sidekiq/processor.rb:{line}:in 'Sidekiq::Processor#process'")
            }));
            encode_trace(&lines)
        })
        .collect()
}

/// A dead job's text.
fn text(options: &FailuresBenchOptions, traces: &[String], job: u64, at: f64) -> String {
    let signature = job.wrapping_mul(7_919) % options.signatures;
    let variant = job % options.traces;
    let index = usize::try_from(variant * options.signatures + signature).unwrap_or(0);
    let trace = traces.get(index).map_or("null", String::as_str);
    let mut text = format!(
        r#"{{"retry":25,"queue":"queue{}","class":"Job{}","args":[{job},{{"account_id":{}}}],"jid":"{job:024x}","created_at":{at:.3},"enqueued_at":{at:.3},"error_message":"HTTP 503 from 10.0.{}.{}:443 for account {job}: 'upstream {job} timed out'","error_class":"Service{signature}::Unavailable","failed_at":{at:.3},"retry_count":25,"error_backtrace":{trace}"#,
        signature % 7,
        signature % 50,
        job % 13,
        job % 250,
        job % 200,
    );
    let missing = options.job_bytes.saturating_sub(text.len() + 11);
    text.push_str(r#","extra":""#);
    text.extend(std::iter::repeat_n('x', missing));
    text.push_str("\"}");
    text
}

/// Deletes every dead job.
pub(super) async fn empty(store: &SharedStore) -> Result<(), BenchError> {
    let dead = Place::Set(Set::Dead);
    loop {
        let slice = store
            .slice(&dead, &Start::Edge, Order::Ascending, 1_000)
            .await?;
        if slice.entries.is_empty() {
            return Ok(());
        }
        let moves: Vec<Move> = slice
            .entries
            .into_iter()
            .map(|entry| Move {
                entry,
                to: Destination::Nowhere,
            })
            .collect();
        store.apply(&moves).await?;
    }
}
