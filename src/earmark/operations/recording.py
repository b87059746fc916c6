"""From events to plays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from earmark.live.events import Event, EventKind
from earmark.operations.base import Play

if TYPE_CHECKING:
    from earmark.operations.base import Operations
    from earmark.types import Match

DROP_EVERY = timedelta(hours=1)


class PlayWriter:
    """Writes the plays that events tell of into a store, and has it forget old ones."""

    def __init__(
        self, operations: Operations, keep: timedelta | None, now: Callable[[], datetime]
    ) -> None:
        """Begin to write.

        Args:
            operations: the store.
            keep: how long a play is kept; for good unless given.
            now: tells the time.
        """
        self._operations = operations
        self._keep = keep
        self._now = now
        self._dropped: datetime | None = None

    def __call__(self, event: Event) -> None:
        """Take note of an event.

        Raises:
            OperationsError: the store cannot be written.
        """
        play = play_of(event)
        if play is not None:
            self._operations.write(play)
        self._drop_old()

    def _drop_old(self) -> None:
        """Forget what is too old, once an hour."""
        if self._keep is None:
            return
        now = self._now()
        if self._dropped is None or now - self._dropped >= DROP_EVERY:
            self._dropped = now
            self._operations.drop_before(now - self._keep)


def play_of(event: Event) -> Play | None:
    """Return the play that an event tells of: of a start, one that has not ended yet."""
    match, play_id = event.match, event.play_id
    if match is None or play_id is None:
        return None
    if event.kind is EventKind.TRACK_STARTED:
        return _play(event, match, play_id, event.at)
    if event.kind is not EventKind.TRACK_ENDED or event.started_at is None:
        return None
    begun = _play(event, match, play_id, event.started_at)
    return replace(begun, ended_at=event.at, track_end_s=match.track_end_s)


def _play(event: Event, match: Match, play_id: str, started_at: datetime) -> Play:
    metadata = match.track.metadata
    return Play(
        id=play_id,
        station=event.station,
        started_at=started_at,
        ended_at=None,
        track_id=match.track.id,
        title=metadata.title,
        artist=metadata.artist,
        album=metadata.album,
        isrc=metadata.isrc,
        external_id=metadata.external_id,
        track_start_s=match.track_start_s,
        track_end_s=None,
        confidence=match.confidence,
        speed=match.speed,
    )
