-- Every statement of the operations store: a name, one line about it, the statement.

-- name: write
-- Write a play, or what has become of it.
INSERT OR REPLACE INTO plays (
    id, station, started_at, ended_at, track_id, title, artist, album, isrc, external_id,
    track_start_s, track_end_s, confidence, speed
) VALUES (
    :id, :station, :started_at, :ended_at, :track_id, :title, :artist, :album, :isrc, :external_id,
    :track_start_s, :track_end_s, :confidence, :speed
);

-- name: plays
-- A page of plays that fit, after the one that is given.
SELECT
    id, station, started_at, ended_at, track_id, title, artist, album, isrc, external_id,
    track_start_s, track_end_s, confidence, speed
FROM plays
WHERE (:since IS NULL OR started_at >= :since)
    AND (:until IS NULL OR started_at < :until)
    AND (:station IS NULL OR station = :station)
    AND (:track IS NULL OR track_id = :track OR casefold(title) = casefold(:track))
    AND (:isrc IS NULL OR isrc = :isrc)
    AND (started_at, id) > (:after_at, :after_id)
ORDER BY started_at, id
LIMIT :page;

-- name: totals
-- How often and for how long plays that fit were heard, by what `by` names.
SELECT
    CASE :by
        WHEN 'day' THEN substr(started_at, 1, 10)
        WHEN 'station' THEN station
        WHEN 'track' THEN track_id
        ELSE coalesce(isrc, '')
    END AS key,
    max(started_at) AS last_at,
    min(started_at) AS first_at,
    count(*) AS plays,
    total(86400.0 * (julianday(ended_at) - julianday(started_at))) AS duration_s,
    title,
    artist
FROM plays
WHERE (:since IS NULL OR started_at >= :since)
    AND (:until IS NULL OR started_at < :until)
    AND (:station IS NULL OR station = :station)
    AND (:track IS NULL OR track_id = :track OR casefold(title) = casefold(:track))
    AND (:isrc IS NULL OR isrc = :isrc)
GROUP BY 1
ORDER BY CASE WHEN :by = 'day' THEN 1 END, duration_s DESC, 1;

-- name: note_heard
-- Note until when a play that has not ended was heard.
UPDATE plays SET heard_until = :until, heard_track_s = :track_s
WHERE id = :play_id AND ended_at IS NULL;

-- name: leave_open
-- End what nobody ended where it was heard last; what was not heard since, where it began.
UPDATE plays SET
    ended_at = coalesce(heard_until, started_at),
    track_end_s = coalesce(heard_track_s, track_start_s)
WHERE ended_at IS NULL AND station = :station;

-- name: drop_before
-- Forget plays that began before a moment.
DELETE FROM plays WHERE started_at < :moment;
