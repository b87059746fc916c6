"""Candidates to scores: does the clip really have the peaks that the track has at this place?

The reference peaks of the matched span are looked for in the clip's dense constellation. The same
is done with the clip shifted along the track, which tells what chance gives on just this music:
tonal, sustained and repetitive pieces agree with anything more often than independent peaks would.
Where they do so at one shift more than at the others, that one says what chance is.
The score is the binomial log-likelihood ratio of the agreement against that chance, in nats, less
what peaks that sound together overstate.

A hypothesis says where the clip starts in the track, how many track seconds a clip second covers
(`tempo`), and by which factor the clip's frequencies are the track's (`pitch`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from earmark.kernels import kernel
from earmark.matching.clip import (
    CELL_STEPS,
    FINE_STEPS,
    FREQUENCY_CELLS,
    FREQUENCY_STEPS,
    MARGIN_CELLS,
    warps,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from earmark.matching.clip import Chart, Clip
    from earmark.types import Constellations

SHIFTS_FRAMES = (-211, -173, -131, -97, -71, -53, -37, -23, 23, 37, 53, 71, 97, 131, 173, 211)
"""Where chance is measured: off any common beat, near enough to be the same music."""

TELLING_SHARE = 0.3
"""A shifted span tells of chance when it has more than this part of the span's peaks."""

COUNTING_NOISE = 2.0
"""Standard deviations by which the best of the shifts may exceed their mean without meaning."""

MOST_CHANCE = 0.9
"""Chance is never believed to be higher: what always agrees still counts a little."""

MOMENT_STEPS = 8
"""Peaks of one moment (a frame, 16 ms) are no independent witnesses: beyond the first of each they
count half; docs/matching.md says why."""

MAX_REACH_STEPS = 62
"""No hypothesis is moved further: all places that are tried lie in one word of the chart."""

TRAITS = 5
"""What `decision.traits` knows of a hypothesis."""

PRIOR_FOUND, PRIOR_PEAKS = 4.0, 100.0
"""What chance is taken for before anything was counted: so many of so many peaks."""


@dataclass(frozen=True, slots=True, eq=False)
class Hypotheses:
    """What is tried; every array has shape (n,)."""

    reference: NDArray[np.int64]
    """Number of the constellation in the list that goes with it."""
    offset: NDArray[np.float64]
    """Steps of the track at which the clip starts."""
    tempo: NDArray[np.float64]
    pitch: NDArray[np.float64]

    def __len__(self) -> int:
        """Count the hypotheses."""
        return len(self.reference)

    def take(self, which: NDArray[np.int64]) -> Hypotheses:
        """Return some of them, in the given order."""
        return Hypotheses(
            self.reference[which], self.offset[which], self.tempo[which], self.pitch[which]
        )

    def joined(self, *others: Hypotheses) -> Hypotheses:
        """Return these and the others, one after the other."""
        parts = (self, *others)
        return Hypotheses(
            np.concatenate([one.reference for one in parts]),
            np.concatenate([one.offset for one in parts]),
            np.concatenate([one.tempo for one in parts]),
            np.concatenate([one.pitch for one in parts]),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What was found for each hypothesis; every array has shape (n,)."""

    hypotheses: Hypotheses
    """With the offset moved to where most peaks agree."""
    expected: NDArray[np.float64]
    """Reference peaks in the span of the clip."""
    found: NDArray[np.float64]
    """Those of them that the clip has."""
    chance: NDArray[np.float64]
    """The part that it has by chance."""
    score: NDArray[np.float64]
    """Log-likelihood ratio, in nats; 0 where the clip agrees no better than by chance."""
    loose: NDArray[np.float64]
    """The same against the mean chance of all shifts, however one of them stands out."""
    rating: NDArray[np.float64]
    """Nats; what `decision.py` makes of the traits. -inf where it was not asked."""
    traits: NDArray[np.float64]
    """Shape (n, TRAITS): what the rating is made of. NaN where it was not asked."""

    def order(self) -> NDArray[np.int64]:
        """Return the numbers of all, best rating first, then score; of equal ones the earliest."""
        return np.lexsort(
            (self.hypotheses.offset, self.hypotheses.reference, -self.score, -self.rating)
        )

    def take(self, which: NDArray[np.int64]) -> Evidence:
        """Return some of it, in the given order."""
        return Evidence(
            self.hypotheses.take(which),
            self.expected[which],
            self.found[which],
            self.chance[which],
            self.score[which],
            self.loose[which],
            self.rating[which],
            self.traits[which],
        )

    def joined(self, other: Evidence) -> Evidence:
        """Return this and the other, one after the other."""
        return joined(self, other)


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """A clip and the tracks it is compared with."""

    clip: Clip
    keys: Sequence[int]
    """Of the tracks; `Hypotheses.reference` numbers them."""
    references: Constellations
    """Their constellations."""
    threshold: float
    """Rating from which a match is believed."""
    agreement: float
    """Score from which what is left of a match is believed when others explain the rest."""


def joined(*parts: Evidence) -> Evidence:
    """Return several pieces of evidence, one after the other."""
    first, *others = [part.hypotheses for part in parts]
    return Evidence(
        first.joined(*others),
        np.concatenate([part.expected for part in parts]),
        np.concatenate([part.found for part in parts]),
        np.concatenate([part.chance for part in parts]),
        np.concatenate([part.score for part in parts]),
        np.concatenate([part.loose for part in parts]),
        np.concatenate([part.rating for part in parts]),
        np.concatenate([part.traits for part in parts]),
    )


def nothing() -> Evidence:
    """Return evidence for no hypothesis."""
    none = np.empty(0)
    nowhere = Hypotheses(np.empty(0, np.int64), none, none, none)
    return Evidence(nowhere, *(none,) * 6, np.empty((0, TRAITS)))


def examine(
    clip: Chart,
    references: Constellations,
    hypotheses: Hypotheses,
    *,
    reach_steps: int,
    shifted: bool,
) -> Evidence:
    """Count agreeing peaks under every hypothesis.

    Args:
        clip: the clip's constellation.
        references: constellations of tracks, which the hypotheses number.
        hypotheses: what to try.
        reach_steps: how far from its offset a hypothesis may be moved to agree best, at most
            MAX_REACH_STEPS.
        shifted: measure chance on shifted spans; else take the prior, which is quicker and only
            good for ranking.

    Raises:
        ValueError: the reach is too far.
    """
    if reach_steps > MAX_REACH_STEPS:
        message = f"a reach of {reach_steps} steps is further than {MAX_REACH_STEPS}"
        raise ValueError(message)
    tables, which = warps(clip.axis, hypotheses.pitch, CELL_STEPS, 0)
    rows = _examine(
        references.time,
        references.frequency,
        references.begins,
        hypotheses.reference,
        hypotheses.offset,
        hypotheses.tempo,
        tables,
        which,
        clip.length_steps,
        clip.chart,
        np.array(SHIFTS_FRAMES if shifted else (), np.int64) * clip.steps,
        reach_steps // CELL_STEPS,
    )
    offset, expected, found, moments = rows[:, :4].T.copy()
    moved = Hypotheses(hypotheses.reference, offset, hypotheses.tempo, hypotheses.pitch)
    chance = mean = np.full(len(offset), PRIOR_FOUND / PRIOR_PEAKS)
    if shifted:
        mean, chance = _chances(expected, rows[:, 4::2], rows[:, 5::2])
    score = loose = weighed(agreement(expected, found, chance), found, moments)
    if shifted:
        loose = weighed(agreement(expected, found, mean), found, moments)
    unasked = np.full((len(score), TRAITS), np.nan)
    rating = np.full(len(score), -np.inf)
    return Evidence(moved, expected, found, chance, score, loose, rating, unasked)


def _chances(
    span: NDArray[np.float64], expected: NDArray[np.float64], found: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the part of a span's peaks that the clip has by chance, in two opinions.

    The mean over all shifts; and, where one shift finds more than the mean explains (a beat, a
    held chord), what that one finds, less the noise of counting.

    Args:
        span: shape (n,), peaks in the unshifted span.
        expected: shape (n, shifts), peaks in each shifted span.
        found: shape (n, shifts), those of them that the clip has.
    """
    mean = (found.sum(axis=1) + PRIOR_FOUND) / (expected.sum(axis=1) + PRIOR_PEAKS)
    count = np.maximum(expected, 1)
    noise = COUNTING_NOISE * np.sqrt((mean * (1 - mean))[:, None] / count)
    share = np.where(expected > TELLING_SHARE * span[:, None], found / count - noise, 0)
    chance: NDArray[np.float64] = np.maximum(mean, share.max(axis=1, initial=0))
    return np.minimum(mean, MOST_CHANCE), np.minimum(chance, MOST_CHANCE)


def agreement(
    expected: NDArray[np.float64], found: NDArray[np.float64], chance: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the binomial log-likelihood ratio of `found` of `expected` against `chance`.

    In nats; 0 where no more were found than by chance. All arrays have shape (n,).
    """
    share = np.clip(found / np.maximum(expected, 1), 1e-9, 1 - 1e-9)
    ratio = share * np.log(share / chance) + (1 - share) * np.log((1 - share) / (1 - chance))
    score: NDArray[np.float64] = np.where(share > chance, expected * ratio, 0.0)
    return score


def weighed(
    agreement: NDArray[np.float64], found: NDArray[np.float64], moments: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return an agreement less what peaks of one moment overstate; arrays of shape (n,)."""
    return agreement * (1 + moments / np.maximum(found, 1)) / 2


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """The reference peaks in the span of the clip under one hypothesis; arrays of shape (n,)."""

    time: NDArray[np.int64]
    """Steps of the track."""
    frequency: NDArray[np.int64]
    """Steps of the track."""
    partner: NDArray[np.int64]
    """Number of the clip's peak that agrees, or -1."""


def pair_up(
    clip: Chart,
    references: Constellations,
    hypotheses: Hypotheses,
    which: int,
    *,
    window_steps: int = FINE_STEPS,
) -> Pairs:
    """List the reference peaks of one hypothesis, each with its nearest peak of the clip."""
    track = references.of(int(hypotheses.reference[which]))
    rows = _pair_up(
        track.time,
        track.frequency,
        hypotheses.offset[which],
        hypotheses.tempo[which],
        clip.axis.warp(float(hypotheses.pitch[which])),
        clip.length_steps,
        clip.peaks.time,
        clip.peaks.frequency,
        clip.begins,
        clip.steps,
        window_steps,
        FREQUENCY_STEPS,
    )
    return Pairs(rows[:, 0], rows[:, 1], rows[:, 2])


@kernel
def _examine(
    every_time: NDArray[np.int32],
    every_frequency: NDArray[np.uint16],
    begins: NDArray[np.int64],
    references: NDArray[np.int64],
    offsets: NDArray[np.float64],
    tempos: NDArray[np.float64],
    tables: NDArray[np.int16],
    which: NDArray[np.int64],
    length: int,
    chart: NDArray[np.uint64],
    shifts: NDArray[np.int64],
    reach: int,
) -> NDArray[np.float64]:
    """Return rows (offset, expected, found, moments, then expected and found of each shift)."""
    out = np.zeros((len(offsets), 4 + 2 * len(shifts)), np.float64)
    margin = reach * CELL_STEPS
    if len(shifts) > 0:
        margin += np.abs(shifts).max()
    for h in range(len(offsets)):
        begin, end = begins[references[h]], begins[references[h] + 1]
        track_times, offset, tempo = every_time[begin:end], offsets[h], tempos[h]
        first = np.searchsorted(track_times, offset - margin * tempo)
        last = np.searchsorted(track_times, offset + (length + margin) * tempo)
        # floor(x + 1/2): Numba's round() is slow
        times = np.floor((track_times[first:last] - offset) / tempo + 0.5).astype(np.int64)
        rows = tables[which[h]][every_frequency[begin + first : begin + last]]
        move = _best_move(times, rows, length, chart, reach) if reach > 0 else 0
        out[h, 0] = offset - move * tempo
        out[h, 1], out[h, 2], out[h, 3] = _count(times, rows, move, length, chart)
        for s in range(len(shifts)):
            expected, found, _ = _count(times, rows, move + shifts[s], length, chart)
            out[h, 4 + 2 * s], out[h, 5 + 2 * s] = expected, found
    return out


@kernel
def _best_move(
    times: NDArray[np.int64],
    rows: NDArray[np.int16],
    length: int,
    chart: NDArray[np.uint64],
    reach: int,
) -> int:
    """Return by how many steps, up to `reach` cells, the reference peaks are best moved."""
    votes = np.zeros(2 * reach + 1, np.int64)
    for i in range(len(times)):
        if times[i] < 0 or times[i] > length or rows[i] >= FREQUENCY_CELLS:
            continue
        cell = times[i] // CELL_STEPS + MARGIN_CELLS - reach
        shift = np.uint64(cell & 63)
        near = chart[rows[i], cell >> 6] >> shift
        near |= (chart[rows[i], (cell >> 6) + 1] << np.uint64(1)) << (np.uint64(63) - shift)
        if near:
            for d in range(2 * reach + 1):
                votes[d] += np.int64((near >> np.uint64(d)) & np.uint64(1))
    best, most = 0, -1
    for d in range(1, 2 * reach):
        level = votes[d - 1] + votes[d] + votes[d + 1]
        move = (d - reach) * CELL_STEPS
        if level > most or (level == most and abs(move) < abs(best)):
            best, most = move, level
    return best


@kernel
def _count(
    times: NDArray[np.int64],
    rows: NDArray[np.int16],
    move: int,
    length: int,
    chart: NDArray[np.uint64],
) -> tuple[int, int, int]:
    """Return how many peaks fall in the clip, how many it has, and in how many moments."""
    expected = found = moments = 0
    latest = -MOMENT_STEPS - 1
    for i in range(len(times)):
        at = times[i] + move
        if at < 0 or at > length:
            continue
        expected += 1
        if rows[i] >= FREQUENCY_CELLS:
            continue
        cell = at // CELL_STEPS + MARGIN_CELLS
        if (chart[rows[i], cell >> 6] >> np.uint64(cell & 63)) & np.uint64(1):
            found += 1
            if at - latest > MOMENT_STEPS:
                moments += 1
                latest = at
    return expected, found, moments


@kernel
def _pair_up(
    times: NDArray[np.int32],
    frequencies: NDArray[np.uint16],
    offset: float,
    tempo: float,
    table: NDArray[np.float64],
    length: int,
    clip_time: NDArray[np.int32],
    clip_frequency: NDArray[np.uint16],
    clip_begins: NDArray[np.int32],
    steps: int,
    window: int,
    tolerance: int,
) -> NDArray[np.int64]:
    """Return rows (time, frequency, partner) of the reference peaks in the clip's span."""
    begin = np.searchsorted(times, offset - tempo)
    end = np.searchsorted(times, offset + (length + 1) * tempo)
    out = np.empty((end - begin, 3), np.int64)
    count = 0
    frames = len(clip_begins) - 1
    for i in range(begin, end):
        at = np.int64(np.floor((times[i] - offset) / tempo + 0.5))
        if at < 0 or at > length:
            continue
        partner, nearest = -1, 1e9
        first = max(np.int64(0), (at - window) // steps)
        last = max(first, min(np.int64(frames), (at + window) // steps + 1))
        for j in range(clip_begins[first], clip_begins[last]):
            apart = abs(np.int64(clip_time[j]) - at)
            across = abs(clip_frequency[j] - table[frequencies[i]])
            if apart <= window and across <= tolerance and apart + across < nearest:
                partner, nearest = j, apart + across
        out[count, 0], out[count, 1], out[count, 2] = times[i], frequencies[i], partner
        count += 1
    return out[:count].copy()
