"""What listening may take of a processor beyond glances, in fair turns for all who share it.

A glance is cheap and names most music. What goes beyond it, a search or the ladder, costs ten or a
hundred times as much, and finds nothing in most sound that is unknown. So all streams of a process
share a bucket of seconds of work for searches, and one for ladders. A stream asks for a turn
whenever it could use one, and does without if it is not its turn.

New sound goes before sound that has been unknown for long; among equals the stream goes first that
has waited longest. Nobody is kept waiting for a stream that asks no more.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

FORGOTTEN_S = 5.0
"""A stream that has not asked for so long has ended, knows what plays, or is silent."""

FIRST_GUESS_S = 0.1
"""What a turn is thought to cost before any was taken."""

LEARNING = 0.1
"""How much a turn counts for what the next is thought to cost."""

SEARCH_SHARE = 0.4
"""Of one processor, for the searches of all streams of a process; docs/live.md."""

LADDER_SHARE = 0.1
"""Of one processor, for their ladders."""


class Quota:
    """A bucket of seconds of work that fills with time; safe for threads."""

    def __init__(
        self,
        share: float,
        most_s: float = 5.0,
        clock: Callable[[], float] = time.monotonic,
        at_once: int = 1,
    ) -> None:
        """Begin full.

        Args:
            share: seconds of work that are allowed per second.
            most_s: how much can be saved up.
            clock: tells the time in seconds.
            at_once: turns that may be under way at the same time.
        """
        self._share = share
        self._most_s = self._left_s = most_s
        self._clock = clock
        self._filled = clock()
        self._free = at_once
        self._usual_s = FIRST_GUESS_S
        self._waiting: set[Place] = set()
        self._guard = threading.Lock()

    def place(self) -> Place:
        """Return a place in the queue, for one stream."""
        return Place(self, self._clock())

    def spend(self, seconds: float) -> None:
        """Take off what was worked; it may be more than is left, and is paid for later."""
        with self._guard:
            self._fill(self._clock())
            self._left_s -= seconds

    def begin(self, place: Place, *, is_new: bool) -> bool:
        """Tell whether it is this stream's turn; see `Place.begin`."""
        with self._guard:
            now = self._clock()
            self._fill(now)
            place.asked_at, place.is_new = now, is_new
            # so much must be left for those who go before, when they ask next
            before_s = self._usual_s * self._ahead_of(place, now)
            if not self._free or self._left_s <= before_s:
                self._waiting.add(place)
                return False
            self._waiting.discard(place)
            self._free -= 1
            place.since = now
            return True

    def end(self, worked_s: float) -> None:
        """Note that a turn is over, and what was worked."""
        self.spend(worked_s)
        with self._guard:
            self._free += 1
            self._usual_s += LEARNING * (worked_s - self._usual_s)

    def _fill(self, now: float) -> None:
        gained = (now - self._filled) * self._share
        self._filled, self._left_s = now, min(self._most_s, self._left_s + gained)

    def _ahead_of(self, place: Place, now: float) -> int:
        """Return how many streams wait that go before this one."""
        self._waiting = {one for one in self._waiting if one.asked_at >= now - FORGOTTEN_S}
        return sum(one.rank < place.rank for one in self._waiting)


@dataclass(slots=True, eq=False)
class Place:
    """What one stream has in a quota."""

    quota: Quota
    since: float
    """When it had its last turn, or came."""
    asked_at: float = field(default=-math.inf, init=False)
    is_new: bool = field(default=True, init=False)

    @property
    def rank(self) -> tuple[bool, float]:
        """The lowest goes first."""
        return not self.is_new, self.since

    def begin(self, *, is_new: bool = True) -> bool:
        """Tell whether it is this stream's turn; if so, `end` must follow.

        Args:
            is_new: whether the turn is for sound that was not heard before.
        """
        return self.quota.begin(self, is_new=is_new)

    def end(self, worked_s: float) -> None:
        """Note that the turn is over, and what was worked."""
        self.quota.end(worked_s)


@dataclass(frozen=True, slots=True)
class Quotas:
    """What all streams of a process may do beyond glances."""

    searches: Quota = field(default_factory=lambda: Quota(SEARCH_SHARE))
    ladders: Quota = field(default_factory=lambda: Quota(LADDER_SHARE))
