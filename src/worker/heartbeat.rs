//! The process as others see it, and the signals that they leave for it.

use super::{identity, runtime::Runtime, trouble::Trouble};
use crate::{
    model::{ProcessInfo, Signal},
    store::{Heartbeat, StoreError, StoreResult},
};
use std::{sync::Arc, time::Duration};
use tokio::time::{Instant, sleep};

/// What the process reports as its version; not to be taken for one of Sidekiq's.
const VERSION: &str = concat!("jobdeck ", env!("CARGO_PKG_VERSION"));

/// Pause after a first heartbeat that failed.
const PAUSE_AFTER_ERROR: Duration = Duration::from_secs(1);

/// Beats for the first time. `false` when the worker was stopped before that; an error when the store cannot be used at all.
pub(super) async fn first(runtime: &Runtime) -> StoreResult<bool> {
    let mut trouble = Trouble::new("the first heartbeat");
    loop {
        match beat(runtime).await {
            Ok(_) => {
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

/// Beats until the worker has ended.
pub(super) async fn run(runtime: Arc<Runtime>) {
    let mut trouble = Trouble::new("heartbeat");
    loop {
        tokio::select! {
            biased;
            () = runtime.ended.cancelled() => return,
            () = runtime.beat_soon.notified() => {}
            () = sleep(runtime.settings.heartbeat_interval) => {}
        }
        match beat(&runtime).await {
            Ok(signal) => {
                trouble.is_over();
                if let Some(signal) = signal {
                    obey(&runtime, signal);
                    // One signal is taken a beat, and there may be more.
                    runtime.beat_soon.notify_one();
                }
            }
            Err(error) => trouble.note(&error),
        }
    }
}

async fn beat(runtime: &Runtime) -> StoreResult<Option<Signal>> {
    let asked = Instant::now();
    let now = runtime.store.now().await?;
    let rtt_us = u64::try_from(asked.elapsed().as_micros()).ok();
    runtime.clock.set(now);
    let started_at = *runtime.started_at.get_or_init(|| now);
    let settings = &runtime.settings;
    let running = runtime.running.report(&runtime.identity);
    let concurrency = runtime.concurrency() as u64;
    let queues = if concurrency == 0 {
        Vec::new()
    } else {
        settings.queues.clone()
    };
    let names = queues.iter().map(|(name, _)| name.clone()).collect();
    let process = ProcessInfo {
        identity: runtime.identity.clone(),
        hostname: runtime.hostname.clone(),
        pid: u64::from(std::process::id()),
        tag: settings.tag.clone(),
        labels: settings.labels.clone(),
        capsules: vec![("default".to_owned(), concurrency, names)],
        queues,
        concurrency,
        busy: running.len() as u64,
        started_at: Some(started_at),
        beat_at: Some(now),
        quiet: runtime.quiet.is_cancelled(),
        stopping: runtime.stopping.is_cancelled(),
        rss_kib: identity::resident_kib(),
        rtt_us,
        version: VERSION.to_owned(),
        embedded: settings.embedded,
    };
    runtime
        .store
        .heartbeat(&Heartbeat { process, running })
        .await
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
