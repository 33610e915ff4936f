-- Jobs that are enqueued by the calendar. Times are milliseconds since the epoch.
CREATE TABLE periodic (
    name          TEXT PRIMARY KEY,
    -- What its processes say of it.
    definition    TEXT NOT NULL,
    -- What decides when it is due.
    schedule      TEXT NOT NULL,
    registered_at INTEGER NOT NULL,
    -- Until when its ticks are done with.
    last_tick     INTEGER NOT NULL,
    paused        INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- Which processes have it in their configuration, and when they said so last.
CREATE TABLE periodic_holders (
    name     TEXT NOT NULL,
    identity TEXT NOT NULL,
    seen_at  INTEGER NOT NULL,
    PRIMARY KEY (name, identity)
) STRICT, WITHOUT ROWID;

-- What was enqueued, the newest last. A row without a tick was wanted at once by somebody.
CREATE TABLE periodic_runs (
    id          INTEGER PRIMARY KEY,
    name        TEXT NOT NULL,
    tick        INTEGER,
    enqueued_at INTEGER NOT NULL,
    jid         TEXT NOT NULL,
    enqueued_by TEXT NOT NULL
) STRICT;
CREATE INDEX periodic_runs_by_name ON periodic_runs (name, id);
