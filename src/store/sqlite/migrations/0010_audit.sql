-- The audit: who changed what, in the order in which it was written down. Times never go back from one event to the next.
CREATE TABLE audit (
    number INTEGER PRIMARY KEY,
    -- Milliseconds since 1970.
    at     INTEGER NOT NULL,
    -- The event: JSON, the same text as in Redis.
    event  TEXT NOT NULL,
    -- Name of what is written down once only.
    once   TEXT UNIQUE
) STRICT;

CREATE INDEX audit_by_time ON audit (at, number);
