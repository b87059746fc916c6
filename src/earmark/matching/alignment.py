"""Where exactly, how fast and how high: hypotheses for stretched clips, and their refinement."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from earmark.matching.verification import Hypotheses, Pairs, examine, pair_up

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from earmark.matching.candidates import Candidate
    from earmark.matching.clip import Clip
    from earmark.matching.sweep import Place
    from earmark.types import Constellations

SMALL = tuple(1 + 0.0025 * k for k in (-3, -2, -1, 1, 2, 3))
MOVES = np.array(
    [(1.0, 1.0), *((k, k) for k in SMALL), *((k, 1.0) for k in SMALL), *((1.0, k) for k in SMALL)]
)
"""Factors of tempo and pitch around a hypothesis, shape (n, 2): rungs of a ladder lie no further
apart, and over ten seconds a quarter of a per cent is as much as the window of a peak forgives."""

PACES = np.array([1.0, *(1.005**k for k in range(-28, 29) if k)])
"""Factors of tempo around a hypothesis that agrees with a part of the clip only: to 15 %."""

MIN_PAIRS = 8
"""Fewer agreeing peaks do not define a line."""

FIT_REACH = 0.05
"""A fit that moves tempo or pitch by more than this part is an accident of few peaks: those that
agree lie within a few hundredths of the line that they were found with."""


def plain(
    candidates: Sequence[Candidate | Place], reference: NDArray[np.int64], steps: int
) -> Hypotheses:
    """Return the unmodified hypothesis of each candidate; `reference` numbers its constellation."""
    count = len(candidates)
    offsets = np.array([c.offset_frames * steps for c in candidates], np.float64)
    return Hypotheses(reference, offsets, np.ones(count), np.ones(count))


def plain_at(reference: int, offset_steps: float) -> Hypotheses:
    """Return the one hypothesis that the clip starts here, unmodified."""
    one = np.ones(1)
    return Hypotheses(np.array([reference]), np.array([offset_steps]), one, one)


def nearby(hypotheses: Hypotheses, clip: Clip) -> Hypotheses:
    """Return each hypothesis with slightly other tempos and pitches, `len(MOVES)` of each.

    Those of one follow one another. The middle of the clip stays where it is.
    """
    base = hypotheses.take(np.repeat(np.arange(len(hypotheses)), len(MOVES)))
    by_tempo, by_pitch = np.tile(MOVES, (len(hypotheses), 1)).T
    tempo = base.tempo * by_tempo
    offset = base.offset + clip.length_steps / 2 * (base.tempo - tempo)
    return Hypotheses(base.reference, offset, tempo, base.pitch * by_pitch)


def paced(
    clip: Clip,
    references: Constellations,
    hypotheses: Hypotheses,
    reach_steps: int,
) -> Hypotheses:
    """Give each hypothesis the tempo under which most of the clip agrees.

    What agrees already stays where it is: a stretched clip agrees with the track's own tempo for a
    second or two, and is stretched around that moment.
    """
    each, count = np.arange(len(hypotheses)), len(PACES)
    moments = [_moment(clip, pair_up(clip, references, hypotheses, i)) for i in each.tolist()]
    base = hypotheses.take(np.repeat(each, count))
    tempo = base.tempo * np.tile(PACES, len(hypotheses))
    offset = base.offset + np.repeat(moments, count) * (base.tempo - tempo)
    tried = Hypotheses(base.reference, offset, tempo, base.pitch)
    found = examine(clip, references, tried, reach_steps=reach_steps, shifted=False)
    best = found.score.reshape(-1, count).argmax(axis=1)
    return found.hypotheses.take(best + each * count)


def _moment(clip: Clip, pairs: Pairs) -> float:
    """Return around when in the clip its peaks agree, in steps; if none does, 0."""
    times = clip.peaks.time[pairs.partner[pairs.partner >= 0]]
    return float(np.median(times)) if len(times) else 0.0


def refine(
    clip: Clip,
    references: Constellations,
    hypotheses: Hypotheses,
    rounds: int = 2,
) -> Hypotheses:
    """Fit line and pitch of each hypothesis to the peaks that agree; keep what finds no fewer."""
    for _ in range(rounds):
        fitted = [
            _fit(clip, pair_up(clip, references, hypotheses, i), hypotheses, i)
            for i in range(len(hypotheses))
        ]
        hypotheses = _better(clip, references, hypotheses, _assembled(hypotheses, fitted))
    return hypotheses


def centre(
    clip: Clip,
    references: Constellations,
    hypotheses: Hypotheses,
) -> Hypotheses:
    """Move each hypothesis to the mean of the peaks that agree, its tempo and pitch as they are."""
    offsets = []
    for i in range(len(hypotheses)):
        pairs = pair_up(clip, references, hypotheses, i)
        agreeing = pairs.partner >= 0
        apart = (
            pairs.time[agreeing] - hypotheses.tempo[i] * clip.peaks.time[pairs.partner[agreeing]]
        )
        offsets.append(float(apart.mean()) if len(apart) else hypotheses.offset[i])
    moved = replace(hypotheses, offset=np.array(offsets, np.float64))
    return _better(clip, references, hypotheses, moved)


def _better(
    clip: Clip,
    references: Constellations,
    one: Hypotheses,
    other: Hypotheses,
) -> Hypotheses:
    """Return, row by row, the other hypothesis unless it finds fewer peaks than the one."""
    both = examine(clip, references, one.joined(other), reach_steps=0, shifted=False)
    before, after = np.split(both.found, 2)
    good = after >= before
    return Hypotheses(
        one.reference,
        np.where(good, other.offset, one.offset),
        np.where(good, other.tempo, one.tempo),
        np.where(good, other.pitch, one.pitch),
    )


def _assembled(hypotheses: Hypotheses, fitted: Sequence[tuple[float, float, float]]) -> Hypotheses:
    # contiguous rows: other strides would make Numba compile the kernels once more
    offset, tempo, pitch = np.array(fitted, np.float64).reshape(-1, 3).T.copy()
    return Hypotheses(hypotheses.reference, offset, tempo, pitch)


def _fit(
    clip: Clip, pairs: Pairs, hypotheses: Hypotheses, which: int
) -> tuple[float, float, float]:
    """Return (offset, tempo, pitch) by least squares over the agreeing pairs.

    What cannot be fitted, or not plausibly, stays as it is.
    """
    tempo, pitch = float(hypotheses.tempo[which]), float(hypotheses.pitch[which])
    unfitted = float(hypotheses.offset[which]), tempo, pitch
    agreeing = pairs.partner >= 0
    if agreeing.sum() < MIN_PAIRS:
        return unfitted
    partner = pairs.partner[agreeing]
    clip_time = clip.peaks.time[partner].astype(np.float64)
    track_time = pairs.time[agreeing].astype(np.float64)
    middle = clip_time.mean()
    spread = ((clip_time - middle) ** 2).sum()
    if spread == 0:
        return unfitted
    slope = float(((clip_time - middle) * (track_time - track_time.mean())).sum() / spread)
    track_hz = clip.axis.hz(pairs.frequency[agreeing])
    clip_hz = clip.axis.hz(clip.peaks.frequency[partner])
    ratio = float((clip_hz * track_hz).sum() / (track_hz**2).sum())
    if max(abs(slope / tempo - 1), abs(ratio / pitch - 1)) > FIT_REACH:
        return unfitted
    return float(track_time.mean() - slope * middle), slope, ratio
