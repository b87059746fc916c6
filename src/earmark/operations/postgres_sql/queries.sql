-- Every statement of a store of plays in PostgreSQL: a name, one line about it, the statement.
-- `{schema}` stands for the store's schema.

-- name: begin
-- One statement, and what it is to survive.
BEGIN ISOLATION LEVEL READ COMMITTED;

-- name: durably
-- Do not end before the disk has what was written.
SELECT set_config('synchronous_commit', replace(current_setting('synchronous_commit'), 'off', 'on'), true);

-- name: commit
-- Make it durable and visible.
COMMIT;

-- name: write
-- Write a play, or what has become of it.
INSERT INTO {schema}.plays (
    id, station, started_at, ended_at, track_id, title, title_folded, artist, album, isrc, external_id,
    track_start_s, track_end_s, confidence, speed
) VALUES (
    %(id)s, %(station)s, %(started_at)s::timestamptz, %(ended_at)s::timestamptz, %(track_id)s, %(title)s,
    %(title_folded)s, %(artist)s, %(album)s, %(isrc)s, %(external_id)s, %(track_start_s)s::float8,
    %(track_end_s)s::float8, %(confidence)s::float8, %(speed)s::float8
)
ON CONFLICT (id) DO UPDATE SET
    station = excluded.station, started_at = excluded.started_at, ended_at = excluded.ended_at,
    track_id = excluded.track_id, title = excluded.title, title_folded = excluded.title_folded,
    artist = excluded.artist, album = excluded.album, isrc = excluded.isrc, external_id = excluded.external_id,
    track_start_s = excluded.track_start_s, track_end_s = excluded.track_end_s, confidence = excluded.confidence,
    speed = excluded.speed, heard_until = NULL, heard_track_s = NULL;

-- name: plays
-- A page of plays that fit, after the one that is given.
SELECT
    id, station, started_at, ended_at, track_id, title, artist, album, isrc, external_id,
    track_start_s, track_end_s, confidence, speed
FROM {schema}.plays
WHERE (%(since)s::timestamptz IS NULL OR started_at >= %(since)s::timestamptz)
    AND (%(until)s::timestamptz IS NULL OR started_at < %(until)s::timestamptz)
    AND (%(station)s::text IS NULL OR station = %(station)s::text)
    AND (%(track)s::text IS NULL OR track_id = %(track)s::text OR title_folded = %(folded)s::text)
    AND (%(isrc)s::text IS NULL OR isrc = %(isrc)s::text)
    AND (
        %(after_at)s::timestamptz IS NULL
        OR (started_at, id COLLATE "C") > (%(after_at)s::timestamptz, %(after_id)s::text COLLATE "C")
    )
ORDER BY started_at, id COLLATE "C"
LIMIT %(page)s::bigint;

-- name: totals
-- How often and for how long plays that fit were heard, by what `by` names.
SELECT
    CASE %(by)s::text
        WHEN 'day' THEN to_char(started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD')
        WHEN 'station' THEN station
        WHEN 'track' THEN track_id
        ELSE coalesce(isrc, '')
    END COLLATE "C" AS key,
    max(started_at) AS last_at,
    min(started_at) AS first_at,
    count(*) AS plays,
    coalesce(sum(extract(epoch FROM ended_at - started_at)::float8), 0) AS duration_s,
    (array_agg(title ORDER BY started_at DESC, id COLLATE "C" DESC))[1] AS title,
    (array_agg(artist ORDER BY started_at DESC, id COLLATE "C" DESC))[1] AS artist
FROM {schema}.plays
WHERE (%(since)s::timestamptz IS NULL OR started_at >= %(since)s::timestamptz)
    AND (%(until)s::timestamptz IS NULL OR started_at < %(until)s::timestamptz)
    AND (%(station)s::text IS NULL OR station = %(station)s::text)
    AND (%(track)s::text IS NULL OR track_id = %(track)s::text OR title_folded = %(folded)s::text)
    AND (%(isrc)s::text IS NULL OR isrc = %(isrc)s::text)
GROUP BY 1;

-- name: note_heard
-- Note until when a play that has not ended was heard.
UPDATE {schema}.plays SET heard_until = %(until)s::timestamptz, heard_track_s = %(track_s)s::float8
WHERE id = %(play_id)s AND ended_at IS NULL;

-- name: leave_open
-- End what nobody ended where it was heard last; what was not heard since, where it began.
UPDATE {schema}.plays SET
    ended_at = coalesce(heard_until, started_at),
    track_end_s = coalesce(heard_track_s, track_start_s)
WHERE ended_at IS NULL AND station = ANY(%(stations)s::text[]);

-- name: drop_before
-- Forget plays that began before a moment.
DELETE FROM {schema}.plays WHERE started_at < %(moment)s::timestamptz;
