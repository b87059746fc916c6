CREATE TABLE plays (
    id TEXT PRIMARY KEY,
    station TEXT NOT NULL,
    started_at TEXT NOT NULL,
    ended_at TEXT,
    track_id TEXT NOT NULL,
    title TEXT NOT NULL,
    artist TEXT,
    album TEXT,
    isrc TEXT,
    external_id TEXT,
    track_start_s REAL NOT NULL,
    track_end_s REAL,
    confidence REAL NOT NULL,
    speed REAL
) STRICT, WITHOUT ROWID;
CREATE INDEX plays_by_start ON plays (started_at, id);
CREATE INDEX plays_by_track ON plays (track_id, started_at);
CREATE INDEX plays_by_station ON plays (station, started_at);
