CREATE TABLE trash (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    track TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    deleted_at TEXT NOT NULL
) STRICT;
