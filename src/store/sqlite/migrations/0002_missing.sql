-- Processes that were seen to have jobs in progress but no heartbeat, and since when, milliseconds since the epoch.
-- A heartbeat takes the row away; 0 stands for a process that has left.
CREATE TABLE missing (
    identity TEXT PRIMARY KEY,
    since    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
