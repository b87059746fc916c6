"""A clip, made ready to be asked what it has where: a chart of its peaks and a map of evidence.

The *chart* says, finely, where one of the clip's peaks is. The *evidence* says of every cell of the
spectrogram what it means if a reference peak falls there: the logarithm of how much likelier such a
cell is under a true alignment than under a wrong one. A cell that is near a peak of the clip speaks
for the alignment, and the more so the further it stands out; one that does not even stand out
speaks against it. Sums of evidence over a track's peaks are what `sweep.py` compares.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from earmark.axis import WARPS, axis_of
from earmark.kernels import kernel
from earmark.params import POSITIONS
from earmark.prominence import CLASSES

if TYPE_CHECKING:
    from collections.abc import Sequence

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

SKETCHED = (
    (-0.92,) * CLASSES,
    (0.12, 0.36, 0.57, 1.19, 2.16, 2.5, 2.77, 2.58),
)
"""The same where only peaks are known, for the classes of `sketch.py`: of a cell that no peak is
near, no class is known. Counted as `benchmarks/evidence.py --peaks` does; docs/peaks.md has n."""

PARTS_PER_NAT = 512
"""Evidence is summed in whole parts of a nat, eight cells at a time: so many fit into 16 bits."""

MARGIN_FRAMES = 32
"""Empty frames of the map on both sides of the clip: cells so far apart can be summed together."""


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

    evidence: NDArray[np.int16]
    """Shape (bands + 1, MARGIN_FRAMES + frames + MARGIN_FRAMES), in parts of a nat: of each cell,
    by how much it exceeds the mean of its band, which is what a wrong alignment finds there. 0 in
    the margins, and in the last row, which stands for all that lies beyond the axis."""
    variance: NDArray[np.int64]
    """Shape (bands + 1,): of the evidence of each band, in the square of these parts."""
    by_peaks: bool = False
    """Whether only its peaks are known; ratings have a scale of their own then."""


def chart_of(peaks: Constellation, frames: int, params: PeakParams) -> Chart:
    """Chart the peaks of a sound that lasts so many frames."""
    return Chart(*_charted(peaks, frames, params))


def clip_of(heard: Heard, params: PeakParams) -> Clip:
    """Chart what was heard, and map its evidence."""
    near = cells_near_peaks(heard, params)
    table = SKETCHED if heard.by_peaks else EVIDENCE
    charted = _charted(heard.peaks, heard.frames, params)
    return Clip(*charted, *map_of(near, heard.prominence, table), heard.by_peaks)


def cells_near_peaks(
    heard: Heard, params: PeakParams, reach_steps: tuple[int, int] = NEAR_STEPS
) -> NDArray[np.uint8]:
    """Return 1 for every cell whose middle is near a peak, else 0; shape (frames, bands)."""
    peaks = heard.peaks
    return _near(peaks.time, peaks.frequency, heard.prominence, params.steps, *reach_steps)


def map_of(
    near: NDArray[np.uint8],
    prominence: NDArray[np.uint8],
    evidence: Sequence[Sequence[float]] = EVIDENCE,
) -> tuple[NDArray[np.int16], NDArray[np.int64]]:
    """Return the map of evidence, and the variance of each band; see `Clip`.

    Args:
        near: what `cells_near_peaks` returns.
        prominence: classes of the same cells.
        evidence: in nats, a table as EVIDENCE.
    """
    kinds = np.ascontiguousarray((near * np.uint8(CLASSES) + prominence).T)
    return _mapped(kinds, np.rint(np.ravel(evidence) * PARTS_PER_NAT).astype(np.int16))


def _charted(
    peaks: Constellation, frames: int, params: PeakParams
) -> tuple[FrequencyAxis, Constellation, int, int, NDArray[np.int32], NDArray[np.uint64]]:
    steps = params.steps
    begins = np.searchsorted(peaks.time, np.arange(frames + 2) * steps).astype(np.int32)
    cells = frames * steps // CELL_STEPS + 2 * MARGIN_CELLS
    chart = _chart(peaks.time, peaks.frequency, cells, FINE_STEPS, FREQUENCY_STEPS)
    return axis_of(params), peaks, frames, steps, begins, chart


def warps(
    axis: FrequencyAxis, pitches: NDArray[np.float64], cell_steps: int, begin_steps: int
) -> tuple[NDArray[np.int16], NDArray[np.int64]]:
    """Return in which cell of a clip each position of a track lies, as `FrequencyAxis.warp` has it.

    Args:
        axis: the frequency axis.
        pitches: shape (n,), clip frequency over track frequency.
        cell_steps: the height of a cell.
        begin_steps: where the first cell begins.

    Returns:
        Tables, shape (different pitches, POSITIONS), and for each pitch which is its own.
    """
    number = {pitch: i for i, pitch in enumerate(dict.fromkeys(pitches.tolist()))}
    which = np.array([number[pitch] for pitch in pitches.tolist()], np.int64)
    tables = [_cells(axis, pitch, cell_steps, begin_steps) for pitch in number]
    return np.array(tables, np.int16).reshape(len(number), POSITIONS), which


@lru_cache(maxsize=2 * WARPS)
def _cells(
    axis: FrequencyAxis, pitch: float, cell_steps: int, begin_steps: int
) -> NDArray[np.int16]:
    """Return one table of `warps`."""
    return np.floor((axis.warp(pitch) - begin_steps) / cell_steps).astype(np.int16)


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
def _mapped(
    kinds: NDArray[np.uint8], parts: NDArray[np.int16]
) -> tuple[NDArray[np.int16], NDArray[np.int64]]:
    """Return the map of evidence and the variance of each band; see `Clip`.

    Args:
        kinds: shape (bands, frames), of cells.
        parts: what a cell of each kind is evidence of, in parts of a nat.
    """
    bands, frames = kinds.shape
    evidence = np.zeros((bands + 1, frames + 2 * MARGIN_FRAMES), np.int16)
    variance = np.zeros(bands + 1, np.int64)
    for band in range(bands):
        row = evidence[band, MARGIN_FRAMES : MARGIN_FRAMES + frames]
        for frame in range(frames):
            row[frame] = parts[kinds[band, frame]]
        total, squares = np.int64(0), np.int64(0)
        for value in row:
            total += value
            squares += np.int64(value) * np.int64(value)
        mean = total / max(1, frames)
        row -= np.int16(np.rint(mean))
        variance[band] = squares / max(1, frames) - mean * mean
    return evidence, variance


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
