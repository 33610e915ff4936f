//! The names of all keys: Sidekiq's, and Jobdeck's own under `jobdeck:`.

use crate::model::{Place, Set};

/// Names keys, each behind the prefix of an old namespaced deployment, if there is one.
#[derive(Clone, Debug, Default)]
pub(super) struct Keys {
    prefix: String,
}

impl Keys {
    /// Keys behind `prefix` and a colon.
    pub(super) fn new(prefix: Option<&str>) -> Self {
        let name = prefix.unwrap_or_default().trim_end_matches(':');
        Self {
            prefix: if name.is_empty() {
                String::new()
            } else {
                format!("{name}:")
            },
        }
    }

    /// What stands before every key, colon included; may be empty.
    pub(super) fn prefix(&self) -> &str {
        &self.prefix
    }

    fn key(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    /// Set of the names of known queues.
    pub(super) fn queues(&self) -> String {
        self.key("queues")
    }

    /// Set of the names of paused queues.
    pub(super) fn paused(&self) -> String {
        self.key("paused")
    }

    /// List of a queue's jobs, next to run at the right end.
    pub(super) fn queue(&self, name: &str) -> String {
        format!("{}queue:{name}", self.prefix)
    }

    /// Sorted set of jobs.
    pub(super) fn set(&self, set: Set) -> String {
        self.key(match set {
            Set::Scheduled => "schedule",
            Set::Retries => "retry",
            Set::Dead => "dead",
        })
    }

    /// Where the jobs of a place are.
    pub(super) fn place(&self, place: &Place) -> String {
        match place {
            Place::Set(set) => self.set(*set),
            Place::Queue(name) => self.queue(name),
        }
    }

    /// Set of the identities of processes.
    pub(super) fn processes(&self) -> String {
        self.key("processes")
    }

    /// Lock of whoever drops dead processes.
    pub(super) fn cleanup_lock(&self) -> String {
        self.key("process_cleanup")
    }

    /// Hash of a process's heartbeat.
    pub(super) fn process(&self, identity: &str) -> String {
        self.key(identity)
    }

    /// Hash of what a process runs.
    pub(super) fn work(&self, identity: &str) -> String {
        format!("{}{identity}:work", self.prefix)
    }

    /// Hash of what a process of Sidekiq 6.4 or older runs.
    pub(super) fn workers(&self, identity: &str) -> String {
        format!("{}{identity}:workers", self.prefix)
    }

    /// List of signals left for a process.
    pub(super) fn signals(&self, identity: &str) -> String {
        format!("{}{identity}-signals", self.prefix)
    }

    /// Set of the identities of processes that keep jobs in private lists: Sidekiq Pro's.
    pub(super) fn super_processes(&self) -> String {
        self.key("super_processes")
    }

    /// A counter, `processed` or `failed`, since ever.
    pub(super) fn counter(&self, name: &str) -> String {
        format!("{}stat:{name}", self.prefix)
    }

    /// A counter of one UTC day, `2026-11-23`.
    pub(super) fn day_counter(&self, name: &str, day: &str) -> String {
        format!("{}stat:{name}:{day}", self.prefix)
    }

    /// Jobdeck's hash of what people have said about failure groups.
    pub(super) fn failure_groups(&self) -> String {
        self.key("jobdeck:failure-groups")
    }

    /// Jobdeck's list of deploy marks, newest first.
    pub(super) fn deploys(&self) -> String {
        self.key("jobdeck:deploys")
    }

    /// Jobdeck's stream of the audit.
    pub(super) fn audit(&self) -> String {
        self.key("jobdeck:audit")
    }

    /// Jobdeck's mark of what the audit has been told, and is not to be told again.
    pub(super) fn audit_once(&self, name: &str) -> String {
        format!("{}jobdeck:audit:once:{name}", self.prefix)
    }

    /// Jobdeck's hash of the holds, by id.
    pub(super) fn holds(&self) -> String {
        self.key("jobdeck:holds")
    }

    /// Jobdeck's hash of the alerts, by id.
    pub(super) fn alerts(&self) -> String {
        self.key("jobdeck:alerts")
    }

    /// Jobdeck's list of the alerts that are over, newest first.
    pub(super) fn alert_episodes(&self) -> String {
        self.key("jobdeck:alerts:over")
    }

    /// Jobdeck's hash of the jobs that a process has fetched and not let go.
    pub(super) fn progress(&self, identity: &str) -> String {
        format!("{}jobdeck:progress:{identity}", self.prefix)
    }

    /// Jobdeck's sorted set of processes with jobs in progress; the score is the time until when they need no heartbeat.
    pub(super) fn progress_processes(&self) -> String {
        self.key("jobdeck:processes")
    }

    /// Jobdeck's list of the times when a job was rescued from a process that was gone, seconds since the epoch.
    pub(super) fn rescues(&self, job: &str) -> String {
        format!("{}jobdeck:rescues:{job}", self.prefix)
    }

    /// Jobdeck's hash of what a job's runs have told, and when somebody asked one to end.
    pub(super) fn report(&self, jid: &str) -> String {
        format!("{}jobdeck:report:{jid}", self.prefix)
    }

    /// Jobdeck's list of the last lines of a job's log, the oldest at the left end.
    pub(super) fn log(&self, jid: &str) -> String {
        format!("{}jobdeck:log:{jid}", self.prefix)
    }

    /// Sidekiq's hash of the state of an iterable job.
    pub(super) fn iteration(&self, jid: &str) -> String {
        format!("{}it-{jid}", self.prefix)
    }

    /// Jobdeck's note of the newest fetch of a process whose answer got lost; `origin` is what its tickets begin with.
    pub(super) fn void(&self, identity: &str, origin: &str) -> String {
        format!("{}jobdeck:void:{identity}:{origin}", self.prefix)
    }

    /// Jobdeck's hash of processes that were seen without a heartbeat, and since when.
    pub(super) fn missing_processes(&self) -> String {
        self.key("jobdeck:missing")
    }

    /// Jobdeck's hash of the definitions of periodic jobs, by name.
    pub(super) fn periodic(&self) -> String {
        self.key("jobdeck:periodic")
    }

    /// Jobdeck's hash of how a periodic job stands.
    pub(super) fn periodic_state(&self, name: &str) -> String {
        format!("{}jobdeck:periodic:{name}", self.prefix)
    }

    /// Jobdeck's sorted set of the processes that have a periodic job in their configuration; the score is when they said so.
    pub(super) fn periodic_holders(&self, name: &str) -> String {
        format!("{}jobdeck:periodic-holders:{name}", self.prefix)
    }

    /// Jobdeck's sorted set of operations; the score is when they were made, milliseconds.
    pub(super) fn operations(&self) -> String {
        self.key("jobdeck:operations")
    }

    /// Jobdeck's sorted set of operations that are not over (score: infinity), or were over lately (when, milliseconds).
    pub(super) fn current_operations(&self) -> String {
        self.key("jobdeck:operations:current")
    }

    /// Jobdeck's hash of an operation.
    pub(super) fn operation(&self, id: &str) -> String {
        format!("{}jobdeck:operation:{id}", self.prefix)
    }

    /// Jobdeck's hash of what an operation has changed: step → results, bar, packed entries.
    pub(super) fn kept(&self, id: &str) -> String {
        format!("{}jobdeck:kept:{id}", self.prefix)
    }

    /// Jobdeck's note that a step of an operation may be made: of one try, and another one each time. What a try has left behind, whose connection
    /// broke, must not let another one pass.
    pub(super) fn step_note(&self) -> String {
        let random: u64 = rand::random();
        format!("{}jobdeck:step:{random:016x}", self.prefix)
    }

    /// Jobdeck's list of what a periodic job has enqueued, the newest at the left end.
    pub(super) fn periodic_runs(&self, name: &str) -> String {
        format!("{}jobdeck:periodic-runs:{name}", self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::Keys;
    use crate::model::{Place, Set};

    #[test]
    fn keys_are_sidekiqs() {
        let keys = Keys::new(None);
        assert_eq!(keys.place(&Place::Set(Set::Scheduled)), "schedule");
        assert_eq!(keys.place(&Place::Set(Set::Retries)), "retry");
        assert_eq!(keys.place(&Place::Queue("a b".to_owned())), "queue:a b");
        assert_eq!(keys.signals("vm:1:ab"), "vm:1:ab-signals");
        assert_eq!(
            keys.day_counter("failed", "2026-11-23"),
            "stat:failed:2026-11-23"
        );
    }

    #[test]
    fn a_prefix_stands_before_every_key_with_one_colon() {
        for prefix in ["app", "app:"] {
            let keys = Keys::new(Some(prefix));
            assert_eq!(keys.queue("low"), "app:queue:low");
            assert_eq!(keys.process("vm:1:ab"), "app:vm:1:ab");
        }
        assert_eq!(Keys::new(Some("")).queues(), "queues");
    }
}
