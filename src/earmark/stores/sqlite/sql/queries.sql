-- Every statement of the catalogue: a name, one line about it, the statement.

-- name: state
-- The ids and the generation that a snapshot was made under.
SELECT peaks_id, index_id, generation FROM state;

-- name: begin_state
-- Write the one row of a new catalogue.
INSERT INTO state (only, peaks_id, index_id, generation) VALUES (1, :peaks_id, :index_id, 1);

-- name: advance
-- Tell every reader that the segments or their dead changed.
UPDATE state SET generation = generation + 1;

-- name: set_index_id
-- The whole index is now made under these parameters.
UPDATE state SET index_id = :index_id;

-- name: parameters
-- The numbers behind the ids.
SELECT json FROM parameters;

-- name: set_parameters
-- Write the numbers behind the ids.
INSERT OR REPLACE INTO parameters (only, json) VALUES (1, :json);

-- name: track_by_id
-- One track by its UUID.
SELECT * FROM tracks WHERE id = :id;

-- name: track_by_key
-- One track by its key.
SELECT * FROM tracks WHERE key = :key;

-- name: tracks_by_key
-- Many tracks by their keys, a JSON list.
SELECT * FROM tracks WHERE key IN (SELECT value FROM json_each(:keys));

-- name: track_by_file
-- The track of an absolute path.
SELECT * FROM tracks WHERE file = :file AND file != x'';

-- name: tracks_by_sha256
-- Tracks of the same file contents, oldest first.
SELECT * FROM tracks WHERE sha256 = :sha256 ORDER BY key;

-- name: tracks_by_constellation
-- Tracks of the same sound, oldest first.
SELECT * FROM tracks WHERE constellation_hash = :digest ORDER BY key;

-- name: tracks_by_isrc
-- Tracks of one ISRC, oldest first.
SELECT * FROM tracks WHERE isrc = :isrc ORDER BY key;

-- name: tracks_by_external_id
-- Tracks of one foreign id, oldest first.
SELECT * FROM tracks WHERE external_id = :external_id ORDER BY key;

-- name: tracks_after
-- The next tracks in the order of their keys.
SELECT * FROM tracks WHERE key > :key ORDER BY key LIMIT :limit;

-- name: page_by_added
-- Part of a listing in the order of adding.
SELECT * FROM tracks
WHERE :text = '' OR instr(lower(title || char(10) || ifnull(artist, '') || char(10) || ifnull(album, '')), lower(:text))
ORDER BY key LIMIT :limit OFFSET :offset;

-- name: page_by_newest
-- Part of a listing in the order of adding, the last one first.
SELECT * FROM tracks
WHERE :text = '' OR instr(lower(title || char(10) || ifnull(artist, '') || char(10) || ifnull(album, '')), lower(:text))
ORDER BY key DESC LIMIT :limit OFFSET :offset;

-- name: page_by_title
-- Part of a listing in the order of titles.
SELECT * FROM tracks
WHERE :text = '' OR instr(lower(title || char(10) || ifnull(artist, '') || char(10) || ifnull(album, '')), lower(:text))
ORDER BY title COLLATE NOCASE, key LIMIT :limit OFFSET :offset;

-- name: page_by_artist
-- Part of a listing in the order of artists.
SELECT * FROM tracks
WHERE :text = '' OR instr(lower(title || char(10) || ifnull(artist, '') || char(10) || ifnull(album, '')), lower(:text))
ORDER BY artist COLLATE NOCASE, key LIMIT :limit OFFSET :offset;

-- name: insert_track
-- A new track, under a key that was never used before.
INSERT INTO tracks (
    id, title, artist, album, year, isrc, external_id, fields, path, file, sha256, size_bytes, modified_ns,
    duration_s, added_at, peaks, constellation_hash, media, media_file, corrupt_packets
) VALUES (
    :id, :title, :artist, :album, :year, :isrc, :external_id, :fields, :path, :file, :sha256, :size_bytes, :modified_ns,
    :duration_s, :added_at, :peaks, :constellation_hash, :media, :media_file, :corrupt_packets
);

-- name: update_track
-- What may change about a track without touching its sound.
UPDATE tracks SET
    title = :title, artist = :artist, album = :album, year = :year, isrc = :isrc, external_id = :external_id,
    fields = :fields, path = :path, file = :file, sha256 = :sha256, size_bytes = :size_bytes,
    modified_ns = :modified_ns, added_at = :added_at, media = :media, media_file = :media_file,
    corrupt_packets = :corrupt_packets
WHERE key = :key;

-- name: delete_track
-- Forget a track.
DELETE FROM tracks WHERE key = :key;

-- name: delete_all_tracks
-- Forget all tracks.
DELETE FROM tracks;

-- name: track_totals
-- Sums over all tracks.
SELECT count(*) AS tracks, total(duration_s) AS duration_s, ifnull(sum(peaks), 0) AS peaks FROM tracks;

-- name: live_keys
-- The key of every track.
SELECT key FROM tracks ORDER BY key;

-- name: constellation
-- The packed constellation of a track and its checksum, NULL if they are lost.
SELECT key, id, crc32, packed FROM tracks LEFT JOIN constellations USING (key) WHERE key = :key;

-- name: constellations
-- The same for many tracks by their keys, a JSON list.
SELECT key, id, crc32, packed FROM tracks LEFT JOIN constellations USING (key)
WHERE key IN (SELECT value FROM json_each(:keys));

-- name: insert_constellation
-- The sound of a track.
INSERT INTO constellations (key, crc32, packed) VALUES (:key, :crc32, :packed);

-- name: delete_constellation
-- Forget the sound of a track.
DELETE FROM constellations WHERE key = :key;

-- name: delete_all_constellations
-- Forget all sounds.
DELETE FROM constellations;

-- name: insert_media
-- A file of the media folder.
INSERT INTO media (name, size_bytes) VALUES (:name, :size_bytes);

-- name: delete_unnamed_media
-- Forget a media file, unless a track still names it.
DELETE FROM media WHERE name = :name AND NOT EXISTS (SELECT 1 FROM tracks WHERE media_file = :name);

-- name: delete_all_unnamed_media
-- Forget all media files that no track names.
DELETE FROM media WHERE name NOT IN (SELECT media_file FROM tracks WHERE media_file IS NOT NULL) RETURNING name;

-- name: media_names
-- Every file that the media folder should hold.
SELECT name FROM media ORDER BY name;

-- name: track_media
-- The media file of every track that has one.
SELECT id, media_file FROM tracks WHERE media_file IS NOT NULL ORDER BY key;

-- name: media_total
-- Bytes of the media folder.
SELECT ifnull(sum(size_bytes), 0) AS size_bytes FROM media;

-- name: segments
-- The files of the index.
SELECT id, tracks, postings, frames, size_bytes FROM segments ORDER BY id;

-- name: next_segment
-- The number of the next segment; a rolled-back block gives its numbers back.
SELECT ifnull(max(seq), 0) + 1 AS id FROM sqlite_sequence WHERE name = 'segments';

-- name: insert_segment
-- A file of the index.
INSERT INTO segments (id, tracks, postings, frames, size_bytes)
VALUES (:id, :tracks, :postings, :frames, :size_bytes);

-- name: delete_segment
-- Forget a file of the index.
DELETE FROM segments WHERE id = :id;

-- name: dead
-- Keys that segments hold and that are gone.
SELECT key FROM dead ORDER BY key;

-- name: insert_dead
-- A segment holds this key, and it is gone.
INSERT INTO dead (key) VALUES (:key);

-- name: delete_dead
-- No segment holds these keys any more, a JSON list.
DELETE FROM dead WHERE key IN (SELECT value FROM json_each(:keys));

-- name: tables
-- How many tables there are: none in a file that no program has used yet.
SELECT count(*) AS tables FROM sqlite_schema;

-- name: segment_blocks
-- Blocks of segments: a JSON list of their first and last ids, run by run.
SELECT block.id, block.bytes FROM json_each(:runs) AS run JOIN segment_blocks AS block
ON block.id BETWEEN json_extract(run.value, '$[0]') AND json_extract(run.value, '$[1]');

-- name: segment_stream
-- All blocks of a segment, in order.
SELECT bytes FROM segment_blocks WHERE id BETWEEN :id << 32 AND (:id << 32) + 4294967295 ORDER BY id;

-- name: insert_segment_block
-- A block of a segment.
INSERT INTO segment_blocks (id, bytes) VALUES (:id, :bytes);

-- name: delete_segment_blocks
-- Forget the blocks of a segment.
DELETE FROM segment_blocks WHERE id BETWEEN :id << 32 AND (:id << 32) + 4294967295;

-- name: insert_media_chunk
-- A chunk of a media file.
INSERT INTO media_chunks (media, place, bytes) VALUES (:media, :place, :bytes);

-- name: media_chunk
-- The chunk at one place of a media file.
SELECT bytes FROM media_chunks WHERE media = :media AND place = :place;

-- name: media_size
-- How long a media file is.
SELECT size_bytes FROM media WHERE name = :name;

-- name: whole_media
-- Every media file whose chunks are all there.
SELECT media AS name FROM media_chunks JOIN media ON media.name = media_chunks.media
GROUP BY media HAVING sum(length(bytes)) = size_bytes
UNION SELECT name FROM media WHERE size_bytes = 0;

-- name: delete_unnamed_chunks
-- Forget the chunks of a media file, unless a track still names it.
DELETE FROM media_chunks WHERE media = :name AND NOT EXISTS (SELECT 1 FROM tracks WHERE media_file = :name);

-- name: delete_lost_chunks
-- Forget the chunks of media files that are forgotten.
DELETE FROM media_chunks WHERE media NOT IN (SELECT name FROM media);

-- name: has_search
-- Whether there is a search: an older library that may only be read has none.
SELECT count(*) AS tables FROM sqlite_schema WHERE name = 'search';

-- name: trigram_tracks
-- How many tracks have a trigram; no row if none has.
SELECT doc AS tracks FROM search_trigrams WHERE term = :term;

-- name: tracks_with
-- The keys of all tracks that have a trigram, which stands in quotation marks; a JSON list.
SELECT json_group_array(rowid) AS keys FROM search WHERE search MATCH :term;

-- name: search_texts
-- What tracks are found by, by their keys, a JSON list.
SELECT key, text FROM search_texts WHERE key IN (SELECT value FROM json_each(:keys)) ORDER BY key;

-- name: insert_search_text
-- What a track is found by.
INSERT INTO search_texts (key, text) VALUES (:key, :text);

-- name: insert_search
-- Its trigrams.
INSERT INTO search (rowid, text) VALUES (:key, :text);

-- name: delete_search
-- Forget the trigrams of a track; the index has to be told what they were.
INSERT INTO search (search, rowid, text) SELECT 'delete', key, text FROM search_texts WHERE key = :key;

-- name: delete_search_text
-- Forget what a track was found by.
DELETE FROM search_texts WHERE key = :key;

-- name: delete_all_search
-- Forget all trigrams.
INSERT INTO search (search) VALUES ('delete-all');

-- name: delete_all_search_texts
-- Forget what all tracks were found by.
DELETE FROM search_texts;

-- name: count_unsearchable
-- How many tracks of an older library cannot be found yet.
SELECT count(*) AS tracks FROM tracks WHERE key NOT IN (SELECT key FROM search_texts);

-- name: unsearchable
-- The next of them in the order of their keys.
SELECT * FROM tracks WHERE key > :key AND key NOT IN (SELECT key FROM search_texts)
ORDER BY key LIMIT :limit;
