-- The catalogue as all migrations together leave it; a test compares the two.

-- One row. `generation` rises whenever the set of segments or of dead keys changes.
CREATE TABLE state (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    peaks_id TEXT NOT NULL,
    index_id TEXT NOT NULL,
    generation INTEGER NOT NULL
) STRICT;

-- One row: the numbers behind the ids, as JSON.
CREATE TABLE parameters (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    json TEXT NOT NULL
) STRICT;

-- One row per live track. `fields` is a JSON object of strings.
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

-- The source of truth of each track's sound, apart from it so that listings stay small.
CREATE TABLE constellations (
    key INTEGER PRIMARY KEY,
    crc32 INTEGER NOT NULL,
    packed BLOB NOT NULL
) STRICT;

-- The files of the media folder that tracks name.
CREATE TABLE media (
    name TEXT PRIMARY KEY,
    size_bytes INTEGER NOT NULL
) STRICT;

-- The files of the index; one that is not listed here does not exist for anybody.
CREATE TABLE segments (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tracks INTEGER NOT NULL,
    postings INTEGER NOT NULL,
    frames INTEGER NOT NULL,
    size_bytes INTEGER NOT NULL
) STRICT;

-- Removed tracks that a segment still holds.
CREATE TABLE dead (
    key INTEGER PRIMARY KEY
) STRICT;

-- The segments of a library that is one file, in blocks of 4096 bytes, the last one shorter.
-- `id` is the segment's id, shifted left by 32 bits, and the number of the block.
CREATE TABLE segment_blocks (
    id INTEGER PRIMARY KEY,
    bytes BLOB NOT NULL
) STRICT;

-- Its media, in chunks of 65536 bytes, the last one shorter; `place` counts those of one from 0.
CREATE TABLE media_chunks (
    id INTEGER PRIMARY KEY,
    media TEXT NOT NULL,
    place INTEGER NOT NULL,
    bytes BLOB NOT NULL
) STRICT;

CREATE UNIQUE INDEX media_chunks_by_place ON media_chunks (media, place);

-- What each track is found by: its normalised title, artist and album, in three lines.
CREATE TABLE search_texts (
    key INTEGER PRIMARY KEY,
    text TEXT NOT NULL
) STRICT;

-- Which trigrams these have, and in how many tracks each is.
CREATE VIRTUAL TABLE search USING fts5 (
    text, content = 'search_texts', content_rowid = 'key',
    tokenize = 'trigram case_sensitive 1', detail = none, columnsize = 0
);

CREATE VIRTUAL TABLE search_trigrams USING fts5vocab ('search', 'row');
