"""Power to prominence: by how much every cell of a clip stands out from what surrounds it.

A reference peak that noise or a room's echoes have robbed of its place as the highest still lies
above its surroundings. So verification asks the cell itself, not only the clip's peaks. Prominence
is the level in dB above the mean level of the neighbourhood, told in classes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from earmark.axis import axis_of
from earmark.kernels import kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from earmark.params import PeakParams

EDGES_DB = (0, 3, 6, 9, 12, 15, 20)
"""Between the classes: class 0 lies below its surroundings, the last class 20 dB above them."""

CLASSES = len(EDGES_DB) + 1

_GRADES = np.searchsorted(EDGES_DB, np.arange(-1, EDGES_DB[-1] + 1), side="right").astype(np.uint8)
"""Class of -1, 0, 1, ... whole dB above the surroundings, and of all below and beyond."""

RADIUS_FRAMES = 8
RADIUS_RATIO = 0.09
"""Half-widths of the neighbourhood; the second is a part of the cell's own frequency."""


def prominence(power: NDArray[np.float32], params: PeakParams) -> NDArray[np.uint8]:
    """Return the class of every cell.

    Args:
        power: shape (frames, bands), from `Spectrogram`.
        params: those that the spectrogram was made with.

    Returns:
        Shape (frames, bands), 0 to CLASSES - 1.
    """
    floor = np.float32(10 ** (params.silence_db / 10))
    level = 10 * np.log10(np.maximum(power, floor))
    radii = axis_of(params).radii(RADIUS_RATIO)
    bands = np.arange(level.shape[1])
    low = np.maximum(bands - radii, 0)
    high = np.minimum(bands + radii + 1, level.shape[1])
    return _classes(level, RADIUS_FRAMES, low, high, _GRADES)


@kernel
def _classes(
    level: NDArray[np.float32],
    radius: int,
    low: NDArray[np.int64],
    high: NDArray[np.int64],
    grades: NDArray[np.uint8],
) -> NDArray[np.uint8]:
    """Compare every level with the mean of its neighbourhood."""
    frames, bands = level.shape
    out = np.zeros((frames, bands), np.uint8)
    column = np.zeros(bands, np.float32)  # sums over the frames near the present one
    for t in range(min(radius, frames)):
        for f in range(bands):
            column[f] += level[t, f]
    below = np.zeros(bands + 1, np.float32)  # and these summed from the lowest band on
    last = len(grades) - 1
    for t in range(frames):
        if t + radius < frames:
            for f in range(bands):
                column[f] += level[t + radius, f]
        if t > radius:
            for f in range(bands):
                column[f] -= level[t - radius - 1, f]
        for f in range(bands):
            below[f + 1] = below[f] + column[f]
        wide = min(frames, t + radius + 1) - max(0, t - radius)
        for f in range(bands):
            mean = (below[high[f]] - below[low[f]]) / np.float32(wide * (high[f] - low[f]))
            above = np.floor(level[t, f] - mean) + 1
            out[t, f] = grades[int(min(max(above, 0), last))]
    return out
