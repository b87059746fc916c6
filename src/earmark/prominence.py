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

EDGES_DB = (0.0, 3.0, 6.0, 9.0, 12.0, 15.0, 20.0)
"""Between the classes: class 0 lies below its surroundings, the last class 20 dB above them."""

CLASSES = len(EDGES_DB) + 1

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
    return _classes(level, RADIUS_FRAMES, radii, np.array(EDGES_DB, np.float32))


@kernel
def _classes(
    level: NDArray[np.float32],
    radius: int,
    radii: NDArray[np.int64],
    edges: NDArray[np.float32],
) -> NDArray[np.uint8]:
    """Compare every level with the mean of its neighbourhood."""
    frames, bands = level.shape
    out = np.zeros((frames, bands), np.uint8)
    column = np.zeros(bands, np.float64)  # sums over the frames near the present one
    for t in range(min(radius, frames)):
        for f in range(bands):
            column[f] += level[t, f]
    below = np.zeros(bands + 1, np.float64)  # and these summed from the lowest band on
    for t in range(frames):
        for f in range(bands):
            if t + radius < frames:
                column[f] += level[t + radius, f]
            if t > radius:
                column[f] -= level[t - radius - 1, f]
            below[f + 1] = below[f] + column[f]
        wide = min(frames, t + radius + 1) - max(0, t - radius)
        for f in range(bands):
            low, high = max(0, f - radii[f]), min(bands, f + radii[f] + 1)
            above = level[t, f] - (below[high] - below[low]) / (wide * (high - low))
            grade = 0
            while grade < len(edges) and above >= edges[grade]:
                grade += 1
            out[t, f] = grade
    return out
