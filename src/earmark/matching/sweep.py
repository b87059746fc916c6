"""The matched filter: a track drawn past a clip, and the clip's evidence summed at every place.

For each place the evidence of the cells on which the track's peaks fall is summed, and compared
with what a wrong place would give: of each peak, the mean and the variance of the evidence in its
band. The result, in standard deviations, is the *lift* of the place. Nothing is hashed and nothing
must survive exactly, so this finds what votes cannot; it costs a pass over all of a track's peaks,
and one addition of 16 bits for each peak and frame of the clip.

How far a lift rises above those of other places near by, on the same music, tells the true place
from one that merely sounds alike: `Surroundings`.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from earmark.kernels import kernel
from earmark.matching.clip import MARGIN_FRAMES, PARTS_PER_NAT, warps
from earmark.parallel import together

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

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

TOGETHER = 8
"""Peaks whose evidence is summed in one pass, if they lie within MARGIN_FRAMES. With four it takes
1.2 times as long, with one, in floating point, 2.3 times; with sixteen it is no faster."""

BLOCK = 256
"""Places whose greatest lift is noted, so that the best are found without looking at all again."""

SORTS = 1024
"""Parts of their range that lifts are sorted into to find their quantiles."""

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
    tracks: Iterable[tuple[Sequence[int], Callable[[], Constellations]]],
    limit: int,
    *,
    tempo: float = 1.0,
    pitch: float = 1.0,
) -> list[Place]:
    """Return the `limit` places with most lift in whole tracks, best first.

    Args:
        clip: the clip.
        tracks: keys, and what unpacks their constellations; some at a time.
        limit: how many places are wanted.
        tempo: track seconds per clip second.
        pitch: clip frequency per track frequency.
    """
    (table,), _ = warps(clip.axis, np.array([pitch]), clip.steps, -(clip.steps // 2))

    def swept(part: tuple[Sequence[int], Callable[[], Constellations]]) -> list[Place]:
        keys, some = part[0], part[1]()
        which, offsets, lifts = _swept(
            some.time,
            some.frequency,
            some.begins,
            table,
            clip.steps * tempo,
            clip.evidence,
            clip.variance,
        )
        offsets = np.round(offsets * tempo).astype(np.int64)
        found = zip(which.tolist(), offsets.tolist(), lifts.tolist(), strict=True)
        return [Place(keys[number], offset, lift) for number, offset, lift in found]

    places = list(chain.from_iterable(together(swept, list(tracks))))
    places.sort(key=lambda place: (-place.lift, place.key, place.offset_frames))
    return places[:limit]


def surroundings(clip: Clip, references: Constellations, hypotheses: Hypotheses) -> Surroundings:
    """Return the lift of hypotheses, and what is around them under the same tempo and pitch."""
    tables, which = warps(clip.axis, hypotheses.pitch, clip.steps, -(clip.steps // 2))
    rows = _surroundings(
        references.time,
        references.frequency,
        references.begins,
        hypotheses.reference,
        hypotheses.offset,
        hypotheses.tempo,
        tables,
        which,
        clip.steps,
        clip.evidence,
        clip.variance,
    )
    return Surroundings(*rows.T.copy())


@kernel
def _swept(
    every_time: NDArray[np.int32],
    every_frequency: NDArray[np.uint16],
    begins: NDArray[np.int64],
    table: NDArray[np.int16],
    steps: float,
    evidence: NDArray[np.int16],
    variance: NDArray[np.int64],
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
        some, lift = _best_places(times, frequencies, table, steps, evidence, variance)
        which[size : size + len(some)] = number
        offsets[size : size + len(some)] = some
        lifts[size : size + len(some)] = lift
        size += len(some)
    return which[:size], offsets[:size], lifts[:size]


@kernel
def _best_places(
    times: NDArray[np.int32],
    frequencies: NDArray[np.uint16],
    table: NDArray[np.int16],
    steps: float,
    evidence: NDArray[np.int16],
    variance: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return (offsets in frames of the clip, lifts) of the best places of a track."""
    frames = evidence.shape[1] - 2 * MARGIN_FRAMES
    if len(times) == 0 or frames < LEAST_OVERLAP_FRAMES:
        return np.empty(0, np.int64), np.empty(0, np.float64)
    at = np.floor(times / steps + 0.5).astype(np.int64)
    first = LEAST_OVERLAP_FRAMES - 1 - at[-1]
    count = frames - LEAST_OVERLAP_FRAMES - first + 1
    if count < 1:
        return np.empty(0, np.int64), np.empty(0, np.float64)
    moves, lifts = _highest(_lifts(at, table[frequencies], first, count, evidence, variance))
    return -(first + moves), lifts


@kernel
def _highest(lift: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return where the greatest lifts above 0 are, highest first, and how great; spoils them."""
    moves = np.zeros(PLACES_OF_A_TRACK, np.int64)
    lifts = np.zeros(PLACES_OF_A_TRACK, np.float64)
    # whole numbers with the same bits are in the same order as positive floats, and quicker
    order = lift.view(np.int32)
    tops = np.empty((len(lift) + BLOCK - 1) // BLOCK, np.int32)
    for block in range(len(tops)):
        tops[block] = _greatest(order[block * BLOCK : (block + 1) * BLOCK])
    found = 0
    while found < PLACES_OF_A_TRACK:
        block = int(np.argmax(tops))
        if tops[block] <= 0:
            break
        best = block * BLOCK + int(np.argmax(order[block * BLOCK : (block + 1) * BLOCK]))
        moves[found], lifts[found] = best, lift[best]
        found += 1
        low, high = max(0, best - SAME_PLACE_FRAMES), min(len(lift) - 1, best + SAME_PLACE_FRAMES)
        lift[low : high + 1] = 0
        for near in range(low // BLOCK, high // BLOCK + 1):
            tops[near] = _greatest(order[near * BLOCK : (near + 1) * BLOCK])
    return moves[:found], lifts[:found]


@kernel
def _greatest(values: NDArray[np.int32]) -> np.int32:
    """Return the greatest of some values, or 0 if all are below."""
    most = np.int32(0)
    for value in values:
        most = max(most, value)
    return most


@kernel
def _surroundings(
    every_time: NDArray[np.int32],
    every_frequency: NDArray[np.uint16],
    begins: NDArray[np.int64],
    tracks: NDArray[np.int64],
    offsets: NDArray[np.float64],
    tempos: NDArray[np.float64],
    tables: NDArray[np.int16],
    which: NDArray[np.int64],
    steps: int,
    evidence: NDArray[np.int16],
    variance: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Return rows (lift, median, upper, top) of hypotheses."""
    out = np.zeros((len(offsets), 4), np.float64)
    frames = evidence.shape[1] - 2 * MARGIN_FRAMES
    for h in range(len(offsets)):
        first, last = begins[tracks[h]], begins[tracks[h] + 1]
        times, frequencies = every_time[first:last], every_frequency[first:last]
        reach = (NEARBY_FRAMES + frames + 1) * steps * tempos[h]
        low = np.searchsorted(times, offsets[h] - reach)
        high = np.searchsorted(times, offsets[h] + reach)
        at = np.floor((times[low:high] - offsets[h]) / (tempos[h] * steps) + 0.5).astype(np.int64)
        bands = tables[which[h]][frequencies[low:high]]
        lift = _lifts(at, bands, -NEARBY_FRAMES, 2 * NEARBY_FRAMES + 1, evidence, variance)
        own = NEARBY_FRAMES
        out[h, 0] = lift[own - LOOSE_FRAMES : own + LOOSE_FRAMES + 1].max()
        others = np.concatenate((lift[: own - OWN_FRAMES], lift[own + OWN_FRAMES + 1 :]))
        out[h, 1:] = _quantiles(others)
    return out


@kernel
def _quantiles(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the QUANTILES of some values: they are sorted roughly, and where it matters finely."""
    low, high = values.min(), values.max()
    out = np.full(len(QUANTILES), low, np.float32)
    if not low < high:
        return out
    scale = np.float32(SORTS - 1) / (high - low)
    sort = ((values - low) * scale).astype(np.int32)
    below = np.zeros(SORTS + 1, np.int64)
    for i in range(len(sort)):
        below[sort[i] + 1] += 1
    below = np.cumsum(below)
    for k in range(len(QUANTILES)):
        rank = len(values) * QUANTILES[k] // 100
        which = np.searchsorted(below, rank, side="right") - 1
        out[k] = np.sort(values[sort == which])[rank - below[which]]
    return out


@kernel
def _lifts(
    at: NDArray[np.int64],
    bands: NDArray[np.int16],
    first: int,
    count: int,
    evidence: NDArray[np.int16],
    variance: NDArray[np.int64],
) -> NDArray[np.float32]:
    """Return the lift of a track moved along the clip by `first`, `first + 1`, ... frames.

    Args:
        at: frames of the clip on which the peaks fall unmoved, ascending.
        bands: of the peaks.
        first: the first move.
        count: how many moves.
        evidence: see `Clip`, like the next.
        variance: of the evidence of each band.
    """
    beyond, width = evidence.shape[0] - 1, evidence.shape[1]
    cells = evidence.ravel()
    total = np.zeros(count, np.int32)
    spread = np.zeros(count + 1, np.int64)
    origins = np.empty(TOGETHER, np.uint64)
    i = 0
    while i < len(at):
        n = 1
        while n < TOGETHER and i + n < len(at) and at[i + n] - at[i] <= MARGIN_FRAMES:
            n += 1
        latest = width - 2 * MARGIN_FRAMES - first
        begin, end = max(0, -at[i + n - 1] - first), min(count, latest - at[i])
        origins[n:] = beyond * width
        for k in range(n):
            band = np.int64(bands[i + k])
            if band < 0 or band > beyond:
                band = beyond
            origins[k] = band * width + MARGIN_FRAMES + at[i + k] + first + begin
            come, go = max(0, -at[i + k] - first), min(count, latest - at[i + k])
            if come < go:
                spread[come] += variance[band]
                spread[go] -= variance[band]
        if begin < end:
            _add(total[begin:end], cells, origins)
        i += n
    spread = np.cumsum(spread)
    wide = np.float32(PRIOR_VARIANCE * PARTS_PER_NAT**2)
    lift = np.empty(count, np.float32)
    for j in range(count):
        lift[j] = np.float32(total[j]) / np.sqrt(np.float32(spread[j]) + wide)
    return lift


@kernel
def _add(total: NDArray[np.int32], cells: NDArray[np.int16], origins: NDArray[np.uint64]) -> None:
    """Add to each total the cells that lie as far from the origins; TOGETHER at a time.

    Their sum is one of 16 bits, so that a processor adds 16 or 32 of them at once.
    """
    a, b, c, d, e, f, g, h = origins
    for j in range(len(total)):
        k = np.uint64(j)
        four = cells[a + k] + cells[b + k] + cells[c + k] + cells[d + k]
        others = cells[e + k] + cells[f + k] + cells[g + k] + cells[h + k]
        total[j] += np.int16(four + others)
