-- Changes of many jobs. Times are milliseconds since the epoch.
CREATE TABLE operations (
    id           TEXT PRIMARY KEY,
    -- As it was written by whoever made it.
    plan         TEXT NOT NULL,
    state        TEXT NOT NULL,
    message      TEXT,
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    finished_at  INTEGER,
    -- The number of the next step.
    step         INTEGER NOT NULL DEFAULT 0,
    mark         TEXT NOT NULL DEFAULT '',
    done         INTEGER NOT NULL DEFAULT 0,
    gone         INTEGER NOT NULL DEFAULT 0,
    -- What can be undone of it: entries, bytes, until when.
    kept_entries INTEGER NOT NULL DEFAULT 0,
    kept_bytes   INTEGER NOT NULL DEFAULT 0,
    kept_until   INTEGER,
    undone_by    TEXT,
    -- Who is at work on it, and until when they need not say so again.
    owner        TEXT,
    owner_until  INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX operations_by_time ON operations (created_at);
CREATE INDEX operations_by_end ON operations (finished_at);
CREATE INDEX operations_by_keeping ON operations (kept_until) WHERE kept_bytes > 0;

-- What steps have changed, packed (see kept.rs).
CREATE TABLE kept (
    operation TEXT NOT NULL,
    step      INTEGER NOT NULL,
    -- A letter for each of its entries.
    results   TEXT NOT NULL,
    chunk     BLOB NOT NULL,
    PRIMARY KEY (operation, step)
) STRICT;
