-- The first store of plays in PostgreSQL. `title_folded` is the title without regard to case, as
-- Python has it: what PostgreSQL makes of case depends on its version and its language.

CREATE TABLE {schema}.plays (
    id text PRIMARY KEY,
    station text NOT NULL,
    started_at timestamptz NOT NULL,
    ended_at timestamptz,
    track_id text NOT NULL,
    title text NOT NULL,
    title_folded text NOT NULL,
    artist text,
    album text,
    isrc text,
    external_id text,
    track_start_s double precision NOT NULL,
    track_end_s double precision,
    confidence double precision NOT NULL,
    speed double precision,
    heard_until timestamptz,
    heard_track_s double precision
);

CREATE INDEX plays_by_start ON {schema}.plays (started_at, id COLLATE "C");
CREATE INDEX plays_by_track ON {schema}.plays (track_id, started_at);
CREATE INDEX plays_by_station ON {schema}.plays USING hash (station);
CREATE INDEX plays_by_title ON {schema}.plays USING hash (title_folded);
CREATE INDEX plays_open ON {schema}.plays (started_at) WHERE ended_at IS NULL;
