"""Peaks to a sketch of prominence: what a clip without its sound still tells of its cells.

Where only peaks were sent, nobody can say how far a cell stands out from its surroundings. But the
peaks have levels, and their neighbours have, too. So a peak is said to stand out by its level above
the mean level of the other peaks around it, in classes; and the cells beside a peak are of its
class, as they are louder than their surroundings because it is. Of all other cells nothing is
known. The classes mean something else than those of `prominence.py`, and have evidence of their
own (`SKETCHED` in `matching/clip.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from earmark.axis import axis_of
from earmark.kernels import kernel
from earmark.peaks import LEVELS_PER_DB

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from earmark.params import PeakParams
    from earmark.types import Peaks

EDGES_DB = (-8, -4, 0, 3, 6, 10, 14)
"""Between the classes: class 0 lies 8 dB and more below the peaks around, the last 14 above."""

RADIUS_FRAMES = 12
RADIUS_RATIO = 0.2
"""Half-widths of what is around a peak; the second is a part of its own frequency."""

LONE_DB = 6
"""A peak with no other around stands out by so much."""


def sketched(peaks: Peaks, frames: int, params: PeakParams) -> NDArray[np.uint8]:
    """Return the class of every cell, shape (frames, bands); 0 where no peak is beside it.

    Args:
        peaks: of a clip, sorted by time.
        frames: how long the clip is.
        params: those that the peaks were found with.
    """
    axis = axis_of(params)
    steps = params.steps
    radii = axis.radii(RADIUS_RATIO) * steps
    above = _above(peaks.time, peaks.frequency, peaks.level, RADIUS_FRAMES * steps, radii, steps)
    edges = np.array(EDGES_DB) * LEVELS_PER_DB
    classes = np.searchsorted(edges, above, side="right").astype(np.uint8)
    cells = np.zeros((frames, len(radii)), np.uint8)
    _painted(cells, peaks.time, peaks.frequency, classes, steps)
    return cells


@kernel
def _above(
    time: NDArray[np.int32],
    frequency: NDArray[np.uint16],
    level: NDArray[np.uint8],
    radius: int,
    radii: NDArray[np.int64],
    steps: int,
) -> NDArray[np.float64]:
    """Return by how much each peak lies above the mean of those around it, in its level's unit."""
    out = np.empty(len(time), np.float64)
    first = end = 0
    for i in range(len(time)):
        while time[first] < time[i] - radius:
            first += 1
        while end < len(time) and time[end] <= time[i] + radius:
            end += 1
        band = min((np.int64(frequency[i]) + steps // 2) // steps, np.int64(len(radii) - 1))
        total, count = np.int64(0), 0
        for j in range(first, end):
            apart = abs(np.int64(frequency[j]) - np.int64(frequency[i]))
            if j != i and apart <= radii[band]:
                total += np.int64(level[j])
                count += 1
        mean = total / count if count else level[i] - LONE_DB * LEVELS_PER_DB
        out[i] = level[i] - mean
    return out


@kernel
def _painted(
    cells: NDArray[np.uint8],
    time: NDArray[np.int32],
    frequency: NDArray[np.uint16],
    classes: NDArray[np.uint8],
    steps: int,
) -> None:
    """Give every cell the highest class of the peaks in it and beside it."""
    frames, bands = cells.shape
    for i in range(len(time)):
        frame = (np.int64(time[i]) + steps // 2) // steps
        band = (np.int64(frequency[i]) + steps // 2) // steps
        for t in range(max(np.int64(0), frame - 1), min(np.int64(frames), frame + 2)):
            for f in range(max(np.int64(0), band - 1), min(np.int64(bands), band + 2)):
                cells[t, f] = max(cells[t, f], classes[i])
