"""The ladder: other speeds, tempos and pitches under which a clip may be known.

A rung is a tempo (track seconds per clip second) and a pitch (clip frequency over track frequency).
The clip's peaks are moved to where they would lie in the track and hashed there, so that the index
needs to know nothing of it. Rungs stand in batches, likeliest first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from earmark.matching.candidates import affordable, find_candidates
from earmark.matching.verification import Hypotheses
from earmark.params import Ladder
from earmark.types import Constellation

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from earmark.axis import FrequencyAxis
    from earmark.matching.candidates import Candidate, Index
    from earmark.matching.sweep import Place
    from earmark.params import Params, QueryParams

Rung = tuple[float, float]
"""Tempo and pitch."""

SLOWEST, FASTEST, SPEED_STEP = 0.74, 1.31, 0.0125
"""Speeds that are tried, and their ratio: tempo and pitch together, as with a turntable."""

LOWEST_PITCH, HIGHEST_PITCH, PITCH_STEP = 0.775, 1.29, 0.0125
"""Pitches that are tried, and their ratio: 4.4 semitones down and up."""

SLOWEST_TEMPO, FASTEST_TEMPO, TEMPO_STEP = 0.87, 1.15, 0.03
"""Tempos that are tried, and their ratio; votes forgive more in time than in frequency."""

USUAL = 0.085
"""What a DJ's fader reaches, and most uploads: tried first."""

FINE_STEP = 0.004
"""Ratio of the usual speeds and pitches where only exact cells can be asked for: high frequencies
leave their cell at half of SPEED_STEP. docs/scale.md has the measurement."""

LARGE_FRAMES = 150_000_000
"""A catalogue of 670 hours: in one of ten times as much the ladder reads twice as many postings."""

GRID_TEMPO_STEP, GRID_PITCH_STEP = 0.03, 0.0175
"""Ratios of the grid of tempo and pitch together."""

PER_RUNG = 8
"""Alignments of each rung that are looked at."""


def batches(ladder: Ladder, *, fine: bool = False) -> Iterator[list[Rung]]:
    """Yield the rungs, likeliest batch first; the usual ones finely, if that is asked for."""
    if ladder is Ladder.OFF:
        return
    rungs = _families(SPEED_STEP, PITCH_STEP)
    yield list(filter(_is_usual, _families(FINE_STEP, FINE_STEP) if fine else rungs))
    yield [rung for rung in rungs if not _is_usual(rung)]
    if ladder is Ladder.FULL:
        grid = _geometric(LOWEST_PITCH, HIGHEST_PITCH, GRID_PITCH_STEP)
        times = _geometric(SLOWEST_TEMPO, FASTEST_TEMPO, GRID_TEMPO_STEP)
        yield [(tempo, pitch) for tempo in times for pitch in grid]


def budget(postings: int, catalogue_frames: int) -> int:
    """Return how many postings are read at a time in a catalogue of this size.

    Args:
        postings: that may be read in a catalogue that is not large.
        catalogue_frames: duration of all tracks.
    """
    tens = float(np.log10(max(catalogue_frames, LARGE_FRAMES) / LARGE_FRAMES))
    return round(postings * 2**tens)


def swept(ladder: Ladder) -> list[Rung]:
    """Return the rungs under which whole tracks are swept when nothing else has named the clip."""
    if ladder is not Ladder.FULL:
        return []
    speeds = _geometric(SLOWEST, FASTEST, SPEED_STEP)
    return [(speed, speed) for speed in speeds if abs(speed - 1) <= USUAL]


def climb(
    rung: Rung,
    peaks: Constellation,
    frames: int,
    index: Index,
    axis: FrequencyAxis,
    params: Params,
    query: QueryParams,
) -> list[Candidate]:
    """Return the alignments with most votes when the clip is taken for changed like this."""
    tempo, pitch = rung
    there = moved(peaks, tempo, axis.warp(1 / pitch), axis)
    probes = affordable(index, there, params, query, query.rung_postings)
    return find_candidates(index, probes, round(frames * tempo), PER_RUNG)


def hypotheses_of(
    found: Sequence[tuple[Rung, Candidate | Place]], reference: NDArray[np.int64], steps: int
) -> Hypotheses:
    """Return what rungs brought up; `reference` numbers the constellations."""
    rows = [(one.offset_frames * steps, tempo, pitch) for (tempo, pitch), one in found]
    # contiguous rows: other strides would make Numba compile the kernels once more
    return Hypotheses(reference, *np.array(rows, np.float64).reshape(-1, 3).T.copy())


def _families(speed_step: float, pitch_step: float) -> list[Rung]:
    """Return speeds, tempos and pitches."""
    speeds = _geometric(SLOWEST, FASTEST, speed_step)
    tempos = _geometric(SLOWEST_TEMPO, FASTEST_TEMPO, TEMPO_STEP)
    pitches = _geometric(LOWEST_PITCH, HIGHEST_PITCH, pitch_step)
    return [(s, s) for s in speeds] + [(t, 1.0) for t in tempos] + [(1.0, p) for p in pitches]


def _is_usual(rung: Rung) -> bool:
    return max(abs(part - 1) for part in rung) <= USUAL


def _geometric(low: float, high: float, step: float) -> list[float]:
    """Return powers of 1 + step from low to high, but not 1."""
    first, last = np.log([low, high]) / np.log1p(step)
    powers = np.arange(np.ceil(first), np.floor(last) + 1)
    return [float((1 + step) ** k) for k in powers if k != 0]


def moved(
    peaks: Constellation, tempo: float, table: NDArray[np.float64], axis: FrequencyAxis
) -> Constellation:
    """Return a clip's peaks where they lie in the track."""
    steps = axis.params.steps
    frequency = np.floor(table[peaks.frequency] + 0.5)
    time = np.floor(peaks.time * tempo + 0.5).astype(np.int32)
    kept = (frequency >= axis.low_band * steps) & (frequency < axis.high_band * steps)
    frequency, time = frequency[kept].astype(np.uint16), time[kept]
    order = np.lexsort((frequency, time))
    return Constellation(time[order], frequency[order])
