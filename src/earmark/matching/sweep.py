"""The matched filter: a track drawn past a clip, and the clip's evidence summed at every place.

For each place the evidence of the cells on which the track's peaks fall is summed, and compared
with what a wrong place would give: of each peak, the mean and the variance of the evidence in its
band. The result, in standard deviations, is the *lift* of the place. Nothing is hashed and nothing
must survive exactly, so this finds what votes cannot; it costs a pass over all of a track's peaks,
and one addition for each peak and frame of the clip.

How far a lift rises above those of other places near by, on the same music, tells the true place
from one that merely sounds alike: `Surroundings`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from earmark.kernels import kernel
from earmark.matching.clip import warps

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from earmark.matching.clip import Clip
    from earmark.matching.verification import Hypotheses
    from earmark.types import Constellations

PRIOR_VARIANCE = 8.0
"""Added to the variance of every place, so that a few lucky peaks are no wonder."""

LEAST_OVERLAP_FRAMES = 24
"""A clip that hangs over a track's edge must lie on it for so long: 0.4 s."""

PLACES_OF_A_TRACK = 4
"""Places of one track that a sweep gives at most."""

SAME_PLACE_FRAMES = 4
"""Places nearer than this are one."""

NEARBY_FRAMES = 1900
"""How far around a place its surroundings reach: 30 s to either side."""

OWN_FRAMES = 6
"""What is nearer than this to a place is the place itself."""

QUANTILES = (50, 84, 99)
"""Per cent of the surroundings that are told of."""

LOOSE_FRAMES = 1
"""A place may be so far from where it was said to be."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place of a track that a sweep found."""

    key: int
    offset_frames: int
    """Frame of the track at which the clip starts; may be negative."""
    lift: float


@dataclass(frozen=True, slots=True, eq=False)
class Surroundings:
    """The lift of places, and of all places around each; arrays of shape (n,)."""

    lift: NDArray[np.float64]
    median: NDArray[np.float64]
    upper: NDArray[np.float64]
    """The 84 % quantile: one standard deviation up, were they normally distributed."""
    top: NDArray[np.float64]
    """The 99 % quantile."""


def sweep(
    clip: Clip,
    tracks: Iterable[tuple[Sequence[int], Constellations]],
    limit: int,
    *,
    tempo: float = 1.0,
    pitch: float = 1.0,
) -> list[Place]:
    """Return the `limit` places with most lift in whole tracks, best first.

    Args:
        clip: the clip.
        tracks: keys and constellations, some at a time.
        limit: how many places are wanted.
        tempo: track seconds per clip second.
        pitch: clip frequency per track frequency.
    """
    table = np.floor(clip.axis.warp(pitch) / clip.steps + 0.5).astype(np.int64)
    places = []
    for keys, some in tracks:
        which, offsets, lifts = _swept(
            some.time,
            some.frequency,
            some.begins,
            table,
            clip.steps * tempo,
            clip.evidence,
            clip.mean,
            clip.variance,
        )
        offsets = np.round(offsets * tempo).astype(np.int64)
        found = zip(which.tolist(), offsets.tolist(), lifts.tolist(), strict=True)
        places += [Place(keys[number], offset, lift) for number, offset, lift in found]
    places.sort(key=lambda place: (-place.lift, place.key, place.offset_frames))
    return places[:limit]


def surroundings(clip: Clip, references: Constellations, hypotheses: Hypotheses) -> Surroundings:
    """Return the lift of hypotheses, and what is around them under the same tempo and pitch."""
    tables, which = warps(clip.axis, hypotheses.pitch)
    rows = _surroundings(
        references.time,
        references.frequency,
        references.begins,
        hypotheses.reference,
        hypotheses.offset,
        hypotheses.tempo,
        np.floor(tables / clip.steps + 0.5).astype(np.int64),
        which,
        clip.steps,
        clip.evidence,
        clip.mean,
        clip.variance,
    )
    return Surroundings(*rows.T.copy())


@kernel
def _swept(
    every_time: NDArray[np.int32],
    every_frequency: NDArray[np.uint16],
    begins: NDArray[np.int64],
    table: NDArray[np.int64],
    steps: float,
    evidence: NDArray[np.float32],
    mean: NDArray[np.float64],
    variance: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Return (numbers of tracks, offsets in frames of the clip, lifts) of each track's best places.

    `steps` are those of the track to a frame of the clip.
    """
    count = len(begins) - 1
    which = np.empty(count * PLACES_OF_A_TRACK, np.int64)
    offsets, lifts = np.empty_like(which), np.empty(len(which), np.float64)
    size = 0
    for number in range(count):
        times = every_time[begins[number] : begins[number + 1]]
        frequencies = every_frequency[begins[number] : begins[number + 1]]
        some, lift = _best_places(times, frequencies, table, steps, evidence, mean, variance)
        which[size : size + len(some)] = number
        offsets[size : size + len(some)] = some
        lifts[size : size + len(some)] = lift
        size += len(some)
    return which[:size], offsets[:size], lifts[:size]


@kernel
def _best_places(
    times: NDArray[np.int32],
    frequencies: NDArray[np.uint16],
    table: NDArray[np.int64],
    steps: float,
    evidence: NDArray[np.float32],
    mean: NDArray[np.float64],
    variance: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return (offsets in frames of the clip, lifts) of the best places of a track."""
    offsets = np.zeros(PLACES_OF_A_TRACK, np.int64)
    lifts = np.zeros(PLACES_OF_A_TRACK, np.float64)
    frames = evidence.shape[1]
    if len(times) == 0 or frames < LEAST_OVERLAP_FRAMES:
        return offsets[:0], lifts[:0]
    at = np.floor(times / steps + 0.5).astype(np.int64)
    first = LEAST_OVERLAP_FRAMES - 1 - at[-1]
    count = frames - LEAST_OVERLAP_FRAMES - first + 1
    if count < 1:
        return offsets[:0], lifts[:0]
    lift = _lifts(at, table[frequencies], first, count, evidence, mean, variance)
    found = 0
    while found < PLACES_OF_A_TRACK:
        best = int(np.argmax(lift))
        if lift[best] <= 0:
            break
        offsets[found], lifts[found] = -(first + best), lift[best]
        found += 1
        lift[max(0, best - SAME_PLACE_FRAMES) : best + SAME_PLACE_FRAMES + 1] = 0
    return offsets[:found], lifts[:found]


@kernel
def _surroundings(
    every_time: NDArray[np.int32],
    every_frequency: NDArray[np.uint16],
    begins: NDArray[np.int64],
    tracks: NDArray[np.int64],
    offsets: NDArray[np.float64],
    tempos: NDArray[np.float64],
    tables: NDArray[np.int64],
    which: NDArray[np.int64],
    steps: int,
    evidence: NDArray[np.float32],
    mean: NDArray[np.float64],
    variance: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return rows (lift, median, upper, top) of hypotheses."""
    out = np.zeros((len(offsets), 4), np.float64)
    frames = evidence.shape[1]
    for h in range(len(offsets)):
        first, last = begins[tracks[h]], begins[tracks[h] + 1]
        times, frequencies = every_time[first:last], every_frequency[first:last]
        reach = (NEARBY_FRAMES + frames + 1) * steps * tempos[h]
        low = np.searchsorted(times, offsets[h] - reach)
        high = np.searchsorted(times, offsets[h] + reach)
        at = np.floor((times[low:high] - offsets[h]) / (tempos[h] * steps) + 0.5).astype(np.int64)
        bands = tables[which[h]][frequencies[low:high]]
        lift = _lifts(at, bands, -NEARBY_FRAMES, 2 * NEARBY_FRAMES + 1, evidence, mean, variance)
        own = NEARBY_FRAMES
        out[h, 0] = lift[own - LOOSE_FRAMES : own + LOOSE_FRAMES + 1].max()
        others = np.concatenate((lift[: own - OWN_FRAMES], lift[own + OWN_FRAMES + 1 :]))
        half, upper, top = [len(others) * part // 100 for part in QUANTILES]
        others = np.partition(others, half)
        out[h, 1] = others[half]
        others = np.partition(others[half:], upper - half)
        out[h, 2] = others[upper - half]
        others = np.partition(others[upper - half :], top - upper)
        out[h, 3] = others[top - upper]
    return out


@kernel
def _lifts(
    at: NDArray[np.int64],
    bands: NDArray[np.int64],
    first: int,
    count: int,
    evidence: NDArray[np.float32],
    mean: NDArray[np.float64],
    variance: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return the lift of a track moved along the clip by `first`, `first + 1`, ... frames.

    Args:
        at: frames of the clip on which the peaks fall unmoved.
        bands: of the peaks.
        first: the first move.
        count: how many moves.
        evidence: see `Clip`, like the next two.
        mean: of the evidence of each band.
        variance: of the evidence of each band.
    """
    frames = evidence.shape[1]
    total = np.zeros(count, np.float32)
    expected = np.zeros(count + 1, np.float64)
    spread = np.zeros(count + 1, np.float64)
    for i in range(len(at)):
        band = bands[i]
        begin = max(0, -at[i] - first)
        end = min(count, frames - at[i] - first)
        if band < 0 or band >= evidence.shape[0] or begin >= end:
            continue
        row = evidence[band, begin + at[i] + first : end + at[i] + first]
        place = total[begin:end]
        for j in range(len(row)):
            place[j] += row[j]
        expected[begin] += mean[band]
        expected[end] -= mean[band]
        spread[begin] += variance[band]
        spread[end] -= variance[band]
    lift = np.empty(count, np.float64)
    level = wide = 0.0
    for k in range(count):
        level += expected[k]
        wide += spread[k]
        lift[k] = (total[k] - level) / np.sqrt(max(wide, 0.0) + PRIOR_VARIANCE)
    return lift
