"""The frequency axis: what the bands of a spectrogram are, and where a frequency lies among them.

A *position* on the axis counts bands, or steps, `PeakParams.steps` to a band; equal distances on it
are equal differences in Hz, in mels, or in octaves. The bands of a linear axis are the bins of the
FFT. Those of the others are weighted sums of bins, as wide as the bands lie apart, but never
narrower than what the FFT's window resolves: where bands lie closer, they overlap.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from earmark.kernels import kernel
from earmark.params import POSITIONS, Axis
from earmark.units import bins_to_hz, hz_to_mels, mels_to_hz

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from earmark.params import PeakParams

OUTSIDE = 2.0 * POSITIONS
"""A position far from any peak."""

WARPS = 512
"""Tables that are kept, 32 KB each: the rungs of a ladder ask for the same ones again and again."""

NARROWEST_BINS = 2.0
"""Half-width of the narrowest band: that of the main lobe of a Hann window."""


@dataclass(frozen=True, slots=True, eq=False)
class FrequencyAxis:
    """Bands and positions under one choice of parameters; `axis_of` makes it."""

    params: PeakParams
    low_band: int
    """Lowest band that can hold a peak."""
    high_band: int
    """One above the highest band that can hold a peak."""
    origin: float
    """Position 0, on the scale that is evenly divided: Hz, mels, or octaves above 1 Hz."""
    step: float
    """From one step to the next, on this scale."""
    centre_bins: NDArray[np.float64]
    """Shape (bands,): the middle of each band, in bins of the FFT."""
    filters: Filters | None
    """From bins to bands; none where the bins are the bands."""

    def hz(self, steps: ArrayLike) -> NDArray[np.float64]:
        """Return the frequencies in Hz of positions in steps; any shape."""
        return _to_hz(self.origin + self.step * np.asarray(steps, np.float64), self.params.axis)

    def position(self, hz: ArrayLike) -> NDArray[np.float64]:
        """Return the positions in steps, with their fractions, of frequencies in Hz; any shape."""
        return (_from_hz(np.asarray(hz, np.float64), self.params.axis) - self.origin) / self.step

    def warp(self, pitch: float) -> NDArray[np.float64]:
        """Return where each position lies in a clip whose frequencies are `pitch` times as high.

        Shape (POSITIONS,), in steps with their fractions; OUTSIDE where a clip has no position.
        It is kept, and must not be written to.
        """
        return _warped(self, pitch)

    def ratio(self, track_steps: ArrayLike, clip_steps: ArrayLike) -> NDArray[np.float64]:
        """Return clip frequency over track frequency of pairs of positions; shape (n,)."""
        return self.hz(clip_steps) / self.hz(track_steps)

    def bands(self, power: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return power in bands, shape (k, bands), of power in bins, shape (k, bins)."""
        if self.filters is None:
            return power
        return _summed(power, self.filters.first, self.filters.weights)

    def radii(self, ratio: float) -> NDArray[np.int64]:
        """Return half the height, in bands, of the neighbourhood of a peak in each band.

        It is a part of the peak's own frequency, within the limits of the parameters.
        """
        least, most = self.params.min_radius_bins, self.params.max_radius_bins
        wanted = np.clip(self.centre_bins * ratio, least, most)
        apart = np.gradient(self.centre_bins)
        return np.maximum(np.round(wanted / apart), 1).astype(np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Filters:
    """Bands as weighted sums of neighbouring bins."""

    first: NDArray[np.int64]
    """Shape (bands,): the first bin of each."""
    weights: NDArray[np.float32]
    """Shape (bands, widest): of this bin and of those above it."""


@lru_cache(maxsize=16)
def axis_of(params: PeakParams) -> FrequencyAxis:
    """Return the frequency axis that the parameters choose."""
    bin_hz, bins = bins_to_hz(1, params), params.window_samples // 2 + 1
    if params.axis is Axis.LINEAR:
        return FrequencyAxis(
            params,
            params.low_bin,
            params.high_bin,
            0.0,
            bin_hz / params.steps,
            np.arange(bins, dtype=np.float64),
            None,
        )
    edges_hz = np.array([params.low_bin, params.high_bin]) * bin_hz
    low, high = _from_hz(edges_hz, params.axis).tolist()
    spacing = (high - low) / (params.bands - 1)
    # one band beyond either end: the parabola through a peak at the end needs a neighbour
    middles = low + spacing * np.arange(-1.0, params.bands + 1)
    centres = _to_hz(middles, params.axis) / bin_hz
    return FrequencyAxis(
        params,
        1,
        params.bands + 1,
        low - spacing,
        spacing / params.steps,
        centres,
        _filters(centres, bins),
    )


@lru_cache(maxsize=WARPS)
def _warped(axis: FrequencyAxis, pitch: float) -> NDArray[np.float64]:
    moved = axis.position(axis.hz(np.arange(POSITIONS)) * pitch)
    table = np.where((moved >= 0) & (moved < POSITIONS), moved, OUTSIDE)
    table.flags.writeable = False
    return table


def _filters(centre_bins: NDArray[np.float64], bins: int) -> Filters:
    """Return raised cosines around the centres; a full-scale sine at a centre has power 1."""
    reach = np.maximum(np.gradient(centre_bins), NARROWEST_BINS)
    widest = int(2 * reach.max()) + 1
    first = np.clip(np.ceil(centre_bins - reach), 0, bins - widest).astype(np.int64)
    away = first[:, None] + np.arange(widest) - centre_bins[:, None]
    weights = np.cos(np.clip(away / reach[:, None], -1, 1) * np.pi / 2) ** 2
    weights /= (weights * _hann_lobe(away)).sum(axis=1, keepdims=True)
    return Filters(first, weights.astype(np.float32))


def _hann_lobe(away_bins: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the power that a sine of power 1 has so many bins from its frequency."""
    beside = np.sinc(away_bins - 1) + np.sinc(away_bins + 1)
    lobe: NDArray[np.float64] = (np.sinc(away_bins) + beside / 2) ** 2
    return lobe


def _to_hz(scaled: NDArray[np.float64], kind: Axis) -> NDArray[np.float64]:
    if kind is Axis.MEL:
        return mels_to_hz(scaled)
    return np.exp2(scaled) if kind is Axis.LOG else scaled


def _from_hz(hz: NDArray[np.float64], kind: Axis) -> NDArray[np.float64]:
    if kind is Axis.MEL:
        return hz_to_mels(hz)
    return np.log2(hz) if kind is Axis.LOG else hz


@kernel
def _summed(
    power: NDArray[np.float32], first: NDArray[np.int64], weights: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return the weighted sums of neighbouring bins, shape (k, bands)."""
    out = np.empty((len(power), len(first)), np.float32)
    for t in range(len(power)):
        for band in range(len(first)):
            total = np.float32(0)
            for j in range(weights.shape[1]):
                total += weights[band, j] * power[t, first[band] + j]
            out[t, band] = total
    return out
