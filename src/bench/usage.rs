//! Processor time and memory, where the system tells them (Linux), and those of a Redis server.

use crate::store::redis_cpu_seconds;
use std::fs;

/// Clock ticks a second in `/proc`: 100 on every Linux that Rust's standard library runs on.
const TICKS: f64 = 100.0;

/// Processor seconds of this process and of the Redis server so far.
#[derive(Clone, Copy, Debug)]
pub(super) struct Usage {
    process: Option<f64>,
    redis: Option<f64>,
}

impl Usage {
    pub(super) async fn now(url: &str) -> Self {
        Self {
            process: process_cpu_seconds(),
            redis: redis_cpu_seconds(url).await,
        }
    }

    /// What was used since an earlier moment: by the process, and by the server.
    pub(super) fn since(&self, earlier: Self) -> (Option<f64>, Option<f64>) {
        let difference = |now: Option<f64>, before: Option<f64>| {
            now.zip(before).map(|(now, before)| now - before)
        };
        (
            difference(self.process, earlier.process),
            difference(self.redis, earlier.redis),
        )
    }
}

/// User and system time of all threads, ended ones included, in hundredths of a second.
fn process_cpu_seconds() -> Option<f64> {
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

/// Most resident memory, MiB.
pub(super) fn peak_memory_mib() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib / 1024.0)
}
