//! The Lua scripts: each is one atomic step. Redis keeps them by digest; they are sent again when it has forgotten them.

use ::redis::Script;
use std::sync::LazyLock;

macro_rules! script {
    ($(#[$documentation:meta])* $name:ident, $($file:literal),+) => {
        $(#[$documentation])*
        pub(super) static $name: LazyLock<Script> =
            LazyLock::new(|| Script::new(concat!($(include_str!(concat!("scripts/", $file, ".lua"))),+)));
    };
}

script!(
    /// Takes an entry out and puts it elsewhere.
    MOVE, "put", "move"
);
script!(
    /// Adds entries, all or none.
    ADD, "add"
);
script!(
    /// Puts entries where they are missing, all or none.
    RESTORE, "restore"
);
script!(
    /// Writes an event of the audit down.
    AUDIT_WRITE, "audit_write"
);
script!(
    /// Changes an alert.
    ALERT_CHANGE, "alert_change"
);
script!(
    /// Removes a queue.
    CLEAR_QUEUE, "clear_queue"
);
script!(
    /// Neighbouring entries of a set.
    SLICE_SET, "gather", "slice_set"
);
script!(
    /// Neighbouring entries of a queue.
    SLICE_QUEUE, "gather", "window", "slice_queue"
);
script!(
    /// Entries of a score by digest.
    LOCATE_IN_SET, "gather", "locate_in_set"
);
script!(
    /// Entries of a queue's window by digest.
    LOCATE_IN_QUEUE, "gather", "window", "locate_in_queue"
);
script!(
    /// Entries from a rank on that hold a text.
    SEARCH, "gather", "window", "search"
);
script!(
    /// Drops dead processes from the list.
    PRUNE_PROCESSES, "prune_processes"
);
script!(
    /// Leaves a signal.
    SIGNAL, "signal"
);
script!(
    /// Lets a worker's jobs go, and takes others for it.
    TURN, "put", "day", "turn"
);
script!(
    /// Jobs in the private lists of other workers.
    PRIVATE_JOBS, "private_jobs"
);
script!(
    /// Says that a process lives.
    HEARTBEAT, "heartbeat"
);
script!(
    /// Takes a process out of the list.
    LEAVE, "leave"
);
script!(
    /// Jobs in progress of processes that are gone.
    ORPHANS, "clock", "orphans"
);
script!(
    /// Puts such a job where it belongs.
    RESCUE, "put", "rescue"
);
script!(
    /// Adds what runs took.
    METRICS, "day", "metrics"
);
script!(
    /// Says which periodic jobs a process has.
    PERIODIC_ANNOUNCE,
    "clock",
    "periodic_held",
    "periodic_announce"
);
script!(
    /// Enqueues the jobs of a periodic job's ticks.
    PERIODIC_TICK,
    "clock",
    "put",
    "periodic_enqueue",
    "periodic_tick"
);
script!(
    /// Enqueues a job of a periodic job beside its ticks.
    PERIODIC_RUN,
    "clock",
    "put",
    "periodic_enqueue",
    "periodic_run"
);
script!(
    /// Stops a periodic job or lets it go on.
    PERIODIC_PAUSE,
    "clock",
    "periodic_pause"
);
script!(
    /// Removes a periodic job.
    PERIODIC_DELETE,
    "clock",
    "periodic_held",
    "periodic_delete"
);
script!(
    /// Takes down what runs tell, and says which are to end.
    CHECK_IN, "clock", "check_in"
);
script!(
    /// Leaves a request that a run end.
    REQUEST_CANCEL, "clock", "request_cancel"
);
script!(
    /// Jobs in progress of processes without a heartbeat, to look at.
    OWNER_GONE, "owner_gone"
);
script!(
    /// Takes down a new operation.
    OPERATION_CREATE, "clock", "operation_create"
);
script!(
    /// Names of operations that are going on, or were until lately.
    OPERATION_CURRENT, "clock", "operation_current"
);
script!(
    /// Makes somebody the one at work on an operation.
    OPERATION_CLAIM, "clock", "operation_claim"
);
script!(
    /// Lets an operation go.
    OPERATION_RELEASE, "operation_release"
);
script!(
    /// Makes a step of an operation.
    OPERATION_STEP,
    "clock",
    "put",
    "operation_over",
    "operation_kept",
    "operation_step"
);
script!(
    /// Says whether a step in plain commands may be made.
    PLAIN_GUARD, "plain_guard"
);
script!(
    /// Changes how an operation stands.
    OPERATION_TURN,
    "clock",
    "operation_over",
    "operation_turn"
);
script!(
    /// Gives up what an operation has kept.
    OPERATION_FREE, "operation_free"
);

/// Ends a step in plain commands. As a text, for it is loaded in the transaction in which it runs.
pub(super) const PLAIN_SETTLE_TEXT: &str = concat!(
    include_str!("scripts/clock.lua"),
    include_str!("scripts/operation_kept.lua"),
    include_str!("scripts/plain_settle.lua")
);

/// That, by its digest.
pub(super) static PLAIN_SETTLE: LazyLock<Script> = LazyLock::new(|| Script::new(PLAIN_SETTLE_TEXT));
