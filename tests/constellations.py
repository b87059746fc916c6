"""Made-up constellations for the tests of the matcher: no sound, only peaks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from earmark.axis import axis_of
from earmark.landmarks import reference_landmarks
from earmark.matching.alignment import plain_at
from earmark.matching.clip import Clip, clip_of
from earmark.matching.verification import Case, Evidence, examine, joined
from earmark.packing import pack, unpack_all
from earmark.params import Params, PeakParams
from earmark.prominence import CLASSES
from earmark.tape import Tape, build_tape, list_lengths
from earmark.types import Constellations, Heard, Peaks

PARAMS = Params()
STEPS = PARAMS.peaks.steps
STEPS_PER_S = STEPS * PARAMS.peaks.sample_rate_hz // PARAMS.peaks.hop_samples
LOWEST, HIGHEST = (edge * STEPS for edge in (PARAMS.peaks.low_bin, PARAMS.peaks.high_bin))


def make_peaks(seed: int, seconds: float = 30.0, per_second: float = 13.0) -> Peaks:
    """Make the constellation of this number, as sparse as a reference: the same for the same."""
    rng = np.random.default_rng(seed)
    count = round(seconds * per_second)
    time = rng.integers(0, round(seconds * STEPS_PER_S), count)
    return sorted_peaks(time, rng.integers(LOWEST, HIGHEST, count))


def sorted_peaks(time: NDArray[np.number], frequency: NDArray[np.number]) -> Peaks:
    """Put peaks at these times and frequencies, in steps, into order."""
    order = np.lexsort((frequency, time))
    level = np.full(len(time), 60, np.uint8)
    return Peaks(time[order].astype(np.int32), frequency[order].astype(np.uint16), level)


def crowded(peaks: Peaks) -> int:
    """Count the peaks that lie clearly within the neighbourhood of another."""
    ours = PARAMS.peaks
    frames, bins = peaks.time / ours.steps, peaks.frequency / ours.steps
    radius = np.clip(
        np.round(bins * ours.reference_radius_ratio), ours.min_radius_bins, ours.max_radius_bins
    )
    near = np.abs(frames[:, None] - frames) < ours.reference_radius_frames - 1
    near &= np.abs(bins[:, None] - bins) < np.minimum(radius[:, None], radius) - 1
    return int(near.sum()) - len(peaks)


def mixed(*parts: Peaks) -> Peaks:
    """Let several constellations sound together."""
    return sorted_peaks(
        np.concatenate([part.time for part in parts]),
        np.concatenate([part.frequency for part in parts]),
    )


def excerpt(
    peaks: Peaks,
    start_s: float,
    seconds: float,
    *,
    tempo: float = 1.0,
    pitch: float = 1.0,
    params: PeakParams = PARAMS.peaks,
) -> Peaks:
    """Cut a clip out of a constellation that was played at this tempo and pitch before.

    `tempo` is track seconds per clip second, `pitch` clip frequency per track frequency.
    """
    time = np.floor((peaks.time - start_s * STEPS_PER_S) / tempo + 0.5)
    frequency = np.floor(axis_of(params).warp(pitch)[peaks.frequency] + 0.5)
    inside = (time >= 0) & (time < seconds * STEPS_PER_S)
    inside &= (frequency >= LOWEST) & (frequency < HIGHEST)
    return sorted_peaks(time[inside], frequency[inside])


def delayed(peaks: Peaks, seconds: float) -> Peaks:
    """Let a constellation begin later."""
    return sorted_peaks(peaks.time + round(seconds * STEPS_PER_S), peaks.frequency)


def frames_of(seconds: float) -> int:
    """Frames of so many seconds."""
    return round(seconds * STEPS_PER_S / STEPS)


def heard(
    peaks: Peaks, seconds: float, few: Peaks | None = None, params: PeakParams = PARAMS.peaks
) -> Heard:
    """Hear a clip that lasts so long: it stands out around its peaks and hardly anywhere else."""
    frames, bands = frames_of(seconds), len(axis_of(params).centre_bins)
    prominence = np.random.default_rng(0).integers(0, 3, (frames, bands), np.uint8)
    rows, columns = ((part + STEPS // 2) // STEPS for part in (peaks.time, peaks.frequency))
    for apart, across in np.ndindex(3, 3):
        at, band = rows + apart - 1, columns.astype(np.int64) + across - 1
        inside = (at >= 0) & (at < frames) & (band >= 0) & (band < bands)
        prominence[at[inside], band[inside]] = CLASSES - 1
    return Heard(peaks, peaks if few is None else few, prominence)


def thinned(peaks: Peaks, seed: int, kept: float) -> Peaks:
    """Lose peaks by chance."""
    stays = np.random.default_rng(seed).random(len(peaks)) < kept
    return sorted_peaks(peaks.time[stays], peaks.frequency[stays])


def make_clip(peaks: Peaks, seconds: float) -> Clip:
    """Make a clip that lasts so long."""
    return clip_of(heard(peaks, seconds), PARAMS.peaks)


def stored(*tracks: Peaks) -> Constellations:
    """Bring up tracks as they would be stored; their numbers are 0, 1, 2 and so on."""
    return unpack_all([pack(peaks) for peaks in tracks])


def case_of(clip: Clip, references: Iterable[Peaks], threshold: float = 20.0) -> Case:
    """Compare a clip with tracks; their keys are 0, 1, 2 and so on."""
    tracks = stored(*references)
    return Case(clip, list(range(len(tracks))), tracks, threshold, threshold)


def judged(case: Case, *places: tuple[int, float]) -> Evidence:
    """Verify a clip at places, (number of the track, seconds), and put the evidence in order.

    Its rating is its score.
    """
    found = [
        examine(
            case.clip,
            case.references,
            plain_at(reference, offset_s * STEPS_PER_S),
            reach_steps=0,
            shifted=True,
        )
        for reference, offset_s in places
    ]
    evidence = joined(*found)
    evidence = replace(evidence, rating=evidence.score)
    return evidence.take(evidence.order())


class Catalogue:
    """Made-up tracks as the matcher reads them; their keys are 0, 1, 2 and so on."""

    def __init__(self, *tracks: Peaks, params: Params = PARAMS) -> None:
        self._packed = {key: pack(peaks) for key, peaks in enumerate(tracks)}
        marks = [(key, reference_landmarks(peaks, params)) for key, peaks in enumerate(tracks)]
        self._tapes = [build_tape(marks)] if marks else []

    def list_lengths(self, hashes: NDArray[np.uint32]) -> NDArray[np.int64]:
        """Return about how many postings each hash has."""
        return list_lengths(self._tapes, hashes)

    def tapes(self, hashes: NDArray[np.uint32]) -> list[Tape]:  # noqa: ARG002 - all at hand
        """Return the one tape."""
        return self._tapes

    def frames(self) -> int:
        """Return the length of the one tape."""
        return sum(tape.frames for tape in self._tapes)

    def constellations(self, keys: Iterable[int]) -> dict[int, bytes]:
        """Return the packed constellations."""
        return {key: self._packed[key] for key in keys if key in self._packed}
