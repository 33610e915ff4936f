-- Every set and queue. 1, 2 and 3 are the scheduled, retry and dead set, see places.rs.
-- A row above 3 without a name is a cleared queue whose entries are still being deleted.
CREATE TABLE places (
    id    INTEGER PRIMARY KEY,
    queue TEXT UNIQUE,
    -- Entries that stand there; kept in the transaction that changes them, so that no page has to count.
    size  INTEGER NOT NULL DEFAULT 0,
    -- Queues: the lowest and the highest position given out so far. Neither is ever given out again.
    head  INTEGER NOT NULL DEFAULT 1,
    tail  INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO places (id) VALUES (1), (2), (3);

-- The jobs. Order within a place: (position, id).
CREATE TABLE entries (
    id       INTEGER PRIMARY KEY,
    place    INTEGER NOT NULL,
    -- Sets: the score, seconds since the epoch. Queues: a whole number, lowest is next to run.
    position REAL NOT NULL,
    -- SHA-1 of raw.
    digest   BLOB NOT NULL,
    -- Job id as read from raw; NULL if it has none.
    jid      TEXT,
    raw      BLOB NOT NULL
) STRICT;
CREATE INDEX entries_by_position ON entries (place, position);
CREATE INDEX entries_by_digest ON entries (digest, place, position);
CREATE INDEX entries_by_jid ON entries (jid) WHERE jid IS NOT NULL;

-- Names of paused queues, known or not.
CREATE TABLE paused (
    queue TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- Jobs that a worker has fetched and not let go yet. A lease is never given out twice.
CREATE TABLE in_progress (
    lease    INTEGER PRIMARY KEY AUTOINCREMENT,
    identity TEXT NOT NULL,
    queue    TEXT NOT NULL,
    raw      BLOB NOT NULL,
    -- Until when its process needs no heartbeat, milliseconds since the epoch: time for the first one.
    grace    INTEGER NOT NULL
) STRICT;

-- Worker processes as of their last heartbeat. Times are milliseconds since the epoch.
CREATE TABLE processes (
    identity TEXT PRIMARY KEY,
    beat_at  INTEGER NOT NULL,
    -- JSON of ProcessInfo.
    info     TEXT NOT NULL,
    -- JSON of a list of RunningJob.
    running  TEXT NOT NULL
) STRICT;

-- Signals left for processes, lowest id first.
CREATE TABLE signals (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    identity TEXT NOT NULL,
    signal   TEXT NOT NULL,
    left_at  INTEGER NOT NULL
) STRICT;

-- Executions since ever, in one row.
CREATE TABLE totals (
    id        INTEGER PRIMARY KEY CHECK (id = 1),
    processed INTEGER NOT NULL DEFAULT 0,
    failed    INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO totals (id) VALUES (1);

-- Executions of each UTC day, by its number since 1970-01-01.
CREATE TABLE days (
    day       INTEGER PRIMARY KEY,
    processed INTEGER NOT NULL DEFAULT 0,
    failed    INTEGER NOT NULL DEFAULT 0
) STRICT;
