-- Alerts: what rules have found wrong. JSON, the same text as in Redis; a change is made to the version that it was made from.
CREATE TABLE alerts (
    id      TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    alert   TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Those that are over, the newest last.
CREATE TABLE alert_episodes (
    number  INTEGER PRIMARY KEY,
    episode TEXT NOT NULL
) STRICT;
