-- The first catalogue: tracks, their constellations, the list of segments and what is dead in them.

CREATE TABLE state (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    peaks_id TEXT NOT NULL,
    index_id TEXT NOT NULL,
    generation INTEGER NOT NULL
) STRICT;

CREATE TABLE tracks (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    artist TEXT,
    album TEXT,
    year INTEGER,
    isrc TEXT,
    external_id TEXT,
    fields TEXT NOT NULL,
    path BLOB NOT NULL,
    file BLOB NOT NULL,
    sha256 BLOB NOT NULL,
    size_bytes INTEGER NOT NULL,
    modified_ns INTEGER NOT NULL,
    duration_s REAL NOT NULL,
    added_at TEXT NOT NULL,
    peaks INTEGER NOT NULL,
    constellation_hash BLOB NOT NULL,
    media TEXT NOT NULL,
    media_file TEXT,
    corrupt_packets INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX tracks_by_file ON tracks (file) WHERE file != x'';
CREATE INDEX tracks_by_sha256 ON tracks (sha256);
CREATE INDEX tracks_by_constellation ON tracks (constellation_hash);
CREATE INDEX tracks_by_isrc ON tracks (isrc) WHERE isrc IS NOT NULL;
CREATE INDEX tracks_by_external_id ON tracks (external_id) WHERE external_id IS NOT NULL;
CREATE INDEX tracks_by_media ON tracks (media_file) WHERE media_file IS NOT NULL;
CREATE INDEX tracks_by_title ON tracks (title COLLATE NOCASE, key);
CREATE INDEX tracks_by_artist ON tracks (artist COLLATE NOCASE, key);

CREATE TABLE constellations (
    key INTEGER PRIMARY KEY,
    crc32 INTEGER NOT NULL,
    packed BLOB NOT NULL
) STRICT;

CREATE TABLE media (
    name TEXT PRIMARY KEY,
    size_bytes INTEGER NOT NULL
) STRICT;

CREATE TABLE segments (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tracks INTEGER NOT NULL,
    postings INTEGER NOT NULL,
    frames INTEGER NOT NULL,
    size_bytes INTEGER NOT NULL
) STRICT;

CREATE TABLE dead (
    key INTEGER PRIMARY KEY
) STRICT;
