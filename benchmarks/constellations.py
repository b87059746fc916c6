"""Statistics of a constellation, for comparing made-up songs with real ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from earmark.axis import axis_of
from earmark.kernels import kernel
from earmark.landmarks import GAP_BITS, reference_landmarks
from earmark.params import Params
from earmark.tape import HASH_BITS
from earmark.types import Peaks
from earmark.units import frame_rate_hz, hz_to_bins

BAND_EDGES_HZ = np.geomspace(125, 3500, 9)
GAP_EDGES_FRAMES = (0, 0.75, 2, 4, 8, 16, 1e9)
STEP_EDGES_BINS = (0, 1.5, 8, 24, 64, 128, 1e9)
PAIR_GAP_EDGES = (0, 4, 8, 16, 32, 64)
TONAL_HZ = (250.0, 2000.0)
"""Where semitones are wider than a bin and partials are strong."""

MOST_LAG_S = 16.0
TINY = 1e-6

Numbers = NDArray[np.float64]


def hash_spectrum(recordings: Sequence[Peaks], params: Params) -> Numbers:
    """Return how often each hash occurs in some recordings: shape (1 << HASH_BITS,)."""
    hashes = [reference_landmarks(peaks, params).hash for peaks in recordings]
    return np.bincount(np.concatenate(hashes), minlength=1 << HASH_BITS).astype(np.float64)


def statistics(
    peaks: Peaks, seconds: float, params: Params, spectrum: Numbers, *, own: bool
) -> dict[str, float]:
    """Measure one constellation; shares and chances as natural logarithms where they span decades.

    Args:
        peaks: at least a hundred of them.
        seconds: how long the recording lasts.
        params: those that the peaks were made with.
        spectrum: from `hash_spectrum`, of real recordings.
        own: this is one of those recordings, and shall not find itself.
    """
    steps = params.peaks.steps
    frames = peaks.time / steps
    hz = axis_of(params.peaks).hz(peaks.frequency)
    bins = hz_to_bins(1.0, params.peaks) * hz
    marks = reference_landmarks(peaks, params)
    return {
        "peaks a second": len(peaks) / seconds,
        **_shares("band", _histogram(hz, BAND_EDGES_HZ)),
        **_shares("gap", _histogram(np.diff(frames), GAP_EDGES_FRAMES)),
        **_shares("step", _histogram(np.abs(np.diff(bins)), STEP_EDGES_BINS)),
        **_shares("pair gap", _histogram(marks.hash & ((1 << GAP_BITS) - 1), PAIR_GAP_EDGES)),
        **_repetition(marks.hash),
        "common hash": _log(_common(marks.hash, spectrum, own=own)),
        "same bin": _log(_collision(np.round(bins).astype(np.int64))),
        **_tonality(hz),
        **_recurrence(peaks, params),
        **_rhythm(frames, params),
        "unevenness": _unevenness(frames, params),
        "level": float(peaks.level.mean()),
        "level spread": float(peaks.level.std()),
    }


def band_shares(values: Numbers, names: Sequence[str]) -> Numbers:
    """Pick the logarithmic shares of the frequency bands out of the values of `statistics`."""
    return values[[number for number, name in enumerate(names) if name.startswith("band")]]


def _common(hashes: NDArray[np.uint32], spectrum: Numbers, *, own: bool) -> float:
    """Return the chance that a hash of other music is the same as one of these."""
    found, counts = np.unique(hashes, return_counts=True)
    others = spectrum[found] - counts if own else spectrum[found]
    total = spectrum.sum() - (len(hashes) if own else 0)
    return float((others @ counts) / (total * len(hashes)))


def _log(share: float) -> float:
    return float(np.log(max(share, TINY)))


def _histogram(values: NDArray[np.number], edges: Numbers | tuple[float, ...]) -> Numbers:
    counts = np.histogram(values, np.asarray(edges, np.float64))[0]
    return np.asarray((counts + 0.5) / (counts.sum() + 0.5 * len(counts)))


def _shares(name: str, shares: Numbers) -> dict[str, float]:
    return {f"{name} {number}": float(np.log(share)) for number, share in enumerate(shares)}


def _repetition(hashes: NDArray[np.uint32]) -> dict[str, float]:
    """How unevenly a recording's postings are spread over its hashes."""
    counts = np.sort(np.unique(hashes, return_counts=True)[1])[::-1]
    shares = counts / counts.sum()
    return {
        "same hash": _log(_collision(hashes)),
        "hash again": _log(float(shares[counts > 1].sum())),
        "fullest 1 %": _log(float(shares[: max(1, len(shares) // 100)].sum())),
        "entropy": float(-(shares * np.log2(shares)).sum()),
    }


def _unevenness(frames: Numbers, params: Params) -> float:
    """Return the standard deviation of the density over spans of four seconds, as a part of it."""
    counts = np.bincount((frames / frame_rate_hz(params.peaks) / 4).astype(np.int64))
    return float(counts.std() / counts.mean())


def _collision(values: NDArray[np.integer]) -> float:
    """Return the chance that two members picked at random are equal; it does not depend on n."""
    counts = np.unique(values, return_counts=True)[1].astype(np.float64)
    total = counts.sum()
    return float((counts * (counts - 1)).sum() / (total * (total - 1)))


def _tonality(hz: Numbers) -> dict[str, float]:
    """How well frequencies keep to semitones of A = 440 Hz, of any tuning, and to few classes."""
    semitones = np.append(_semitones(hz), 0.0)
    tuned = np.exp(2j * np.pi * semitones).mean()
    classes = np.bincount(np.round(semitones).astype(np.int64) % 12, minlength=12) + 1.0
    shares = classes / classes.sum()
    return {
        "tuned": float(abs(tuned)),
        "classes": float(-(shares * np.log2(shares)).sum()),
    }


def tuning_cents(peaks: Peaks, params: Params) -> float:
    """Return how far the semitones of a recording lie from those of A = 440 Hz."""
    hz = axis_of(params.peaks).hz(peaks.frequency)
    return float(np.angle(np.exp(2j * np.pi * _semitones(hz)).sum()) / (2 * np.pi) * 100)


def _semitones(hz: Numbers) -> Numbers:
    """Return how many semitones of A = 440 Hz the tonal frequencies lie above it."""
    low, high = TONAL_HZ
    return np.asarray(12 * np.log2(hz[(hz > low) & (hz < high)] / 440))


def _recurrence(peaks: Peaks, params: Params) -> dict[str, float]:
    """The share of peaks that have another at the same frequency some lag later."""
    steps = params.peaks.steps
    rate = frame_rate_hz(params.peaks)
    most = round(MOST_LAG_S * rate)
    shares = _lagged(peaks.time, peaks.frequency.astype(np.int64), steps, most) / max(len(peaks), 1)
    near, far = shares[round(0.2 * rate) : round(rate)], shares[round(rate) :]
    return {
        "sustained": _log(float(near.mean())),
        "recurring": _log(float(far.mean())),
        "best lag": _log(float(far.max())),
        "good lags": _log(float(np.quantile(far, 0.99))),
    }


@kernel
def _lagged(
    time: NDArray[np.int32], frequency: NDArray[np.int64], steps: int, most: int
) -> NDArray[np.float64]:
    """Count the pairs at each lag in frames whose frequencies are less than a bin apart."""
    counts = np.zeros(most + 1)
    for i in range(len(time)):
        for j in range(i + 1, len(time)):
            lag = (time[j] - time[i] + steps // 2) // steps
            if lag > most:
                break
            if abs(frequency[j] - frequency[i]) < steps:
                counts[lag] += 1
    return counts


def _rhythm(frames: Numbers, params: Params) -> dict[str, float]:
    """The height of the strongest period of the peaks' density, and its length."""
    rate = frame_rate_hz(params.peaks)
    density = np.bincount(np.round(frames).astype(np.int64)).astype(np.float64)
    density -= density.mean()
    spectrum = np.abs(np.fft.rfft(density, 1 << (2 * len(density) - 1).bit_length())) ** 2
    lags = np.fft.irfft(spectrum)
    beat = lags[round(0.3 * rate) : round(4 * rate)] / lags[0]
    return {"beat": float(beat.max()), "moments": float(np.log(lags[0] / max(len(frames), 1)))}
