ALTER TABLE plays ADD COLUMN heard_until TEXT;
ALTER TABLE plays ADD COLUMN heard_track_s REAL;
