"""Which stretches of one recording lie in another: constellation against constellation.

A *line* says where one recording lies in the other, and how fast. Along it the peaks of the one are
looked for in the other, block by block of a second. The same is done beside the line, which tells
what chance gives on just this music. Stretches that agree better than by chance become spans, by
two thresholds: one that the best of a span has to reach, and one that all of it has to keep.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from earmark.matching.lines import FIT_REACH_FRAMES, Lead, Line, fitted, own_ends, paired
from earmark.units import seconds_to_frames

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from earmark.axis import FrequencyAxis
    from earmark.types import Constellation

BLOCK_S = 1.0
"""Peaks are counted in blocks of this length."""

SMOOTHED_BLOCKS = 5
"""So many blocks together say how well one agrees: about 160 peaks."""

SURE, FAIR = 0.30, 0.15
"""Agreement that the best block of a span has, and that all of its blocks have; docs/duplicates.md
says what true and false pairs have."""

SHORTEST_SPAN_S = 5.0
"""A span that is shorter may be a shared sound, a count-in or chance."""

TIME_REACH_FRAMES = 1.0
"""How far a peak may lie from where a fitted line leads: another cut into frames moves it so."""

SHIFTS_FRAMES = (-211, -131, -71, -37, 23, 53, 97, 173)
"""Where chance is measured: off any common beat, near enough to be the same music."""

NEAR_S = 10.0
"""How far from its votes a rung is right enough to tell whether anything can come of it."""

TELLING_PEAKS = 20
"""With fewer peaks around, a block does not make sure of anything."""

SAME_LINE_FRAMES, SAME_SPEED = 12, 0.01
"""Leads so near to another one, in frames and as a part of the speed, say the same."""

MOST_LINES = 12
"""Of two recordings, so many lines are looked at: an edit has few cuts, a loop many places."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch that two recordings share; times in steps."""

    line: Line
    begin: float
    end: float
    """Of the one; `line.at` has the other's."""
    agreement: float
    """The part of the one's peaks that the other has there, beyond chance; 0 to 1."""


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """How well two recordings agree along a line; arrays of shape (blocks,), block by block."""

    expected: NDArray[np.float64]
    """Peaks of the one whose place lies within the other."""
    found: NDArray[np.float64]
    """Those of them that the other has."""
    chance: NDArray[np.float64]
    """The part that it has by chance, around each block."""

    def agreement(self, blocks: slice) -> float:
        """Return how much of some blocks agrees beyond chance; 0 to 1."""
        found, expected = self.found[blocks].sum(), self.expected[blocks].sum()
        by_chance = (self.chance[blocks] * self.expected[blocks]).sum()
        return float(max(0.0, (found - by_chance) / max(1.0, expected - by_chance)))


def block_steps(axis: FrequencyAxis) -> int:
    """Return the length of a block in steps."""
    return round(seconds_to_frames(BLOCK_S, axis.params)) * axis.params.steps


def blocks_of(recording: Constellation, axis: FrequencyAxis) -> int:
    """Return how many blocks a recording has."""
    return int(recording.time[-1]) // block_steps(axis) + 1 if len(recording) else 0


def sounding(recording: Constellation) -> int:
    """Return the steps from a recording's first peak to its last: silence around it is no music."""
    return int(recording.time[-1] - recording.time[0])


def shared(
    one: Constellation, other: Constellation, leads: Iterable[Lead], axis: FrequencyAxis
) -> list[Span]:
    """Return what one recording shares with another, in the order of time.

    No moment of either is in two spans: the earlier lead has it.

    Args:
        one: a recording.
        other: a recording in which parts of it may lie.
        leads: where, likeliest first.
        axis: of both.
    """
    found: list[Span] = []
    tried: list[Lead] = []
    for lead in leads:
        if len(tried) == MOST_LINES:
            break
        if _is_known(lead, [*tried, *(Lead(span.line, lead.around) for span in found)], axis):
            continue
        if not _has_room(one, other, found, lead.line, axis):
            continue
        tried.append(lead)
        if not is_promising(one, other, lead, axis):
            continue
        line = fitted(one, other, lead, axis)
        along = profile(one, other, line, axis)
        first, last = own_ends(one, other, line)
        found += [
            replace(span, begin=max(span.begin, first), end=min(span.end, last))
            for span in spans(along, line, _taken(one, found, line, axis), axis)
        ]
    return sorted(found, key=lambda span: span.begin)


def is_promising(one: Constellation, other: Constellation, lead: Lead, axis: FrequencyAxis) -> bool:
    """Tell at little cost whether anything can come of a lead: chance is not taken off."""
    near = seconds_to_frames(NEAR_S, axis.params) * axis.params.steps
    if lead.line.speed != 1.0:  # a rung is right near its votes only
        part = slice(*np.searchsorted(one.time, [lead.around - near, lead.around + near]))
    else:
        part = slice(*np.searchsorted(one.time, own_ends(one, other, lead.line)))
    time, partner = paired(one, other, lead.line, part, FIT_REACH_FRAMES, axis)
    if not len(time):
        return False
    block = (time - time[0]) // block_steps(axis)
    blocks = int(block[-1]) + 1
    expected, found = (_around(_counts(part, blocks)) for part in (block, block[partner >= 0]))
    enough = expected >= TELLING_PEAKS
    return bool((found[enough] >= SURE * expected[enough]).any())


def profile(one: Constellation, other: Constellation, line: Line, axis: FrequencyAxis) -> Profile:
    """Count agreeing peaks along a line, and beside it."""
    size, blocks = block_steps(axis), blocks_of(one, axis)

    def counted(shift_frames: int) -> NDArray[np.float64]:
        """Return expected and found peaks of each block on a shifted line, shape (2, blocks)."""
        shifted = Line(line.offset + shift_frames * axis.params.steps, line.speed)
        inside = slice(*np.searchsorted(one.time, own_ends(one, other, shifted)))
        time, partner = paired(one, other, shifted, inside, TIME_REACH_FRAMES, axis)
        return np.stack([_counts(part // size, blocks) for part in (time, time[partner >= 0])])

    expected, found = counted(0)
    beside = np.sum([counted(shift) for shift in SHIFTS_FRAMES], axis=0)
    chance = _around(beside[1]) / np.maximum(_around(beside[0]), 1)
    return Profile(expected, found, np.minimum(chance, 1.0))


def spans(along: Profile, line: Line, taken: NDArray[np.bool_], axis: FrequencyAxis) -> list[Span]:
    """Return the stretches that agree, in the order of time.

    Args:
        along: how well the recordings agree along the line.
        line: where they do.
        taken: shape (blocks,): blocks that other lines explain already.
        axis: of both.
    """
    expected = np.where(taken, 0.0, along.expected)
    hit = np.where(taken, 0.0, along.found)
    by_chance = along.chance * expected
    level = _beyond(_around(hit), _around(expected), _around(by_chance))
    alone = _beyond(hit, expected, by_chance)
    sure = (level >= SURE) & (_around(expected) >= TELLING_PEAKS)
    least, size = round(SHORTEST_SPAN_S / BLOCK_S), block_steps(axis)
    found = []
    for begin, end in _runs((level >= FAIR) & ~taken, sure, (alone >= FAIR) & (expected > 0)):
        if end - begin >= least:
            share = along.agreement(slice(begin, end))
            found.append(Span(line, float(begin * size), float(end * size), share))
    return found


def covered(one: Constellation, ranges: Sequence[tuple[float, float]]) -> float:
    """Return which part of a recording's peaks lies within any of some ranges of steps; 0 to 1."""
    inside = np.zeros(len(one), np.bool_)
    for begin, end in ranges:
        inside[slice(*np.searchsorted(one.time, [begin, end]))] = True
    return float(inside.mean()) if len(one) else 0.0


def _beyond(
    found: NDArray[np.float64], expected: NDArray[np.float64], by_chance: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the part of what chance leaves that was found; arrays of shape (blocks,)."""
    share: NDArray[np.float64] = (found - by_chance) / np.maximum(1.0, expected - by_chance)
    return share


def _runs(
    fair: NDArray[np.bool_], sure: NDArray[np.bool_], alone: NDArray[np.bool_]
) -> Iterator[tuple[int, int]]:
    """Yield (begin, end) of runs of fair blocks with a sure one among them.

    Smoothing makes a run longer than what agrees: its ends go to blocks that agree alone.
    """
    edges = np.diff(np.concatenate([[0], fair, [0]]).astype(np.int8))
    for begin, end in zip(np.flatnonzero(edges == 1), np.flatnonzero(edges == -1), strict=True):
        inner = np.flatnonzero(alone[begin:end])
        if sure[begin:end].any() and len(inner):
            yield int(begin + inner[0]), int(begin + inner[-1] + 1)


def _around(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the sums of each block and its neighbours."""
    half = SMOOTHED_BLOCKS // 2
    sums = np.cumsum(np.concatenate([np.zeros(half + 1), values, np.zeros(half)]))
    around: NDArray[np.float64] = sums[SMOOTHED_BLOCKS:] - sums[:-SMOOTHED_BLOCKS]
    return around


def _counts(numbers: NDArray[np.integer], blocks: int) -> NDArray[np.float64]:
    """Count how often each block is named."""
    return np.bincount(numbers, minlength=blocks).astype(np.float64)


def _is_known(lead: Lead, others: Iterable[Lead], axis: FrequencyAxis) -> bool:
    """Tell whether another lead or span says the same about the place of this one."""
    near = SAME_LINE_FRAMES * axis.params.steps
    at = lead.line.at(lead.around)
    return any(
        abs(other.line.at(lead.around) - at) <= near
        and abs(other.line.speed / lead.line.speed - 1) <= SAME_SPEED
        for other in others
    )


def _has_room(
    one: Constellation, other: Constellation, found: Sequence[Span], line: Line, axis: FrequencyAxis
) -> bool:
    """Tell whether other spans leave room for one on a line: none beside a whole copy's."""
    size = block_steps(axis)
    first, last = (max(0, round(end / size)) for end in own_ends(one, other, line))
    free = ~_taken(one, found, line, axis)[first:last]
    return int(free.sum()) >= round(SHORTEST_SPAN_S / BLOCK_S)


def _taken(
    one: Constellation, found: Iterable[Span], line: Line, axis: FrequencyAxis
) -> NDArray[np.bool_]:
    """Return which blocks of the one other spans have, or lie along the line where they are."""
    taken = np.zeros(blocks_of(one, axis), np.bool_)
    size = block_steps(axis)
    for span in found:
        theirs = [span.line.at(span.begin), span.line.at(span.end)]
        for begin, end in ((span.begin, span.end), [line.back(at) for at in theirs]):
            taken[max(0, round(begin / size)) : max(0, round(end / size))] = True
    return taken
