-- A library in PostgreSQL as all migrations together leave it; a test compares the two.
-- Apart from the primary keys nothing is unique: the one writer sees to that, under its lock.
-- So every table can be spread over several servers by the first column of its primary key.

-- One row. `mark` is drawn anew by every commit, `generation` by those that change the index.
CREATE TABLE {schema}.state (
    one integer PRIMARY KEY CHECK (one = 1),
    peaks_id text NOT NULL,
    index_id text NOT NULL,
    parameters text NOT NULL,
    mark bigint NOT NULL,
    generation bigint NOT NULL,
    next_key bigint NOT NULL,
    next_segment bigint NOT NULL,
    next_change bigint NOT NULL,
    next_commit bigint NOT NULL
);

-- The latest commits: by its mark, a writer whose connection broke off learns whether it succeeded.
CREATE TABLE {schema}.commits (
    number bigint PRIMARY KEY,
    mark bigint NOT NULL
);

-- One row per live track. `fields` is a JSON object of strings.
CREATE TABLE {schema}.tracks (
    key bigint PRIMARY KEY,
    id text NOT NULL,
    title text NOT NULL,
    artist text,
    album text,
    year bigint,
    isrc text,
    external_id text,
    fields text NOT NULL,
    path bytea NOT NULL,
    file bytea NOT NULL,
    sha256 bytea NOT NULL,
    size_bytes bigint NOT NULL,
    modified_ns bigint NOT NULL,
    duration_s double precision NOT NULL,
    added_at text NOT NULL,
    peaks bigint NOT NULL,
    constellation_hash bytea NOT NULL,
    media text NOT NULL,
    media_file text,
    corrupt_packets bigint NOT NULL
);

-- Hashes, because a path or a text may be longer than a tree's entry can be.
CREATE INDEX tracks_by_id ON {schema}.tracks USING hash (id);
CREATE INDEX tracks_by_file ON {schema}.tracks USING hash (file);
CREATE INDEX tracks_by_sha256 ON {schema}.tracks USING hash (sha256);
CREATE INDEX tracks_by_constellation ON {schema}.tracks USING hash (constellation_hash);
CREATE INDEX tracks_by_isrc ON {schema}.tracks USING hash (isrc) WHERE isrc IS NOT NULL;
CREATE INDEX tracks_by_external_id ON {schema}.tracks USING hash (external_id) WHERE external_id IS NOT NULL;
CREATE INDEX tracks_by_media ON {schema}.tracks USING hash (media_file) WHERE media_file IS NOT NULL;
CREATE INDEX tracks_by_title ON {schema}.tracks (left(lower(title COLLATE "C"), 250) COLLATE "C", key);
CREATE INDEX tracks_by_artist ON {schema}.tracks (left(lower(artist COLLATE "C"), 250) COLLATE "C" NULLS FIRST, key);

-- The source of truth of each track's sound. It cannot be compressed further.
CREATE TABLE {schema}.constellations (
    key bigint PRIMARY KEY,
    crc32 bigint NOT NULL,
    packed bytea NOT NULL
);
ALTER TABLE {schema}.constellations ALTER COLUMN packed SET STORAGE EXTERNAL;

-- The last change of every key that there ever was, so that a copy can follow.
CREATE TABLE {schema}.changes (
    key bigint PRIMARY KEY,
    number bigint NOT NULL,
    removed boolean NOT NULL
);
CREATE INDEX changes_by_number ON {schema}.changes (number);

-- Media that tracks name, and what is in them.
CREATE TABLE {schema}.media (
    name text PRIMARY KEY,
    size_bytes bigint NOT NULL
);

CREATE TABLE {schema}.media_chunks (
    name text NOT NULL,
    number bigint NOT NULL,
    data bytea NOT NULL,
    PRIMARY KEY (name, number)
);
ALTER TABLE {schema}.media_chunks ALTER COLUMN data SET STORAGE EXTERNAL;

-- The index. `mark` is drawn when a segment is made: no two are ever taken for each other.
CREATE TABLE {schema}.segments (
    id bigint PRIMARY KEY,
    mark bigint NOT NULL,
    tracks bigint NOT NULL,
    postings bigint NOT NULL,
    frames bigint NOT NULL,
    size_bytes bigint NOT NULL
);

-- The bytes of the segments, in rows of 64 kB. Uncompressed, so that a part is read without the rest.
CREATE TABLE {schema}.blocks (
    segment bigint NOT NULL,
    number bigint NOT NULL,
    data bytea NOT NULL,
    PRIMARY KEY (segment, number)
);
ALTER TABLE {schema}.blocks ALTER COLUMN data SET STORAGE EXTERNAL;

-- Removed tracks that a segment still holds.
CREATE TABLE {schema}.dead (
    key bigint PRIMARY KEY
);

-- What each track is found by: its normalised title, artist and album, in three lines. Where the server has the
-- extension pg_trgm, an index of trigrams is made for it beside the migrations (`search_by_trigram`).
CREATE TABLE {schema}.search_texts (
    key bigint PRIMARY KEY,
    text text COLLATE "C" NOT NULL
);
