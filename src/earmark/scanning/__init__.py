"""Everything from the catalogue in a long recording: a timeline of tracks."""
