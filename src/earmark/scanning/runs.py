"""Windows that saw a track run on, joined."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from earmark.scanning.following import Line, Witnesses

if TYPE_CHECKING:
    from earmark.types import Constellations

SAME_LINE_S = 0.25
"""Places nearer than this are one; a track that jumps by less is not told to."""


@dataclass(frozen=True, slots=True)
class Sight:
    """A window in which a track was found."""

    number: int
    """Of the window."""
    line: Line
    begin_s: float
    """The part of the recording that agreed, like the next."""
    end_s: float
    score: float
    """In nats."""


@dataclass(slots=True)
class Run:
    """A track that runs on from window to window."""

    track: Constellations
    """Its constellation."""
    sights: list[Sight] = field(default_factory=list)
    """By time."""
    line: Line = field(init=False)
    """As it was last heard."""
    hops: dict[int, Witnesses] = field(default_factory=dict)
    """What was asked along it, by the number of the hop."""
    singles: dict[int, float] = field(default_factory=dict)
    """See `score`."""
    score: float = 0.0
    """The most that windows apart from each other say together, in nats: those that overlap would
    say the same thing twice."""

    def add(self, sight: Sight, apart: int) -> None:
        """Note another window; windows are independent when their numbers are `apart`."""
        self.sights.append(sight)
        self.line = sight.line
        before = [score for number, score in self.singles.items() if sight.number - number >= apart]
        best = sight.score + max(before, default=0.0)
        self.singles[sight.number] = max(self.singles.get(sight.number, 0.0), best)
        self.score = max(self.score, best)

    def runs_through(self, line: Line) -> bool:
        """Tell whether a track found in a window is this one, running on."""
        return (
            line.key == self.line.key
            and abs(self.line.track_at(line.at_s) - line.track_s) <= SAME_LINE_S
        )

    @property
    def seen_s(self) -> float:
        """The end of the latest window's part that agreed."""
        return self.sights[-1].end_s
