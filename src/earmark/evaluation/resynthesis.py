"""New songs from the bars of others: moved, stretched, thinned and mixed, in half a millisecond.

To play a song from its notes, as `imitation.py` does, takes many times as long as to fingerprint
it; a million songs need a shorter way. A *piece* is a constellation with its bars. A song walks
through the bars of one piece, mostly one after the other. What lies below some frequency is moved
down, what lies above is moved up, so that neither edge of the band is left empty; all is stretched,
shaken a little, and thinned. Where the piece is sparser than the song should be, peaks of a second
piece fill in. Of two peaks in one neighbourhood only the earlier stays, as `peaks.py` would have
it. So the spacing of peaks, the hashes of their pairs and what returns in a song stay those of the
pieces, while songs of one piece are no more alike than remixes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from earmark.axis import axis_of
from earmark.evaluation.imitation import placed
from earmark.kernels import kernel
from earmark.types import Peaks
from earmark.units import hz_to_bins, seconds_to_frames, semitones_to_pitch

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from earmark.params import PeakParams

# The numbers below were chosen by the tables of benchmarks/distractors.py, which docs/scale.md has.

MOST_SEMITONES = 5
"""By which a part of a song is moved, up or down; whole ones, so that tunings stay together."""

TUNING_CENTS = 3.0
"""Standard deviation of a song's tuning from that of its piece."""

SPLIT_HZ = (300.0, 2000.0)
"""Between which lies the border of what is moved down and what is moved up."""

STRETCH_SPREAD = 0.1
"""Standard deviation of the logarithm of a song's tempo over that of its piece."""

PEAKS_A_SECOND, DENSITY_SPREAD = 33.2, 2.5
"""How dense songs are: mean and standard deviation."""

LOOPED = 0.2
"""Part of the songs that have only a few bars of their piece."""

JUMP = 0.1
"""The chance that after a bar another follows than the next."""

THINNED = 0.04
"""Part of the peaks that a song leaves out, at the least."""

BAR_CENTS, SHAKEN_FRAMES, SHAKEN_BINS = 1.0, 0.2, 0.6
"""How far a bar is out of tune (standard deviation), and over what widths its peaks are shaken."""

LOOSEST = 2.0
"""Thinning and shaking differ from song to song: they are multiplied by a number from 0 to this."""

CROWDING = 1.3
"""Fillers for each one that is wanted: of the others the neighbourhood is taken."""


class Piece(NamedTuple):
    """A constellation with its bars; the first three arrays have shape (n,)."""

    frames: NDArray[np.float32]
    """Ascending."""
    bins: NDArray[np.float32]
    level: NDArray[np.uint8]
    begins: NDArray[np.int64]
    """Shape (bars + 1,): the number of the first peak of each bar, and the end of the last."""
    bar_frames: float


class _Plan(NamedTuple):
    """What is done to the pieces of one song."""

    length_frames: float
    low_factor: float
    """By which frequencies below the border are multiplied, but for the tuning 1 or less; the
    other is 1 or more."""
    high_factor: float
    filler_factor: float
    split_bins: float
    stretch: float
    first_bar: int
    bars: int
    loose: float
    kept: float
    """Part of the piece's peaks, and of the filler's."""
    filled: float


class _Rule(NamedTuple):
    """Where peaks may be: in which bins, and how far from one another."""

    low_bin: float
    high_bin: float
    radius_frames: float
    radius_ratio: float
    min_radius_bins: float
    max_radius_bins: float


def piece_of(peaks: Peaks, bar_s: float, params: PeakParams) -> Piece:
    """Make a piece of a constellation; of a bar that is cut short only the beginning is left out.

    Args:
        peaks: the constellation.
        bar_s: the duration of its bars.
        params: those that it was made with.
    """
    frames = (peaks.time / params.steps).astype(np.float32)
    bins = hz_to_bins(1.0, params) * axis_of(params).hz(peaks.frequency)
    bar_frames = float(seconds_to_frames(bar_s, params))
    bars = max(1, int(frames[-1] / bar_frames)) if len(frames) else 1
    begins = np.searchsorted(frames, np.arange(bars + 1) * bar_frames)
    return Piece(frames, bins.astype(np.float32), peaks.level, begins.astype(np.int64), bar_frames)


def resynthesise(
    piece: Piece, filler: Piece, duration_s: float, params: PeakParams, rng: np.random.Generator
) -> Peaks:
    """Make the constellation of a new song, as sparse as that of a reference."""
    plan = _planned(piece, filler, float(seconds_to_frames(duration_s, params)), params, rng)
    axis = axis_of(params)
    rule = _Rule(
        float(axis.centre_bins[axis.low_band]),
        float(axis.centre_bins[axis.high_band]),
        float(params.reference_radius_frames),
        params.reference_radius_ratio,
        float(params.min_radius_bins),
        float(params.max_radius_bins),
    )
    atoms = _merged(_walked(piece, plan, rng), _sprinkled(filler, plan, rng), rule)
    hz = atoms[:, 1] / np.float32(hz_to_bins(1.0, params))
    time, frequency, which = placed(atoms[:, 0], hz, params)
    return Peaks(time, frequency, atoms[which, 2].astype(np.uint8))


def _planned(
    piece: Piece, filler: Piece, length_frames: float, params: PeakParams, rng: np.random.Generator
) -> _Plan:
    tuning = rng.normal(0, TUNING_CENTS) / 100
    down, up, other = rng.integers(0, MOST_SEMITONES + 1, 3)
    stretch = float(np.exp(rng.normal(0, STRETCH_SPREAD)))
    bars = len(piece.begins) - 1
    some = 1 + int(bars * rng.random() ** 2) if rng.random() < LOOPED else bars
    loose = min(rng.exponential(), LOOSEST)
    wanted = rng.normal(PEAKS_A_SECOND, DENSITY_SPREAD) / seconds_to_frames(1.0, params)
    has = _density(piece) / stretch
    kept = min(1 - THINNED * loose, wanted / has)
    return _Plan(
        length_frames=length_frames,
        low_factor=semitones_to_pitch(tuning - down),
        high_factor=semitones_to_pitch(tuning + up),
        filler_factor=semitones_to_pitch(tuning + other - MOST_SEMITONES // 2),
        split_bins=hz_to_bins(float(np.exp(rng.uniform(*np.log(SPLIT_HZ)))), params),
        stretch=stretch,
        first_bar=int(rng.integers(bars - some + 1)),
        bars=some,
        loose=loose,
        kept=kept,
        filled=max(0.0, wanted - kept * has) * CROWDING / _density(filler),
    )


def _density(piece: Piece) -> float:
    """Return how many peaks there are in a frame; of a piece without any, something very small."""
    return max(int(piece.begins[-1]), 1e-3) / ((len(piece.begins) - 1) * piece.bar_frames)


@kernel
def _walked(piece: Piece, plan: _Plan, rng: np.random.Generator) -> NDArray[np.float32]:
    """Return rows (frame, bin, level) of a walk through the bars of a piece."""
    out = np.empty((1024, 3), np.float32)
    size = turn = 0
    start = 0.0
    while start < plan.length_frames:
        bar = plan.first_bar + turn % plan.bars
        first, last = piece.begins[bar], piece.begins[bar + 1]
        if size + 2 * (last - first) > len(out):
            out = np.concatenate((out, np.empty((len(out) + 2 * (last - first), 3), np.float32)))
        size = _bar(piece, bar, start, plan, rng, out, size)
        start += piece.bar_frames * plan.stretch
        turn = int(rng.integers(0, plan.bars)) if rng.random() < JUMP else turn + 1
    return out[:size]


@kernel
def _bar(
    piece: Piece,
    bar: int,
    start: float,
    plan: _Plan,
    rng: np.random.Generator,
    out: NDArray[np.float32],
    size: int,
) -> int:
    """Write the peaks of one bar from row `size` on; return the number of the row behind them."""
    tune = 2 ** (BAR_CENTS * plan.loose * rng.standard_normal() / 1200)
    for i in range(piece.begins[bar], piece.begins[bar + 1]):
        when = start + (piece.frames[i] - bar * piece.bar_frames) * plan.stretch
        low, high = piece.bins[i] * plan.low_factor, piece.bins[i] * plan.high_factor
        for place, there in ((low, low < plan.split_bins), (high, high >= plan.split_bins)):
            if there and when < plan.length_frames and rng.random() < plan.kept:
                out[size, 0] = max(0.0, when + _shaken(SHAKEN_FRAMES, plan, rng))
                out[size, 1] = place * tune + _shaken(SHAKEN_BINS, plan, rng)
                out[size, 2] = piece.level[i]
                size += 1
    return size


@kernel
def _shaken(width: float, plan: _Plan, rng: np.random.Generator) -> float:
    return width * plan.loose * (rng.random() - 0.5)


@kernel
def _sprinkled(filler: Piece, plan: _Plan, rng: np.random.Generator) -> NDArray[np.float32]:
    """Return rows (frame, bin, level) of some peaks of a piece, over and over, from any place."""
    out = np.empty((1024, 3), np.float32)
    if not len(filler.frames) or plan.filled <= 0:
        return out[:0]
    size, at = 0, int(rng.random() * len(filler.frames))
    start = -filler.frames[at]
    while start + filler.frames[at] < plan.length_frames:
        if rng.random() < plan.filled:
            if size == len(out):
                out = np.concatenate((out, np.empty_like(out)))
            out[size, 0] = start + filler.frames[at]
            out[size, 1] = filler.bins[at] * plan.filler_factor
            out[size, 2] = filler.level[at]
            size += 1
        at += 1
        if at == len(filler.frames):
            start += filler.frames[-1] + 1
            at = 0
    return out[:size]


@kernel
def _merged(
    first: NDArray[np.float32], second: NDArray[np.float32], rule: _Rule
) -> NDArray[np.float32]:
    """Merge rows by time; leave out what is beyond the band or in the neighbourhood of an earlier.

    At the same time those of the first come first.
    """
    out = np.empty((len(first) + len(second), 3), np.float32)
    size = oldest = i = j = 0
    while i < len(first) or j < len(second):
        if j == len(second) or (i < len(first) and first[i, 0] <= second[j, 0]):
            row = first[i]
            i += 1
        else:
            row = second[j]
            j += 1
        while oldest < size and out[oldest, 0] < row[0] - rule.radius_frames:
            oldest += 1
        inside = rule.low_bin <= row[1] < rule.high_bin
        if inside and _is_free(out[oldest:size], row[1], rule):
            out[size] = row
            size += 1
    return out[:size].copy()


@kernel
def _is_free(near: NDArray[np.float32], place: float, rule: _Rule) -> bool:
    """Tell whether none of the rows is within the height of a neighbourhood."""
    wanted = np.round(place * rule.radius_ratio)
    reach = min(max(wanted, rule.min_radius_bins), rule.max_radius_bins)
    free = True
    for k in range(len(near)):
        free = free and abs(near[k, 1] - place) > reach
    return free
