"""Candidates to scores: does the clip really have the peaks that the track has at this place?

The reference peaks of the matched span are looked for in the clip's dense constellation. The same is
done with the clip shifted along the track, which tells what chance gives on just this music: tonal,
sustained and repetitive pieces agree with anything more often than independent peaks would. The score
is the binomial log-likelihood ratio of the agreement against that chance, in nats.

A hypothesis says where the clip starts in the track, how many track seconds a clip second covers
(`tempo`), and by which factor the clip's frequencies are the track's (`pitch`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from earmark.kernels import kernel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from earmark.types import Peaks

SHIFTS_FRAMES = (-211, -173, -131, -97, -71, -53, -37, -23, 23, 37, 53, 71, 97, 131, 173, 211)
"""Where chance is measured: off any common beat, near enough to be the same music."""

FINE_STEPS = 6
"""Half-width of the time window in which a peak counts as found: 0.75 frames, 12 ms."""

FREQUENCY_STEPS = 5
"""Half-width of the frequency window: 0.6 bins, 5 Hz."""

PRIOR_FOUND, PRIOR_PEAKS = 4.0, 100.0
"""Chance is never believed to be lower than so many of so many peaks, before anything was counted."""


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """A clip's dense constellation, ready to be searched by time."""

    peaks: Peaks
    frames: int
    steps: int
    """Steps to a frame."""
    begins: NDArray[np.int32]
    """Shape (frames + 2,): number of the first peak at or after each frame."""

    @classmethod
    def of(cls, peaks: Peaks, frames: int, steps: int) -> Clip:
        """Index the peaks of a clip that lasts so many frames."""
        begins = np.searchsorted(peaks.time, np.arange(frames + 2) * steps).astype(np.int32)
        return cls(peaks, frames, steps, begins)

    @property
    def length_steps(self) -> int:
        """Duration of the clip."""
        return self.frames * self.steps


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

    def order(self) -> NDArray[np.int64]:
        """Return the numbers of all, best score first; of equal ones the earliest place."""
        return np.lexsort((self.hypotheses.offset, self.hypotheses.reference, -self.score))

    def take(self, which: NDArray[np.int64]) -> Evidence:
        """Return some of it, in the given order."""
        return Evidence(
            self.hypotheses.take(which),
            self.expected[which],
            self.found[which],
            self.chance[which],
            self.score[which],
        )

    def joined(self, other: Evidence) -> Evidence:
        """Return this and the other, one after the other."""
        ours, theirs = self.hypotheses, other.hypotheses
        return Evidence(
            Hypotheses(
                np.concatenate([ours.reference, theirs.reference]),
                np.concatenate([ours.offset, theirs.offset]),
                np.concatenate([ours.tempo, theirs.tempo]),
                np.concatenate([ours.pitch, theirs.pitch]),
            ),
            np.concatenate([self.expected, other.expected]),
            np.concatenate([self.found, other.found]),
            np.concatenate([self.chance, other.chance]),
            np.concatenate([self.score, other.score]),
        )

    def lowered(self, nats: float) -> Evidence:
        """Return it with smaller scores: what trying several hypotheses costs each."""
        return replace(self, score=np.maximum(self.score - nats, 0))


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """A clip and the tracks it is compared with."""

    clip: Clip
    keys: Sequence[int]
    """Of the tracks; `Hypotheses.reference` numbers them."""
    references: tuple[NDArray[np.uint32], NDArray[np.int64]]
    """Their constellations, from `join`."""
    threshold: float
    """Score from which a match is believed."""


def join(constellations: Sequence[bytes]) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Return the packed words of several constellations and where each begins, for `examine`."""
    begins = np.cumsum([0, *(len(packed) // 4 for packed in constellations)])
    return np.frombuffer(b"".join(constellations), "<u4"), begins


def examine(
    clip: Clip,
    references: tuple[NDArray[np.uint32], NDArray[np.int64]],
    hypotheses: Hypotheses,
    *,
    reach_steps: int,
    shifted: bool,
) -> Evidence:
    """Count agreeing peaks under every hypothesis.

    Args:
        clip: the clip's constellation.
        references: packed constellations, from `join`.
        hypotheses: what to try.
        reach_steps: how far from its offset a hypothesis may be moved to agree best.
        shifted: measure chance on shifted spans; else take the prior, which is quicker and only
            good for ranking.
    """
    words, begins = references
    rows = _examine(
        words,
        begins,
        hypotheses.reference,
        hypotheses.offset,
        hypotheses.tempo,
        hypotheses.pitch,
        clip.length_steps,
        clip.peaks.time,
        clip.peaks.frequency,
        clip.begins,
        clip.steps,
        np.array(SHIFTS_FRAMES if shifted else (), np.int64) * clip.steps,
        reach_steps,
        FINE_STEPS,
        FREQUENCY_STEPS,
    )
    offset, expected, found, spared, by_chance = rows.T
    chance = (by_chance + PRIOR_FOUND) / (spared + PRIOR_PEAKS)
    moved = Hypotheses(hypotheses.reference, offset, hypotheses.tempo, hypotheses.pitch)
    return Evidence(moved, expected, found, chance, agreement(expected, found, chance))


def agreement(
    expected: NDArray[np.float64], found: NDArray[np.float64], chance: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the binomial log-likelihood ratio of `found` of `expected` against `chance`, in nats."""
    share = np.clip(found / np.maximum(expected, 1), 1e-9, 1 - 1e-9)
    ratio = share * np.log(share / chance) + (1 - share) * np.log((1 - share) / (1 - chance))
    score: NDArray[np.float64] = np.where(share > chance, expected * ratio, 0.0)
    return score


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
    clip: Clip,
    references: tuple[NDArray[np.uint32], NDArray[np.int64]],
    hypotheses: Hypotheses,
    which: int,
    *,
    window_steps: int = FINE_STEPS,
) -> Pairs:
    """List the reference peaks of one hypothesis, each with its nearest peak of the clip."""
    words, begins = references
    reference = hypotheses.reference[which]
    rows = _pair_up(
        words[begins[reference] : begins[reference + 1]],
        hypotheses.offset[which],
        hypotheses.tempo[which],
        hypotheses.pitch[which],
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
def _examine(  # type: ignore[no-untyped-def]
    words,
    begins,
    references,
    offsets,
    tempos,
    pitches,
    length,
    q_time,
    q_frequency,
    q_begins,
    steps,
    shifts,
    reach,
    fine,
    tolerance,
):
    """Return rows (offset, expected, found, expected when shifted, found when shifted)."""
    out = np.zeros((len(offsets), 5), np.float64)
    track_times = np.empty(1024, np.int64)
    track_bins = np.empty(1024, np.int64)
    track_size = 0
    times = np.empty(1024, np.int64)
    bins = np.empty(1024, np.float64)
    votes = np.zeros(2 * reach + 5, np.int64)
    frames = len(q_begins) - 1
    margin = reach
    for s in range(len(shifts)):
        margin = max(margin, reach + abs(shifts[s]))
    for h in range(len(offsets)):
        if h == 0 or references[h] != references[h - 1]:
            begin, end = begins[references[h]], begins[references[h] + 1]
            if end - begin > len(track_times):
                track_times = np.empty(end - begin, np.int64)
                track_bins = np.empty(end - begin, np.int64)
            track_size = 0
            time = np.int64(0)
            for w in range(begin, end):
                word = np.int64(words[w])
                time += word >> 20
                frequency = (word >> 8) & 0xFFF
                if frequency > 0:
                    track_times[track_size], track_bins[track_size] = time, frequency
                    track_size += 1
        tempo, offset = tempos[h], offsets[h]
        low, high = offset - margin * tempo, offset + (length + margin) * tempo
        first = np.searchsorted(track_times[:track_size], low)
        n = np.searchsorted(track_times[:track_size], high) - first
        if n > len(times):
            times, bins = np.empty(2 * n, np.int64), np.empty(2 * n, np.float64)
        for i in range(n):
            # floor(x + 1/2): Numba's round() is slow
            times[i] = np.int64(np.floor((track_times[first + i] - offset) / tempo + 0.5))
            bins[i] = track_bins[first + i] * pitches[h]
        move = 0
        if reach > 0:
            votes[:] = 0
            for i in range(n):
                at = times[i]
                if at < 0 or at > length:
                    continue
                first = max(0, (at - reach) // steps)
                last = min(frames, (at + reach) // steps + 1)
                for j in range(q_begins[first], q_begins[max(first, last)]):
                    apart = np.int64(q_time[j]) - at
                    if abs(apart) <= reach and abs(q_frequency[j] - bins[i]) <= tolerance:
                        votes[reach + 2 + apart] += 1
            most = -1
            for d in range(-reach, reach + 1):
                near = 0
                for e in range(d, d + 5):
                    near += votes[reach + e]
                if near > most or (near == most and abs(d) < abs(move)):
                    move, most = d, near
        out[h, 0] = offset - move * tempo
        for s in range(-1, len(shifts)):
            shift = move if s < 0 else move + shifts[s]
            total = found = 0
            for i in range(n):
                at = times[i] + shift
                if at < 0 or at > length:
                    continue
                total += 1
                first = max(0, (at - fine) // steps)
                last = max(first, min(frames, (at + fine) // steps + 1))
                for j in range(q_begins[first], q_begins[last]):
                    near = abs(np.int64(q_time[j]) - at) <= fine
                    if near and abs(q_frequency[j] - bins[i]) <= tolerance:
                        found += 1
                        break
            if s < 0:
                out[h, 1], out[h, 2] = total, found
            else:
                out[h, 3] += total
                out[h, 4] += found
    return out


@kernel
def _pair_up(  # type: ignore[no-untyped-def]
    words, offset, tempo, pitch, length, q_time, q_frequency, q_begins, steps, window, tolerance
):
    """Return rows (time, frequency, partner) of the reference peaks in the clip's span."""
    out = np.empty((1024, 3), np.int64)
    count = 0
    frames = len(q_begins) - 1
    time = np.int64(0)
    for w in range(len(words)):
        word = np.int64(words[w])
        time += word >> 20
        frequency = (word >> 8) & 0xFFF
        at = np.int64(np.floor((time - offset) / tempo + 0.5))
        if at > length:
            break
        if at < 0 or frequency == 0:
            continue
        partner, nearest = -1, 1e9
        first = max(0, (at - window) // steps)
        last = max(first, min(frames, (at + window) // steps + 1))
        for j in range(q_begins[first], q_begins[last]):
            apart = abs(np.int64(q_time[j]) - at)
            across = abs(q_frequency[j] - frequency * pitch)
            if apart <= window and across <= tolerance and apart + across < nearest:
                partner, nearest = j, apart + across
        if count == len(out):
            out = np.concatenate((out, np.empty_like(out)))
        out[count, 0], out[count, 1], out[count, 2] = time, frequency, partner
        count += 1
    return out[:count].copy()
