"""The promise of an operations store: plays are written as they happen, and asked for later.

Laws:

1. A play is known by its id. Writing it again replaces what was known of it.
2. What was written survives a loss of power once the call has returned.
3. Every time is in UTC and keeps its milliseconds.
4. Several processes may write and read at once.
5. Until when a play was heard is noted while it plays, and forgotten when it is written again.
6. A query gives plays in the order of their beginnings, those of one moment by their ids.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from earmark.live.events import Pulse

NONE_YET = "there is none yet; `earmark monitor --operations` makes one"
"""What to say of a place where no store is."""


@dataclass(frozen=True, slots=True)
class Play:
    """One play of a track at a station. What is told of the track is as it was then."""

    id: str
    station: str
    started_at: datetime
    ended_at: datetime | None
    """None while it plays."""
    track_id: str
    title: str
    artist: str | None
    album: str | None
    isrc: str | None
    external_id: str | None
    track_start_s: float
    """Where in the track it was heard first."""
    track_end_s: float | None
    confidence: float
    speed: float | None
    """None where tempo and pitch were changed differently."""

    @property
    def duration_s(self) -> float | None:
        """How long it was heard; None while it plays."""
        if self.ended_at is None:
            return None
        return (self.ended_at - self.started_at).total_seconds()


class TotalBy(StrEnum):
    """What plays are counted by."""

    DAY = "day"
    """The day, in UTC, on which they began."""
    STATION = "station"
    TRACK = "track"
    ISRC = "isrc"
    """Those of tracks without one are counted together."""


@dataclass(frozen=True, slots=True)
class Total:
    """How often, and for how long, something was played."""

    key: str
    """The day, the station, the track's id, or the ISRC."""
    name: str
    """The same for people: of a track, its title and artist."""
    plays: int
    duration_s: float
    """Of the plays that have ended."""
    first_at: datetime
    last_at: datetime
    """When the first and the last of them began."""


@dataclass(frozen=True, slots=True)
class PlayQuery:
    """Which plays: those that fit all that is given."""

    since: datetime | None = None
    """Began at this moment or later."""
    until: datetime | None = None
    """Began before this moment."""
    station: str | None = None
    track: str | None = None
    """A track's id, or its title, in whatever case."""
    isrc: str | None = None


class Operations(Protocol):
    """A store of plays."""

    def write(self, play: Play) -> None:
        """Write a play, or what has become of it.

        Raises:
            OperationsError: it cannot be written.
        """

    def plays(self, wanted: PlayQuery) -> Iterator[Play]:
        """Yield plays, earliest first.

        Raises:
            OperationsError: the store cannot be read.
        """

    def totals(self, wanted: PlayQuery, by: TotalBy) -> Sequence[Total]:
        """Count plays: by day in order, else the longest played first.

        Raises:
            OperationsError: the store cannot be read.
        """

    def note_heard(self, pulse: Pulse) -> None:
        """Note until when a play was heard; of one that has ended, or is not there, nothing.

        Raises:
            OperationsError: it cannot be written.
        """

    def leave_open(self, stations: Sequence[str]) -> int:
        """End all plays of these stations that nobody ended, and count them.

        A monitor that was killed leaves them; one that begins says so of its own stations. They end
        where they were heard last, as far as it was noted; else where they began.
        """

    def drop_before(self, moment: datetime) -> int:
        """Forget plays that began before this moment, and return how many."""

    def close(self) -> None:
        """Let go of the store; closing twice is harmless."""
