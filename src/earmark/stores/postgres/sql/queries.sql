-- Every statement of a library in PostgreSQL: a name, one line about it, the statement.
-- `{schema}` stands for the library's schema.

-- name: state
-- What a snapshot was made under.
SELECT peaks_id, index_id, generation, mark, next_key, next_segment, next_change, next_commit
FROM {schema}.state;

-- name: state_to_write
-- The same for who is to change it, and has the right to.
SELECT peaks_id, index_id, generation, mark, next_key, next_segment, next_change, next_commit
FROM {schema}.state FOR UPDATE;

-- name: begin_reading
-- One committed state, from now on until the end.
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;

-- name: begin_writing
-- Each statement sees what was committed before it: what a writer that was waited for left, too.
BEGIN ISOLATION LEVEL READ COMMITTED;

-- name: prepare_writing
-- Wait only so long for a lock, and do not end before the disk has what was written.
SELECT set_config('lock_timeout', %(patience_ms)s, true),
    set_config(
        'synchronous_commit', replace(current_setting('synchronous_commit'), 'off', 'on'), true
    );

-- name: commit
-- Make a block durable and visible.
COMMIT;

-- name: rollback
-- Forget a block, or end reading.
ROLLBACK;

-- name: begin_state
-- Write the one row of a new library.
INSERT INTO {schema}.state (
    one, peaks_id, index_id, parameters, mark, generation, next_key, next_segment, next_change, next_commit
) VALUES (1, %(peaks_id)s, %(index_id)s, %(parameters)s, %(mark)s::bigint, %(mark)s::bigint, 1, 1, 1, 1);

-- name: end_block
-- What a block leaves to the next one.
UPDATE {schema}.state SET
    mark = %(mark)s::bigint, generation = %(generation)s::bigint, next_key = %(next_key)s::bigint,
    next_segment = %(next_segment)s::bigint, next_change = %(next_change)s::bigint,
    next_commit = %(next_commit)s::bigint;

-- name: note_commit
-- Leave a trace of this block.
INSERT INTO {schema}.commits (number, mark) VALUES (%(number)s::bigint, %(mark)s::bigint);

-- name: forget_commits
-- Drop the traces of long ago.
DELETE FROM {schema}.commits WHERE number <= %(number)s::bigint;

-- name: was_committed
-- Whether a block left its trace.
SELECT EXISTS (SELECT 1 FROM {schema}.commits WHERE mark = %(mark)s::bigint) AS found;

-- name: parameters
-- The numbers behind the ids.
SELECT parameters FROM {schema}.state;

-- name: set_parameters
-- The whole index is now made under these parameters.
UPDATE {schema}.state SET index_id = %(index_id)s, parameters = %(parameters)s;

-- name: track_by_id
-- One track by its UUID.
SELECT * FROM {schema}.tracks WHERE id = %(id)s;

-- name: tracks_by_key
-- Tracks by their keys.
SELECT * FROM {schema}.tracks WHERE key = ANY(%(keys)s::bigint[]);

-- name: track_by_file
-- The track of an absolute path.
SELECT * FROM {schema}.tracks WHERE file = %(file)s AND file != ''::bytea;

-- name: tracks_by_sha256
-- Tracks of the same file contents, oldest first.
SELECT * FROM {schema}.tracks WHERE sha256 = %(sha256)s ORDER BY key;

-- name: tracks_by_constellation
-- Tracks of the same sound, oldest first.
SELECT * FROM {schema}.tracks WHERE constellation_hash = %(digest)s ORDER BY key;

-- name: tracks_by_isrc
-- Tracks of one ISRC, oldest first.
SELECT * FROM {schema}.tracks WHERE isrc = %(isrc)s ORDER BY key;

-- name: tracks_by_external_id
-- Tracks of one foreign id, oldest first.
SELECT * FROM {schema}.tracks WHERE external_id = %(external_id)s ORDER BY key;

-- name: tracks_after
-- The next tracks in the order of their keys.
SELECT * FROM {schema}.tracks WHERE key > %(key)s::bigint ORDER BY key LIMIT %(limit)s::bigint;

-- name: resembling
-- What tracks are found by that have one of the trigrams; of many those with many of them, rare ones above all.
WITH had AS MATERIALIZED (
    SELECT key, pattern, count(*) OVER (PARTITION BY pattern) AS tracks
    FROM unnest(%(patterns)s::text[]) AS asked (pattern)
    CROSS JOIN LATERAL (SELECT key FROM {schema}.search_texts WHERE text LIKE pattern) AS found
), best AS (
    SELECT key FROM had GROUP BY key
    ORDER BY round(sum(ln(1 + 1e7::float8 / tracks))::numeric, 6) DESC, key LIMIT %(most)s::bigint
)
SELECT key, text FROM {schema}.search_texts JOIN best USING (key) ORDER BY key;

-- name: count_unsearchable
-- How many tracks of an older library cannot be found yet.
SELECT count(*) AS tracks FROM {schema}.tracks
WHERE NOT EXISTS (SELECT 1 FROM {schema}.search_texts WHERE search_texts.key = tracks.key);

-- name: unsearchable
-- The next of them in the order of their keys.
SELECT key, title, artist, album FROM {schema}.tracks
WHERE key > %(key)s::bigint
    AND NOT EXISTS (SELECT 1 FROM {schema}.search_texts WHERE search_texts.key = tracks.key)
ORDER BY key LIMIT %(limit)s::bigint;

-- name: copy_search_texts
-- What new tracks are found by.
COPY {schema}.search_texts (key, text) FROM STDIN (FORMAT binary);

-- name: update_search_text
-- What a track is found by now.
UPDATE {schema}.search_texts SET text = %(text)s WHERE key = %(key)s::bigint;

-- name: delete_search_texts
-- Forget what tracks were found by.
DELETE FROM {schema}.search_texts WHERE key = ANY(%(keys)s::bigint[]);

-- name: delete_all_search_texts
-- Forget what all tracks were found by.
DELETE FROM {schema}.search_texts;

-- name: trigram_index
-- Whether trigrams are indexed, and whether this user may see to it: the extension's schema, empty if it is not there.
SELECT
    EXISTS (
        SELECT 1 FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
        WHERE indrelid = texts.oid AND relname = 'search_by_trigram' AND indisvalid
    ) AS is_there,
    NOT pg_is_in_recovery() AND pg_has_role(texts.relowner, 'USAGE') AS may_make,
    coalesce((
        SELECT nspname FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace WHERE extname = 'pg_trgm'
    ), '') AS extension,
    EXISTS (SELECT 1 FROM pg_available_extensions WHERE name = 'pg_trgm')
        AND has_database_privilege(current_database(), 'CREATE') AS may_extend
FROM pg_class AS texts JOIN pg_namespace ON pg_namespace.oid = texts.relnamespace
WHERE nspname = %(schema)s AND relname = 'search_texts';

-- name: hurry
-- Give up soon if a writer is in the way: whoever opens the library next may go on.
SET LOCAL lock_timeout = '2s';

-- name: make_extension
-- The extension that indexes trigrams.
CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- name: make_trigram_index
-- Which tracks have which trigrams; {extension} is where the extension lies.
CREATE INDEX IF NOT EXISTS search_by_trigram ON {schema}.search_texts USING gin (text {extension}.gin_trgm_ops);

-- name: page_by_added
-- Part of a listing in the order of adding.
SELECT * FROM {schema}.tracks
WHERE %(text)s::text = '' OR strpos(
    lower((title || chr(10) || coalesce(artist, '') || chr(10) || coalesce(album, '')) COLLATE "C"),
    lower(%(text)s::text COLLATE "C")
) > 0
ORDER BY key LIMIT %(limit)s::bigint OFFSET %(offset)s::bigint;

-- name: page_by_newest
-- Part of a listing in the order of adding, the last one first.
SELECT * FROM {schema}.tracks
WHERE %(text)s::text = '' OR strpos(
    lower((title || chr(10) || coalesce(artist, '') || chr(10) || coalesce(album, '')) COLLATE "C"),
    lower(%(text)s::text COLLATE "C")
) > 0
ORDER BY key DESC LIMIT %(limit)s::bigint OFFSET %(offset)s::bigint;

-- name: page_by_title
-- Part of a listing in the order of titles.
SELECT * FROM {schema}.tracks
WHERE %(text)s::text = '' OR strpos(
    lower((title || chr(10) || coalesce(artist, '') || chr(10) || coalesce(album, '')) COLLATE "C"),
    lower(%(text)s::text COLLATE "C")
) > 0
ORDER BY left(lower(title COLLATE "C"), 250) COLLATE "C", lower(title COLLATE "C") COLLATE "C", key
LIMIT %(limit)s::bigint OFFSET %(offset)s::bigint;

-- name: page_by_artist
-- Part of a listing in the order of artists.
SELECT * FROM {schema}.tracks
WHERE %(text)s::text = '' OR strpos(
    lower((title || chr(10) || coalesce(artist, '') || chr(10) || coalesce(album, '')) COLLATE "C"),
    lower(%(text)s::text COLLATE "C")
) > 0
ORDER BY left(lower(artist COLLATE "C"), 250) COLLATE "C" NULLS FIRST, lower(artist COLLATE "C") COLLATE "C", key
LIMIT %(limit)s::bigint OFFSET %(offset)s::bigint;

-- name: copy_tracks
-- New tracks.
COPY {schema}.tracks (
    key, id, title, artist, album, year, isrc, external_id, fields, path, file, sha256, size_bytes, modified_ns,
    duration_s, added_at, peaks, constellation_hash, media, media_file, corrupt_packets
) FROM STDIN (FORMAT binary);

-- name: update_track
-- What may change about a track without touching its sound.
UPDATE {schema}.tracks SET
    title = %(title)s, artist = %(artist)s, album = %(album)s, year = %(year)s::bigint, isrc = %(isrc)s,
    external_id = %(external_id)s, fields = %(fields)s, path = %(path)s, file = %(file)s, sha256 = %(sha256)s,
    size_bytes = %(size_bytes)s::bigint, modified_ns = %(modified_ns)s::bigint, added_at = %(added_at)s,
    media = %(media)s, media_file = %(media_file)s, corrupt_packets = %(corrupt_packets)s::bigint
WHERE key = %(key)s::bigint;

-- name: delete_tracks
-- Forget tracks.
DELETE FROM {schema}.tracks WHERE key = ANY(%(keys)s::bigint[]);

-- name: delete_all_tracks
-- Forget all tracks.
DELETE FROM {schema}.tracks;

-- name: track_totals
-- Sums over all tracks.
SELECT count(*) AS tracks, coalesce(sum(duration_s), 0) AS duration_s, coalesce(sum(peaks), 0)::bigint AS peaks
FROM {schema}.tracks;

-- name: live_keys
-- The key of every track.
SELECT key FROM {schema}.tracks ORDER BY key;

-- name: constellations
-- Tracks with checksum and packed constellation, NULL if they are lost; no constellation where it is known.
SELECT tracks.*, crc32, CASE WHEN key = ANY(%(known)s::bigint[]) THEN NULL ELSE packed END AS packed
FROM {schema}.tracks LEFT JOIN {schema}.constellations USING (key)
WHERE key = ANY(%(keys)s::bigint[]);

-- name: copy_constellations
-- The sounds of new tracks.
COPY {schema}.constellations (key, crc32, packed) FROM STDIN (FORMAT binary);

-- name: delete_constellations
-- Forget sounds.
DELETE FROM {schema}.constellations WHERE key = ANY(%(keys)s::bigint[]);

-- name: delete_all_constellations
-- Forget all sounds.
DELETE FROM {schema}.constellations;

-- name: copy_changes
-- New tracks, for whoever follows.
COPY {schema}.changes (key, number, removed) FROM STDIN (FORMAT binary);

-- name: change_keys
-- Tracks that were changed or removed, for whoever follows; the changes have successive numbers.
UPDATE {schema}.changes SET number = %(number)s::bigint + changed.place - 1, removed = %(removed)s
FROM unnest(%(keys)s::bigint[]) WITH ORDINALITY AS changed (key, place)
WHERE changes.key = changed.key;

-- name: change_all_keys
-- All tracks were removed, for whoever follows; the changes have successive numbers.
UPDATE {schema}.changes SET number = %(number)s::bigint + changed.place - 1, removed = true
FROM (SELECT key, row_number() OVER (ORDER BY key) AS place FROM {schema}.changes WHERE NOT removed) AS changed
WHERE changes.key = changed.key;

-- name: insert_media
-- A media file.
INSERT INTO {schema}.media (name, size_bytes) VALUES (%(name)s, %(size_bytes)s::bigint);

-- name: insert_media_chunk
-- A part of what is in a media file.
INSERT INTO {schema}.media_chunks (name, number, data) VALUES (%(name)s, %(number)s::bigint, %(data)s);

-- name: media_chunks
-- Some parts of a media file, in their order.
SELECT data FROM {schema}.media_chunks
WHERE name = %(name)s AND number >= %(begin)s::bigint AND number < %(end)s::bigint
ORDER BY number;

-- name: delete_unnamed_media
-- Forget a media file, unless a track still names it.
DELETE FROM {schema}.media
WHERE name = %(name)s AND NOT EXISTS (SELECT 1 FROM {schema}.tracks WHERE media_file = %(name)s);

-- name: delete_media_chunks
-- Forget what was in a media file that is forgotten.
DELETE FROM {schema}.media_chunks
WHERE name = %(name)s AND NOT EXISTS (SELECT 1 FROM {schema}.media WHERE media.name = %(name)s);

-- name: delete_all_unnamed_media
-- Forget all media files that no track names.
DELETE FROM {schema}.media
WHERE NOT EXISTS (SELECT 1 FROM {schema}.tracks WHERE tracks.media_file = media.name);

-- name: delete_lost_chunks
-- Forget what was in media files that are forgotten.
DELETE FROM {schema}.media_chunks
WHERE NOT EXISTS (SELECT 1 FROM {schema}.media WHERE media.name = media_chunks.name);

-- name: media_size
-- How many bytes a media file has.
SELECT size_bytes FROM {schema}.media WHERE name = %(name)s;

-- name: track_media
-- The media file of every track that has one.
SELECT id, media_file FROM {schema}.tracks WHERE media_file IS NOT NULL ORDER BY key;

-- name: whole_media
-- Media files whose chunks are all there.
SELECT name FROM {schema}.media
WHERE size_bytes = (
    SELECT coalesce(sum(octet_length(data)), 0) FROM {schema}.media_chunks WHERE media_chunks.name = media.name
);

-- name: media_total
-- Bytes of all media.
SELECT coalesce(sum(size_bytes), 0)::bigint AS size_bytes FROM {schema}.media;

-- name: segments
-- The parts of the index.
SELECT id, mark, tracks, postings, frames, size_bytes FROM {schema}.segments ORDER BY id;

-- name: insert_segment
-- A new part of the index.
INSERT INTO {schema}.segments (id, mark, tracks, postings, frames, size_bytes)
VALUES (
    %(id)s::bigint, %(mark)s::bigint, %(tracks)s::bigint, %(postings)s::bigint, %(frames)s::bigint,
    %(size_bytes)s::bigint
);

-- name: delete_segment
-- Forget a part of the index.
DELETE FROM {schema}.segments WHERE id = %(id)s::bigint;

-- name: delete_blocks
-- Forget the bytes of a part of the index.
DELETE FROM {schema}.blocks WHERE segment = %(id)s::bigint;

-- name: copy_blocks
-- The bytes of a new part of the index.
COPY {schema}.blocks (segment, number, data) FROM STDIN (FORMAT binary);

-- name: pieces
-- Stretches of rows of blocks; each is looked up by itself, whatever the statistics say.
SELECT (
    SELECT substr(data, asked.begin + 1, asked.size) FROM {schema}.blocks
    WHERE segment = asked.segment AND number = asked.number
) AS data
FROM unnest(%(segments)s::bigint[], %(numbers)s::bigint[], %(begins)s::integer[], %(sizes)s::integer[])
    WITH ORDINALITY AS asked (segment, number, begin, size, place)
ORDER BY asked.place;

-- name: dead
-- Keys that segments hold and that are gone.
SELECT key FROM {schema}.dead ORDER BY key;

-- name: insert_dead
-- Segments hold these keys, and they are gone.
INSERT INTO {schema}.dead (key) SELECT unnest(%(keys)s::bigint[]);

-- name: delete_dead
-- No segment holds these keys any more.
DELETE FROM {schema}.dead WHERE key = ANY(%(keys)s::bigint[]);

-- name: size
-- Bytes of all tables but those of the index and the media, with their indexes.
SELECT coalesce(sum(pg_total_relation_size(pg_class.oid)), 0)::bigint AS size_bytes
FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE nspname = %(schema)s AND relkind IN ('r', 'p')
    AND relname NOT IN ('blocks', 'media', 'media_chunks', 'plays');

-- name: writer_lock
-- Wait for the right to write, until the end of the transaction.
SELECT pg_advisory_xact_lock(1164014189, hashtext(%(schema)s));

-- name: lock_holder
-- Who has the right to write, and what it calls itself where this user may see that.
SELECT pid, application_name FROM pg_locks LEFT JOIN pg_stat_activity USING (pid)
WHERE locktype = 'advisory' AND classid = 1164014189 AND objsubid = 2 AND granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND objid::bigint = hashtext(%(schema)s)::bigint & 4294967295;

-- name: may_write
-- Whether this server takes changes, and from this user.
SELECT NOT pg_is_in_recovery() AND current_setting('default_transaction_read_only') = 'off'
    AND coalesce(bool_and(has_table_privilege(pg_class.oid, 'INSERT')), false) AS may_write
FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE nspname = %(schema)s AND relname IN ('tracks', 'constellations', 'segments', 'blocks', 'changes');

-- name: look
-- What lies in a schema, and on which server.
SELECT current_setting('server_version_num')::integer AS server, current_setting('server_encoding') AS encoding,
    EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = %(schema)s) AS is_there,
    EXISTS (
        SELECT 1 FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace WHERE nspname = %(schema)s
    ) AS is_used,
    EXISTS (
        SELECT 1 FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
        WHERE nspname = %(schema)s AND relname = 'migrations'
    ) AS is_ours;

-- name: make_schema
-- A place for everything.
CREATE SCHEMA {schema};

-- name: make_migrations
-- How many migrations each part of Earmark has had here.
CREATE TABLE {schema}.migrations (part text PRIMARY KEY, version integer NOT NULL);

-- name: version
-- How many migrations a part has had.
SELECT version FROM {schema}.migrations WHERE part = %(part)s;

-- name: set_version
-- Note how many it has had now.
INSERT INTO {schema}.migrations (part, version) VALUES (%(part)s, %(version)s)
ON CONFLICT (part) DO UPDATE SET version = excluded.version;

-- name: rows_of_segment
-- Some of the rows of a part of the index, in their order.
SELECT data FROM {schema}.blocks
WHERE segment = %(segment)s::bigint AND number >= %(begin)s::bigint AND number < %(end)s::bigint
ORDER BY number;
