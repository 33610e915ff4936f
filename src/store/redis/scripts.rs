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
    /// Takes jobs for a worker.
    FETCH, "fetch"
);
script!(
    /// Lets a worker's job go.
    SETTLE, "put", "day", "settle"
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
    /// Takes down what runs tell, and says which are to end.
    CHECK_IN, "check_in"
);
script!(
    /// Leaves a request that a run end.
    REQUEST_CANCEL, "request_cancel"
);
script!(
    /// Jobs in progress of processes without a heartbeat.
    ORPHANS, "orphans"
);
script!(
    /// Puts a dead process's jobs back.
    RECOVER, "put", "recover"
);
