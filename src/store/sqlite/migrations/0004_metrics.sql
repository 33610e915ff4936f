-- What the runs of each class took: of each minute, and of each ten minutes for longer.
CREATE TABLE metrics (
    -- Length of the span: 1 or 10 minutes.
    span         INTEGER NOT NULL,
    -- Its beginning: minutes since the epoch.
    minute       INTEGER NOT NULL,
    class        TEXT NOT NULL,
    processed    INTEGER NOT NULL,
    failed       INTEGER NOT NULL,
    -- What the successful ones took together.
    milliseconds INTEGER NOT NULL,
    -- Of a minute: successful ones by what they took, 26 numbers of 16 bits, high byte first; those at the end that are 0 are missing.
    histogram    BLOB NOT NULL,
    PRIMARY KEY (span, minute, class)
) STRICT, WITHOUT ROWID;
