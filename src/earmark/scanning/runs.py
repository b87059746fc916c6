"""Windows that saw a track run on, joined."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import takewhile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from earmark.matching.course import Course
    from earmark.scanning.following import Witnesses
    from earmark.types import Constellations

WINDOW_HOPS = 2
"""Hops that a window is long: windows whose numbers differ by as much are independent."""

SAME_PLACE_S = 0.25
"""Places nearer than this are one; a track that jumps by less is not told to."""


@dataclass(frozen=True, slots=True)
class Sight:
    """A window in which a track was found."""

    number: int
    """Of the window, and of its first hop."""
    course: Course
    begin_s: float
    """The part of the recording that agreed, like the next."""
    end_s: float
    score: float
    """In nats."""


@dataclass(slots=True)
class Run:
    """A track that runs on from window to window."""

    key: int
    """Of the track."""
    track: Constellations
    """Its constellation."""
    sights: list[Sight] = field(default_factory=list)
    """By time."""
    hops: dict[int, Witnesses] = field(default_factory=dict)
    """What was asked along it, by the number of the hop."""
    score: float = 0.0
    """The most that windows apart from each other say together, in nats: those that overlap would
    say the same thing twice."""
    _latest: deque[tuple[int, float]] = field(default_factory=deque)
    """The last windows, and the most that is said up to each; like the next, for `score`."""
    _before: float = 0.0

    def add(self, sight: Sight) -> None:
        """Note another window."""
        self.sights.append(sight)
        while self._latest and sight.number - self._latest[0][0] >= WINDOW_HOPS:
            self._before = max(self._before, self._latest.popleft()[1])
        said = self._before + sight.score
        self._latest.append((sight.number, said))
        self.score = max(self.score, said)

    @property
    def course(self) -> Course:
        """Where it runs, as the latest window has it."""
        return self.sights[-1].course

    @property
    def begin_s(self) -> float:
        """When the first of its peaks should be heard; infinite if none was asked for yet."""
        first = (hop.at_s[0] for hop in self.hops.values() if len(hop.at_s))
        return float(min(first, default=math.inf))

    def sights_from(self, number: int) -> Iterator[Sight]:
        """Yield the windows from one on, the latest first."""
        return takewhile(lambda sight: sight.number >= number, reversed(self.sights))

    def runs_through(self, key: int, course: Course) -> bool:
        """Tell whether a track found in a window is this one, running on."""
        apart_s = abs(self.course.track_at(course.at_s) - course.track_s)
        return key == self.key and apart_s <= SAME_PLACE_S
