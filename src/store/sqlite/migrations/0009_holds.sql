-- Holds: which retries are not to be tried, and until when. The held jobs themselves wait in the retry set.
CREATE TABLE holds (
    id   TEXT PRIMARY KEY,
    -- Search, until when, why: JSON, the same text as in Redis.
    hold TEXT NOT NULL
) STRICT, WITHOUT ROWID;
