-- When jobs were rescued from processes that were gone: a job (its jid, or a digest of its bytes) that comes here again and again kills
-- its processes. Milliseconds since the epoch.
CREATE TABLE rescues (
    job TEXT NOT NULL,
    at  INTEGER NOT NULL
) STRICT;
CREATE INDEX rescues_by_job ON rescues (job);
CREATE INDEX rescues_by_time ON rescues (at);
