"""A clip, made ready to be asked what it has where: a chart of its peaks and a map of evidence.

The *chart* says, finely, where one of the clip's peaks is. The *evidence* says of every cell of the
spectrogram what it means if a reference peak falls there: the logarithm of how much likelier such a
cell is under a true alignment than under a wrong one. A cell that is near a peak of the clip speaks
for the alignment, and the more so the further it stands out; one that does not even stand out
speaks against it. Sums of evidence over a track's peaks are what `sweep.py` compares.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from earmark.axis import axis_of
from earmark.kernels import kernel
from earmark.params import POSITIONS
from earmark.prominence import CLASSES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from earmark.axis import FrequencyAxis
    from earmark.params import PeakParams
    from earmark.types import Constellation, Heard

FINE_STEPS = 6
"""Half-width of the time window in which a peak counts as found: 0.75 frames, 12 ms."""

FREQUENCY_STEPS = 5
"""Half-width of the frequency window: 0.6 bins, 5 Hz."""

CELL_STEPS = 2
"""A cell of the chart is so many steps long and high: 4 ms by 2 Hz."""

MARGIN_CELLS = 64
"""Empty cells of the chart on both sides of the clip."""

FREQUENCY_CELLS = 2048

NEAR_STEPS = (8, 7)
"""A cell of the evidence is near a peak when its middle is so near to it, in time and frequency."""

EVIDENCE = (
    (-1.92, -1.34, -0.95, -0.51, -0.20, -0.15, -0.19, -0.26),
    (-0.04, -0.15, -0.42, 0.43, 1.57, 2.15, 2.49, 2.80),
)
"""Nats that a reference peak adds for each class of prominence: where no peak of the clip is near,
and where one is. Fitted by `benchmarks/evidence.py`."""


@dataclass(frozen=True, slots=True, eq=False)
class Chart:
    """A dense constellation, ready to be asked where it has peaks."""

    axis: FrequencyAxis
    peaks: Constellation
    frames: int
    steps: int
    """Steps to a frame."""
    begins: NDArray[np.int32]
    """Shape (frames + 2,): number of the first peak at or after each frame."""
    chart: NDArray[np.uint64]
    """Shape (frequency cells, words): a bit for every time cell in which a peak would be found."""

    @property
    def length_steps(self) -> int:
        """Duration."""
        return self.frames * self.steps


@dataclass(frozen=True, slots=True, eq=False)
class Clip(Chart):
    """A clip, ready to be asked."""

    evidence: NDArray[np.float32]
    """Shape (bands, frames), in nats."""
    mean: NDArray[np.float64]
    """Shape (bands,): of the evidence over the whole clip, what a wrong alignment finds there."""
    variance: NDArray[np.float64]
    """Shape (bands,)."""


def chart_of(peaks: Constellation, frames: int, params: PeakParams) -> Chart:
    """Chart the peaks of a sound that lasts so many frames."""
    return Chart(*_charted(peaks, frames, params))


def clip_of(heard: Heard, params: PeakParams) -> Clip:
    """Chart what was heard, and map its evidence."""
    near = cells_near_peaks(heard, params)
    table = np.array(EVIDENCE, np.float32).ravel()
    evidence = np.ascontiguousarray(table[near * np.uint8(CLASSES) + heard.prominence].T)
    mean, square = _moments(evidence)
    return Clip(*_charted(heard.peaks, heard.frames, params), evidence, mean, square - mean**2)


def cells_near_peaks(heard: Heard, params: PeakParams) -> NDArray[np.uint8]:
    """Return 1 for every cell whose middle is near a peak, else 0; shape (frames, bands)."""
    peaks = heard.peaks
    return _near(peaks.time, peaks.frequency, heard.prominence, params.steps, *NEAR_STEPS)


def _charted(
    peaks: Constellation, frames: int, params: PeakParams
) -> tuple[FrequencyAxis, Constellation, int, int, NDArray[np.int32], NDArray[np.uint64]]:
    steps = params.steps
    begins = np.searchsorted(peaks.time, np.arange(frames + 2) * steps).astype(np.int32)
    cells = frames * steps // CELL_STEPS + 2 * MARGIN_CELLS
    chart = _chart(peaks.time, peaks.frequency, cells, FINE_STEPS, FREQUENCY_STEPS)
    return axis_of(params), peaks, frames, steps, begins, chart


def warps(
    axis: FrequencyAxis, pitches: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the tables of `FrequencyAxis.warp` for these pitches, and each pitch's table.

    Args:
        axis: the frequency axis.
        pitches: shape (n,), clip frequency over track frequency.

    Returns:
        Shape (different pitches, POSITIONS) and shape (n,).
    """
    different, which = np.unique(pitches, return_inverse=True)
    tables = [axis.warp(float(pitch)) for pitch in different]
    return np.array(tables).reshape(len(different), POSITIONS), which.astype(np.int64)


@kernel
def _chart(
    time: NDArray[np.int32], frequency: NDArray[np.uint16], cells: int, fine: int, tolerance: int
) -> NDArray[np.uint64]:
    """Mark every cell that lies within the tolerances of a peak."""
    chart = np.zeros((FREQUENCY_CELLS, (cells + 63) // 64 + 1), np.uint64)
    for i in range(len(time)):
        middle = np.int64(time[i]) + MARGIN_CELLS * CELL_STEPS
        low = max(np.int64(0), (middle - fine) // CELL_STEPS)
        high = min(np.int64(cells - 1), (middle + fine) // CELL_STEPS)
        bottom = max(np.int64(0), (np.int64(frequency[i]) - tolerance) // CELL_STEPS)
        top = min(np.int64(FREQUENCY_CELLS - 1), (np.int64(frequency[i]) + tolerance) // CELL_STEPS)
        for row in range(bottom, top + 1):
            for cell in range(low, high + 1):
                chart[row, cell >> 6] |= np.uint64(1) << np.uint64(cell & 63)
    return chart


@kernel
def _moments(
    evidence: NDArray[np.float32],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the mean and the mean square of every row."""
    bands, frames = evidence.shape
    mean, square = np.zeros(bands, np.float64), np.zeros(bands, np.float64)
    for band in range(bands):
        total = squares = 0.0
        for frame in range(frames):
            value = np.float64(evidence[band, frame])
            total += value
            squares += value * value
        mean[band], square[band] = total / max(1, frames), squares / max(1, frames)
    return mean, square


@kernel
def _near(
    time: NDArray[np.int32],
    frequency: NDArray[np.uint16],
    like: NDArray[np.uint8],
    steps: int,
    apart: int,
    across: int,
) -> NDArray[np.uint8]:
    """Mark the cells, of an array shaped like another, whose middle is near a peak."""
    near = np.zeros_like(like)
    frames, bands = near.shape
    for i in range(len(time)):
        t, f = np.int64(time[i]), np.int64(frequency[i])
        first, last = -((apart - t) // steps), (t + apart) // steps
        low, high = -((across - f) // steps), (f + across) // steps
        for frame in range(max(np.int64(0), first), min(np.int64(frames), last + 1)):
            for band in range(max(np.int64(0), low), min(np.int64(bands), high + 1)):
                near[frame, band] = 1
    return near
