"""Listening without end: what plays, from when to when, as the sound comes in."""
