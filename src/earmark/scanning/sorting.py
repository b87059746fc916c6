"""Runs to spans: which of them are heard on their own account, from where to where.

The same sound may be seen as several runs: versions of a recording, repeats within a track, a track
that shares a loop with another. The run that windows say most for is believed first, and the peaks
that it explains speak for no other. What is left of the others must still be beyond doubt.
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


def spans_of(runs: Iterable[Run], threshold: float, own: float) -> list[Heard]:
    """Return what is heard, in time order.

    Args:
        runs: all of a recording, each with its witnesses.
        threshold: score from which a run is believed.
        own: nats of its own peaks from which it is not explained by others.
    """
    found: list[tuple[Heard, NDArray[np.int64]]] = []
    for run in sorted(runs, key=_likeliest_first):
        if run.score < threshold:
            break
        witnesses = joined([run.hops[number] for number in sorted(run.hops)])
        one = _span(run, _unclaimed(run.key, witnesses, found), own)
        if one is not None:
            found.append(one)
    spans = [span for span, _ in found]
    return sorted(spans, key=lambda span: (span.begin_s, span.track_begin_s, span.key))


def _likeliest_first(run: Run) -> tuple[float, float, int]:
    """Of repeats that are equal, the first in the track."""
    return -run.score, run.sights[0].course.track_s, run.key


def _span(run: Run, witnesses: Witnesses, own: float) -> tuple[Heard, NDArray[np.int64]] | None:
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


def _unclaimed(
    key: int, witnesses: Witnesses, found: Iterable[tuple[Heard, NDArray[np.int64]]]
) -> Witnesses:
    """Leave out peaks that others explain: they speak neither for nor against.

    And all peaks while the track itself is heard elsewhere in it: that is a repeat.
    """
    at_s = witnesses.at_s
    if not len(at_s):
        return witnesses
    near = [
        (span, partners)
        for span, partners in found
        if span.begin_s <= at_s[-1] and span.end_s >= at_s[0]
    ]
    claimed = np.concatenate([np.empty(0, np.int64), *(partners for _, partners in near)])
    free = ~np.isin(witnesses.partner, claimed)
    for span, _ in near:
        if span.key == key:
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
