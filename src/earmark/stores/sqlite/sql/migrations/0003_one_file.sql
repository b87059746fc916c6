-- Segments and media as rows, for a library that is one file. In a folder these tables stay empty.

CREATE TABLE segment_blocks (
    id INTEGER PRIMARY KEY,
    bytes BLOB NOT NULL
) STRICT;

CREATE TABLE media_chunks (
    id INTEGER PRIMARY KEY,
    media TEXT NOT NULL,
    place INTEGER NOT NULL,
    bytes BLOB NOT NULL
) STRICT;

CREATE UNIQUE INDEX media_chunks_by_place ON media_chunks (media, place);
