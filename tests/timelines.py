"""Made-up timelines for the tests of what is written and drawn of them."""

from __future__ import annotations

from earmark.types import Metadata, Source, Timeline, TimelineSpan, Track


def track(title: str, artist: str | None = "Band", key: int = 1) -> Track:
    """A track with this title."""
    source = Source(b"songs/one.flac", b"/songs/one.flac", b"")
    return Track(key, f"id-{key}", Metadata(title, artist), source, 200.0, "", 1, b"")


def timeline(*titles: str | None, file: str = "mix.mp3", minutes: float = 1.0) -> Timeline:
    """Tracks, or what is unknown, a minute of each, one after the other."""
    spans = []
    for number, title in enumerate(titles):
        start_s, end_s = 60.0 * minutes * number, 60.0 * minutes * (number + 1)
        if title is None:
            spans.append(TimelineSpan(start_s, end_s))
        else:
            known = track(title, key=number + 1)
            manner = (1.0, 1.03, 1.03, 0.512, 0.9996)
            spans.append(TimelineSpan(start_s, end_s, known, 10.0, 71.8, *manner))
    return Timeline(file, 60.0 * minutes * len(titles), 2.0, tuple(spans))
