//! The process as others see it, and the signals that they leave for it.

use super::{identity, metrics, runtime::Runtime};
use crate::{
    model::{ProcessInfo, Signal},
    store::{Heartbeat, SharedStore, StoreError, StoreResult, Trouble},
};
use std::{sync::Arc, thread, time::Duration};
use tokio::{
    runtime,
    sync::oneshot,
    task::JoinSet,
    time::{Instant, sleep},
};

/// What the process reports as its version; not to be taken for one of Sidekiq's.
const VERSION: &str = concat!("jobdeck ", env!("CARGO_PKG_VERSION"));

/// Pause after a first heartbeat that failed.
const PAUSE_AFTER_ERROR: Duration = Duration::from_secs(1);

/// Beats for the first time. `false` when the worker was stopped before that; an error when the store cannot be used at all.
pub(super) async fn first(runtime: &Runtime) -> StoreResult<bool> {
    let mut trouble = Trouble::new("the first heartbeat");
    loop {
        match beat(runtime, &runtime.store).await {
            Ok(()) => {
                trouble.is_over();
                return Ok(true);
            }
            Err(error @ (StoreError::Address { .. } | StoreError::Unusable { .. })) => {
                return Err(error);
            }
            Err(error) => trouble.note(&error),
        }
        tokio::select! {
            () = sleep(PAUSE_AFTER_ERROR) => {}
            () = runtime.stopping.cancelled() => return Ok(false),
        }
    }
}

/// Beats until the worker has ended, on a thread of its own: handlers that keep all threads of the program busy, as none should, do not
/// make others think that this process is gone.
pub(super) fn start(runtime: &Arc<Runtime>, background: &mut JoinSet<()>) {
    let for_thread = Arc::clone(runtime);
    let (done, finished) = oneshot::channel::<()>();
    let started = runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .and_then(|own_runtime| {
            thread::Builder::new()
                .name("jobdeck-beat".to_owned())
                .spawn(move || {
                    // A connection made on the handlers' runtime would stand still with it.
                    let apart = for_thread.store.apart();
                    let store = apart.unwrap_or_else(|| Arc::clone(&for_thread.store));
                    own_runtime.block_on(run(&for_thread, &store));
                    drop(done);
                })
        });
    let runtime = Arc::clone(runtime);
    background.spawn(async move {
        match started {
            // The thread says nothing; what it held is dropped when it ends.
            Ok(_) => drop(finished.await),
            Err(error) => {
                tracing::warn!(%error, "no thread for the heartbeat: handlers that block may hold it up");
            }
        }
        if !runtime.ended.is_cancelled() {
            run(&runtime, &runtime.store).await;
        }
    });
}

/// Beats until the worker has ended.
async fn run(runtime: &Runtime, store: &SharedStore) {
    let mut trouble = Trouble::new("heartbeat");
    let mut untold = Trouble::new(metrics::TELLING);
    loop {
        tokio::select! {
            biased;
            () = runtime.ended.cancelled() => return,
            () = runtime.beat_soon.notified() => {}
            () = sleep(runtime.settings.heartbeat_interval) => {}
        }
        match beat(runtime, store).await {
            Ok(()) => {
                trouble.is_over();
                metrics::flush(&runtime.metrics, store, &mut untold).await;
            }
            Err(error) => trouble.note(&error),
        }
    }
}

/// Beats once, and obeys the signal that is taken with it.
pub(super) async fn beat(runtime: &Runtime, store: &SharedStore) -> StoreResult<()> {
    let started_at = match runtime.started_at.get() {
        Some(started_at) => *started_at,
        None => {
            let asked = Instant::now();
            let now = store.now().await?;
            runtime.note_round_trip(asked.elapsed());
            *runtime.started_at.get_or_init(|| now)
        }
    };
    let settings = &runtime.settings;
    let mut running = runtime.running.report(&runtime.identity);
    let busy = running.len() as u64;
    running.extend(runtime.waiting.report(&runtime.identity));
    let concurrency = runtime.concurrency() as u64;
    let capsules = runtime.capsules().iter().map(|capsule| {
        let names = capsule
            .queues
            .iter()
            .map(|(name, _)| name.clone())
            .collect();
        (capsule.name.clone(), capsule.concurrency as u64, names)
    });
    let queues = runtime.capsules().iter();
    let queues = queues.flat_map(|capsule| capsule.queues.iter().cloned());
    let process = ProcessInfo {
        identity: runtime.identity.clone(),
        hostname: runtime.hostname.clone(),
        pid: u64::from(std::process::id()),
        tag: settings.tag.clone(),
        labels: settings.labels.clone(),
        capsules: capsules.collect(),
        queues: queues.collect(),
        concurrency,
        busy,
        started_at: Some(started_at),
        // The store writes its own time.
        beat_at: None,
        quiet: runtime.quiet.is_cancelled(),
        stopping: runtime.stopping.is_cancelled(),
        rss_kib: identity::resident_kib(),
        // Of the beat before: so it takes no call of its own.
        rtt_us: runtime.round_trip_us(),
        version: VERSION.to_owned(),
        embedded: settings.embedded,
    };
    let asked = Instant::now();
    let pulse = store.heartbeat(&Heartbeat { process, running }).await?;
    runtime.note_round_trip(asked.elapsed());
    runtime.clock.set(pulse.now);
    if let Some(signal) = pulse.signal {
        obey(runtime, signal);
        // One signal is taken a beat, and there may be more.
        runtime.beat_soon.notify_one();
    }
    Ok(())
}

fn obey(runtime: &Runtime, signal: Signal) {
    let name = signal.name();
    if runtime.settings.embedded {
        tracing::warn!(
            signal = name,
            "ignored: an embedded worker takes no signals"
        );
        return;
    }
    tracing::info!(signal = name, "signal taken");
    match signal {
        Signal::Quiet => runtime.go_quiet(),
        Signal::Stop => runtime.begin_stop(),
        Signal::Dump => dump(runtime),
    }
}

/// Writes what runs to the log.
fn dump(runtime: &Runtime) {
    let now = runtime.clock.now();
    let running = runtime.running.report(&runtime.identity);
    tracing::info!(
        running = running.len(),
        concurrency = runtime.concurrency(),
        "what runs:"
    );
    for job in running {
        let running_ms = now.0.saturating_sub(job.run_at.0);
        tracing::info!(
            thread = job.thread,
            class = job.class,
            jid = job.jid,
            queue = job.queue,
            running_ms,
            "running"
        );
    }
}
