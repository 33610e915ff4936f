-- What the runs of a job have told, and when somebody asked one to end. Times are milliseconds since the epoch.
CREATE TABLE reports (
    jid        TEXT PRIMARY KEY,
    -- Done, 0 to 100; NULL if no run has told.
    percent    REAL,
    message    TEXT,
    told_at    INTEGER,
    cancel_at  INTEGER,
    updated_at INTEGER,
    -- When it is deleted.
    kept_until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX reports_by_end ON reports (kept_until);

-- The last lines of the logs of jobs that have a report, lowest id first.
CREATE TABLE log_lines (
    id   INTEGER PRIMARY KEY AUTOINCREMENT,
    jid  TEXT NOT NULL,
    at   INTEGER NOT NULL,
    text TEXT NOT NULL
) STRICT;
CREATE INDEX log_lines_by_jid ON log_lines (jid, id);
