"""What a monitor tells of its stations: frozen records, in UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from earmark.types import Match


class EventKind(StrEnum):
    """What happened at a station."""

    CONNECTED = "connected"
    DISCONNECTED = "disconnected"
    """It is tried again; `text` says why it broke off."""
    FINISHED = "finished"
    """It has come to its end."""
    FAILED = "failed"
    """It cannot be listened to, and is not tried again; `text` says why."""
    TROUBLE = "trouble"
    """Something is wrong here, with the library perhaps; `text` says what. Listening goes on."""
    TITLE = "title"
    """The station itself says what it plays; `text` is what it says."""
    TRACK_STARTED = "track_started"
    TRACK_ENDED = "track_ended"
    UNKNOWN = "unknown"
    """Something plays that is no track of the library, as far as can be told."""
    SILENCE_STARTED = "silence_started"
    SILENCE_ENDED = "silence_ended"


@dataclass(frozen=True, slots=True)
class Pulse:
    """A sign that a track plays on: no event, but kept for whoever comes after a crash."""

    play_id: str
    until: datetime
    """The last moment, in UTC, at which it was heard."""
    track_s: float
    """Where in the track that is."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened at a station. All times are in UTC."""

    id: str
    """Unique; ids sort by the time at which they were told."""
    kind: EventKind
    station: str
    at: datetime
    """When it happened: of an ended track, when it ended."""
    told_at: datetime
    """When it was told."""
    position_s: float
    """The same as `at`, in seconds since the station was first heard."""
    play_id: str | None = None
    """The same for the start and the end of one play of a track."""
    started_at: datetime | None = None
    """When the track, or the silence, began."""
    match: Match | None = None
    """The track, with its places: the station, since it was first heard, is the clip."""
    text: str | None = None

    @property
    def latency_s(self) -> float:
        """Seconds from what happened to this event."""
        return (self.told_at - self.at).total_seconds()
