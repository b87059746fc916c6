"""Runs to spans: which of them are heard on their own account, from where to where.

The same sound may be seen as several runs: versions of a recording, repeats within a track, a track
that shares a loop with another. The run that windows say most for is believed first, and the peaks
that it explains speak for no other. What is left of the others must still be beyond doubt.

Only runs that overlap have a say in one another. So a run is decided on as soon as it has ended, no
run can begin beside it any more, and those beside it for which more is said are decided on. What
was kept of it is then let go: how much is kept does not grow with the recording.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from earmark.scanning.edges import coverage, stretch, weights
from earmark.scanning.following import Witnesses, joined

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from earmark.matching.course import Course
    from earmark.scanning.runs import Run, Sight

LEAST_SPAN_S = 1.0
"""A shorter one is not told."""

MOST_WAITING = 64
"""Runs that wait for one another, beyond which they are decided on as they stand: so many in a row
that overlap, each with more said for it than for the one before, are no music."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A track heard from one moment of a recording to another."""

    key: int
    begin_s: float
    end_s: float
    track_begin_s: float
    track_end_s: float
    tempo: float
    pitch: float
    coverage: float
    score: float


@dataclass(frozen=True, slots=True, eq=False)
class _Ended:
    """A run that has ended."""

    key: int
    score: float
    sights: Sequence[Sight]
    witnesses: Witnesses
    """All of them; at least one."""

    @property
    def begin_s(self) -> float:
        return float(self.witnesses.at_s[0])

    @property
    def end_s(self) -> float:
        return float(self.witnesses.at_s[-1])

    def overlaps(self, other: _Ended | Heard) -> bool:
        return self.begin_s <= other.end_s and other.begin_s <= self.end_s


class Sorter:
    """Takes the runs of a recording as they end, and finds the spans."""

    def __init__(self, threshold: float) -> None:
        """Begin a recording; a run is believed from this score on."""
        self._threshold = threshold
        self._waiting: list[_Ended] = []
        self._explained: list[tuple[Heard, NDArray[np.int64]]] = []
        """Spans that others may overlap, and the recording's peaks that each explains."""
        self._spans: list[Heard] = []

    @property
    def kept(self) -> int:
        """How many peaks are kept, of runs that wait and of spans that others may overlap."""
        waiting = sum(len(one.witnesses.at_s) for one in self._waiting)
        return waiting + sum(len(partners) for _, partners in self._explained)

    def add(self, run: Run) -> None:
        """Take a run that has ended."""
        witnesses = joined([run.hops[number] for number in sorted(run.hops)])
        if run.score >= self._threshold and len(witnesses.at_s):
            self._waiting.append(_Ended(run.key, run.score, run.sights, witnesses))

    def settle(self, active: Iterable[Run], horizon_s: float, own: float) -> None:
        """Decide on the runs in which no other can have a say any more.

        Args:
            active: runs that go on.
            horizon_s: what is not known yet of the recording's tracks is heard from here on.
            own: nats of its own peaks from which a run is not explained by others.
        """
        open_s = min((run.begin_s for run in active), default=horizon_s)
        open_s = min(open_s, horizon_s)
        upto_s = np.inf if len(self._waiting) > MOST_WAITING else open_s
        undecided: list[_Ended] = []
        for one in sorted(self._waiting, key=_likeliest_first):
            if one.end_s >= upto_s or any(map(one.overlaps, undecided)):
                undecided.append(one)
            else:
                self._decide(one, own)
        self._waiting = undecided
        open_s = min([open_s, *(one.begin_s for one in undecided)])
        self._explained = [one for one in self._explained if one[0].end_s >= open_s]

    def spans(self) -> list[Heard]:
        """Return what was decided to be heard, in time order."""
        return sorted(self._spans, key=lambda span: (span.begin_s, span.track_begin_s, span.key))

    def _decide(self, one: _Ended, own: float) -> None:
        found = _span(one, _unclaimed(one, self._explained), own)
        if found is not None:
            self._explained.append(found)
            self._spans.append(found[0])


def _likeliest_first(run: _Ended) -> tuple[float, float, int]:
    """Of repeats that are equal, the first in the track."""
    return -run.score, run.sights[0].course.track_s, run.key


def _span(run: _Ended, witnesses: Witnesses, own: float) -> tuple[Heard, NDArray[np.int64]] | None:
    """Return the span of a run, and the recording's peaks that it explains."""
    at_s = witnesses.at_s
    sights = [sight for sight in run.sights if _is_heard(sight, witnesses)]
    if not sights:
        return None
    first_s, last_s = _middle(sights[0]), _middle(sights[-1])
    said = weights(witnesses, (at_s >= first_s) & (at_s <= last_s))
    begin_s, end_s = stretch(at_s, said, first_s, last_s)
    inside = (at_s >= begin_s) & (at_s <= end_s)
    if said[inside].sum() < own or end_s - begin_s < LEAST_SPAN_S:
        return None
    begin, end = _course_at(sights, begin_s), _course_at(sights, end_s)
    tempo = (end.track_at(end_s) - begin.track_at(begin_s)) / (end_s - begin_s)
    span = Heard(
        run.key,
        begin_s,
        end_s,
        begin.track_at(begin_s),
        end.track_at(end_s),
        tempo,
        float(np.median([sight.course.pitch for sight in sights])),
        coverage(at_s[inside], said[inside], begin_s, end_s),
        run.score,
    )
    partners = witnesses.partner[inside]
    return span, partners[partners >= 0]


def _unclaimed(run: _Ended, found: Iterable[tuple[Heard, NDArray[np.int64]]]) -> Witnesses:
    """Leave out peaks that others explain: they speak neither for nor against.

    And all peaks while the track itself is heard elsewhere in it: that is a repeat.
    """
    witnesses, at_s = run.witnesses, run.witnesses.at_s
    near = [(span, partners) for span, partners in found if run.overlaps(span)]
    claimed = np.concatenate([np.empty(0, np.int64), *(partners for _, partners in near)])
    free = ~np.isin(witnesses.partner, claimed)
    for span, _ in near:
        if span.key == run.key:
            free &= (at_s < span.begin_s) | (at_s > span.end_s)
    return Witnesses(at_s[free], witnesses.partner[free], witnesses.chance[free])


def _is_heard(sight: Sight, witnesses: Witnesses) -> bool:
    """Tell whether a window's own peaks speak for the track, without those that others explain."""
    within = (witnesses.at_s >= sight.begin_s) & (witnesses.at_s <= sight.end_s)
    heard = witnesses.partner[within] >= 0
    return bool(heard.sum() > max(3.0, 2 * witnesses.chance[within].sum()))


def _middle(sight: Sight) -> float:
    return (sight.begin_s + sight.end_s) / 2


def _course_at(sights: Sequence[Sight], at_s: float) -> Course:
    """Return the course as the window nearest to a moment has it."""
    return min(sights, key=lambda sight: abs(_middle(sight) - at_s)).course
