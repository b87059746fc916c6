"""Made-up copies for the tests of duplicates."""

from __future__ import annotations

from earmark.audio import Header
from earmark.duplicates.groups import Link, Member
from earmark.duplicates.records import SharedSpan
from earmark.types import Metadata, Source, Track

SONG_S = 200.0


def track(key: int, duration_s: float = SONG_S, corrupt_packets: int = 0, **tags: str) -> Track:
    """A track without a file."""
    return Track(
        key=key,
        id=f"id-{key}",
        metadata=Metadata(title=f"song {key}", **tags),  # type: ignore[arg-type]
        source=Source(b"", b"", b""),
        duration_s=duration_s,
        added_at="2026-01-01T00:00:00Z",
        peaks=1000,
        constellation_hash=b"",
        corrupt_packets=corrupt_packets,
    )


def member(key: int, sounding_s: float = SONG_S) -> Member:
    """A recording of the library."""
    return Member(track(key, sounding_s), b"", in_library=True, sounding_s=sounding_s)


def header(codec: str = "flac", bit_rate: int | None = None, channels: int = 2) -> Header:
    """A header of a file at 44.1 kHz."""
    return Header(codec, codec, codec == "flac", bit_rate, 44_100, channels)


def link(
    one: int,
    other: int,
    coverage: float = 1.0,
    other_coverage: float = 1.0,
    *,
    agreement: float = 0.9,
    speed: float = 1.0,
) -> Link:
    """A link with one span, as long as the coverage says."""
    length_s = SONG_S * coverage
    span = SharedSpan(0.0, length_s, 0.0, speed * length_s, speed, agreement)
    return Link(one, other, coverage, other_coverage, (span,))
