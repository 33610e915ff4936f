-- What people have said about failure groups. Times are milliseconds since the epoch.
CREATE TABLE failure_groups (
    -- 16 hexadecimal digits.
    digest TEXT PRIMARY KEY,
    -- State, note, when and by whom, as JSON: the same text as in Redis.
    kept   TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- When something was deployed, newest id last.
CREATE TABLE deploys (
    id   INTEGER PRIMARY KEY AUTOINCREMENT,
    at   INTEGER NOT NULL,
    name TEXT NOT NULL
) STRICT;
