-- Search by title, artist and album. The code that applies this fills it from the tracks.

CREATE TABLE search_texts (
    key INTEGER PRIMARY KEY,
    text TEXT NOT NULL
) STRICT;

CREATE VIRTUAL TABLE search USING fts5 (
    text, content = 'search_texts', content_rowid = 'key',
    tokenize = 'trigram case_sensitive 1', detail = none, columnsize = 0
);

CREATE VIRTUAL TABLE search_trigrams USING fts5vocab ('search', 'row');
