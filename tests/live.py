"""A small library and streams of its music, for the tests of listening without end."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache

import numpy as np
from numpy.typing import NDArray

from earmark.evaluation.synthesis import Piece, catalogue
from earmark.library import Library
from earmark.live.events import Event, EventKind
from earmark.live.recognizer import Recognizer
from earmark.live.updates import Update
from earmark.types import Match, Metadata, Relation, Source, Track

PIECE_S = 25.0
RATE_HZ = 16_000


@cache
def pieces() -> tuple[Piece, ...]:
    """Two pieces for the library and a third that stays a stranger."""
    return tuple(catalogue(3, seed=11, duration_s=PIECE_S, sample_rate_hz=RATE_HZ))


@cache
def library() -> Library:
    """The library; nobody changes it."""
    made = Library.open("memory:")
    for piece in pieces()[:2]:
        metadata = Metadata(piece.title, piece.artist, isrc=f"AA0000000{len(piece.title):03}")
        made.add_recording(piece.samples, sample_rate=RATE_HZ, metadata=metadata)
    return made


def sound(number: int, start_s: float, end_s: float) -> NDArray[np.float32]:
    """Part of a piece."""
    samples = pieces()[number].samples
    return samples[round(start_s * RATE_HZ) : round(end_s * RATE_HZ)].astype(np.float32)


def silence(seconds: float) -> NDArray[np.float32]:
    """Nothing."""
    return np.zeros(round(seconds * RATE_HZ), np.float32)


def said(recognizer: Recognizer, *parts: NDArray[np.float32], piece_s: float = 0.4) -> list[Update]:
    """What a recogniser says to sound that comes in pieces."""
    samples, step = np.concatenate(parts), round(piece_s * RATE_HZ)
    updates = []
    for first in range(0, len(samples), step):
        updates += recognizer.feed(samples[first : first + step], RATE_HZ)
    return updates


def titles(updates: Iterable[Update]) -> list[str]:
    """The tracks of updates."""
    return [update.match.track.metadata.title for update in updates if update.match]


def match(title: str = "Blue Kite") -> Match:
    """A made-up match."""
    metadata = Metadata(title, "Band", "Album", isrc="GBAYE0601498", external_id="x7")
    track = Track(1, "track-1", metadata, Source(b"", b"", b""), 200.0, "", 1, b"")
    numbers = {"clip_start_s": 5.0, "clip_end_s": 65.0, "track_start_s": 1.0, "track_end_s": 61.0}
    return Match(Relation.BEST, track, 0.999, 20.0, -4.0, (), coverage=1.0, **numbers)


def moment(second: int, minute: int = 0) -> datetime:
    """A moment of the last day of January 2026."""
    return datetime(2026, 1, 31, 12, minute, second, tzinfo=UTC)


def event(kind: EventKind = EventKind.TRACK_STARTED, **changes: object) -> Event:
    """A made-up event."""
    values: dict[str, object] = {
        "id": "event-1",
        "kind": kind,
        "station": "Rock",
        "at": moment(5),
        "told_at": moment(8),
        "position_s": 5.0,
        "play_id": "event-1",
        "match": match(),
    }
    return Event(**{**values, **changes})  # type: ignore[arg-type]


def ended() -> Event:
    """The end of the play that `event` begins."""
    return event(EventKind.TRACK_ENDED, id="event-2", at=moment(5, 1), started_at=moment(5))


def until(happened: object, patience_s: float = 20.0) -> bool:
    """Wait until a function of no arguments says that something has happened."""
    end = time.monotonic() + patience_s
    while time.monotonic() < end:
        if happened():  # type: ignore[operator]
            return True
        time.sleep(0.02)
    return False
