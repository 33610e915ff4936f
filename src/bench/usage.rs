//! Processor time and memory, where the system tells them (Linux), and those of a Redis server.

use super::number;
use crate::{store::redis_cpu_seconds, worker::status_kib};
use std::fs;

/// Clock ticks a second in `/proc`: 100 on every Linux that Rust's standard library runs on.
const TICKS: f64 = 100.0;

/// Processor seconds of this process and of the Redis server when something begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Usage {
    process: Option<f64>,
    redis: Option<f64>,
}

impl Usage {
    /// Those so far; the process's are read last, so that the question to the server is none of what begins.
    pub(super) async fn now(url: &str) -> Self {
        let redis = redis_cpu_seconds(url).await;
        Self {
            process: process_cpu_seconds(),
            redis,
        }
    }

    /// What was used since then: by the process, whose are read first now, and by the server.
    pub(super) async fn since(self, url: &str) -> (Option<f64>, Option<f64>) {
        let process = process_cpu_seconds();
        let redis = redis_cpu_seconds(url).await;
        (
            difference(self.process, process),
            difference(self.redis, redis),
        )
    }
}

/// What came to be used between two readings, if both could be made.
pub(super) fn difference(before: Option<f64>, after: Option<f64>) -> Option<f64> {
    Some(after? - before?)
}

/// User and system time of all threads, ended ones included, in hundredths of a second.
pub(super) fn process_cpu_seconds() -> Option<f64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // The name may hold blanks and parentheses.
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace().skip(11);
    let user: f64 = fields.next()?.parse().ok()?;
    let system: f64 = fields.next()?.parse().ok()?;
    Some((user + system) / TICKS)
}

/// Begins to look for the highest memory anew.
pub(super) fn reset_peak_memory() {
    // Not everybody may; then the peak is that of the whole process, which is no less.
    drop(fs::write("/proc/self/clear_refs", "5"));
}

/// Resident memory now, MiB.
pub(super) fn resident_mib() -> Option<f64> {
    Some(number(status_kib("VmRSS")?) / 1024.0)
}

/// Most resident memory, MiB.
pub(super) fn peak_memory_mib() -> Option<f64> {
    Some(number(status_kib("VmHWM")?) / 1024.0)
}
