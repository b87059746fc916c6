"""Self-hosted music recognition: name a clip of any recording in your own catalogue."""
