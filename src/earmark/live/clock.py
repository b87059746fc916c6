"""When, by the clock on the wall, did a moment of a stream sound?

A live stream's sound arrives as it is sent, or later: servers send what they have buffered at once,
networks hold it up. So what has come with the least delay tells how the stream's own time and the
wall's belong together; the delays of a connection's last minutes are looked at, as clocks drift.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import datetime

from earmark.units import posix_to_utc

MINUTES_S = 300.0
"""The least delay of this time, and of as long before, is believed."""

MOST_AHEAD_S = 60.0
"""What comes further ahead of its time than this is not live, but a recording that is sent as fast
as it goes: its own time is told."""

CONNECTIONS = 8
"""Connections that are remembered: what is told of a moment, is told soon."""


@dataclass(slots=True)
class _Stretch:
    """One connection."""

    begin_s: float
    """In seconds of the stream."""
    since: float
    """POSIX time at which the present minutes began."""
    now: float
    """POSIX time less stream time, of the least delayed sound of these minutes."""
    before: float
    """The same, of the minutes before."""
    earliest: float
    """It is not believed to be less."""

    @property
    def zero(self) -> float:
        """POSIX time of the stream's own 0."""
        return min(self.now, self.before)


class StreamClock:
    """Tells the time in UTC of moments of one stream."""

    def __init__(self, *, is_live: bool) -> None:
        """Begin; what is not live is timed by itself, from when it is said to have begun."""
        self._is_live = is_live
        self._stretches: deque[_Stretch] = deque(maxlen=CONNECTIONS)

    @property
    def has_begun(self) -> bool:
        """Whether there was a connection."""
        return bool(self._stretches)

    def begin(self, position_s: float, at: float) -> None:
        """Note that a connection begins, at this moment of the stream and this POSIX time."""
        if self._is_live or not self._stretches:
            zero = at - position_s
            self._stretches.append(_Stretch(position_s, at, zero, zero, zero - MOST_AHEAD_S))

    def note(self, position_s: float, at: float) -> None:
        """Note that sound up to this moment of the stream arrived at this POSIX time."""
        if not self._is_live or not self._stretches:
            return
        stretch = self._stretches[-1]
        zero = max(at - position_s, stretch.earliest)
        if at - stretch.since > MINUTES_S:
            stretch.earliest = stretch.zero - MOST_AHEAD_S
            stretch.since, stretch.before, stretch.now = at, stretch.now, zero
        stretch.now = min(stretch.now, zero)

    def at(self, position_s: float) -> datetime:
        """Return the time in UTC of a moment of the stream."""
        return posix_to_utc(self._stretch(position_s).zero + position_s)

    def is_unbroken(self, begin_s: float, end_s: float) -> bool:
        """Return whether both moments of the stream came by one connection."""
        return self._stretch(begin_s) is self._stretch(end_s)

    def _stretch(self, position_s: float) -> _Stretch:
        """Return the connection in which this moment came, or else the first that is known."""
        for stretch in reversed(self._stretches):
            if stretch.begin_s <= position_s:
                return stretch
        return self._stretches[0]
