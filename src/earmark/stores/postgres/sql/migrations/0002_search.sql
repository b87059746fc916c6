-- What each track is found by: its normalised title, artist and album, in three lines. Where the server has the
-- extension pg_trgm, an index of trigrams is made for it beside the migrations (`search_by_trigram`).
CREATE TABLE {schema}.search_texts (
    key bigint PRIMARY KEY,
    text text COLLATE "C" NOT NULL
);
