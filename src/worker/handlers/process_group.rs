//! A command and every process that it starts: they end together.

use rustix::process::{
    Pid, Signal, WaitOptions, kill_process_group, test_kill_process_group, waitpgid,
};
use std::{
    collections::HashSet,
    sync::{LazyLock, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    process::Child,
    time::{sleep, timeout},
};

/// Pause between two looks whether somebody is left.
const LOOK: Duration = Duration::from_millis(20);
/// How long processes that were killed may take to be gone.
const GONE_AFTER_KILL: Duration = Duration::from_secs(5);

/// The groups with somebody in them, for an end of this program at which nothing is dropped.
static LIVING: LazyLock<Mutex<HashSet<Pid>>> = LazyLock::new(Mutex::default);

fn living() -> MutexGuard<'static, HashSet<Pid>> {
    LIVING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Kills every command of this program that has not ended, and whomever it started: for a program that ends at once.
pub(crate) fn kill_commands() {
    for group in living().drain() {
        // An error says that nobody is left.
        let _ = kill_process_group(group, Signal::KILL);
    }
}

/// The process group that a command leads. Whoever is left in it is killed when this is dropped.
#[derive(Debug)]
pub(super) struct ProcessGroup {
    /// Its number: the leader's. Nothing when nobody is left; the number may stand for others then.
    id: Option<Pid>,
}

impl ProcessGroup {
    /// The group of a child that was started as the leader of one.
    pub(super) fn of(leader: &Child) -> Self {
        let id = leader.id().and_then(|id| i32::try_from(id).ok());
        let id = id.and_then(Pid::from_raw);
        living().extend(id);
        Self { id }
    }

    /// Ends everyone in it: first asks, and after `grace`, or when it is to `hurry`, insists.
    pub(super) async fn end(
        &mut self,
        leader: &mut Child,
        grace: Duration,
        hurry: impl Future<Output = ()>,
    ) {
        self.signal(Signal::TERM);
        tokio::select! {
            () = self.gone(leader) => return,
            () = sleep(grace) => {}
            () = hurry => {}
        }
        self.signal(Signal::KILL);
        if timeout(GONE_AFTER_KILL, self.gone(leader)).await.is_err() {
            tracing::warn!(
                group = self.id.map(Pid::as_raw_pid),
                "a command was killed, but the system has not ended it yet"
            );
        }
    }

    /// Waits until nobody is left.
    async fn gone(&mut self, leader: &mut Child) {
        // An error says that there is nobody to wait for.
        let _ = leader.wait().await;
        loop {
            self.notice_end();
            if self.id.is_none() {
                return;
            }
            sleep(LOOK).await;
        }
    }

    /// Looks whether somebody is left besides the leader, which has ended. When nobody is, the group's number may soon be another's: then it
    /// is forgotten.
    pub(super) fn notice_end(&mut self) {
        let Some(id) = self.id else {
            return;
        };
        // As the first process of a container, this one is the parent of those whose own parent has ended.
        while let Ok(Some(_)) = waitpgid(id, WaitOptions::NOHANG) {}
        if test_kill_process_group(id) == Err(rustix::io::Errno::SRCH) {
            self.forget();
        }
    }

    fn forget(&mut self) {
        if let Some(id) = self.id.take() {
            living().remove(&id);
        }
    }

    fn signal(&self, signal: Signal) {
        if let Some(id) = self.id {
            // An error says that nobody is left.
            let _ = kill_process_group(id, signal);
        }
    }
}

impl Drop for ProcessGroup {
    fn drop(&mut self) {
        self.signal(Signal::KILL);
        self.forget();
    }
}
