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

RADIUS_FRAMES = 8
RADIUS_RATIO = 0.09
"""Half-widths of the neighbourhood; the second is a part of the cell's own frequency."""


class Prominence:
    """Turns rows of power into the class of every cell, as a stream."""

    def __init__(self, params: PeakParams) -> None:
        """Begin a clip."""
        axis = axis_of(params)
        radii, bands = axis.radii(RADIUS_RATIO), np.arange(len(axis.centre_bins))
        self._low = np.maximum(bands - radii, 0)
        self._high = np.minimum(bands + radii + 1, len(bands))
        self._floor = np.float32(10 ** (params.silence_db / 10))
        self._edges = np.array(EDGES_DB, np.float32)
        self._level = np.empty((0, len(bands)), np.float32)
        self._next = 0
        self._found: list[NDArray[np.uint8]] = []

    def feed(self, power: NDArray[np.float32]) -> None:
        """Take the next frames: shape (k, bands), from `Spectrogram`."""
        level = np.maximum(power, self._floor)
        np.log10(level, out=level)
        level *= 10
        self._level = np.concatenate([self._level, level])
        self._classify(len(self._level) - RADIUS_FRAMES)

    def finish(self) -> NDArray[np.uint8]:
        """End the clip and return the rest; as `take`, and of a clip not taken from, the whole."""
        self._classify(len(self._level))
        return self.take()

    def take(self) -> NDArray[np.uint8]:
        """Return, and forget, the classes of the cells since the last call, shape (k, bands).

        They are those of all frames but the last RADIUS_FRAMES.
        """
        found, self._found = self._found, []
        return np.concatenate([np.empty((0, len(self._low)), np.uint8), *found])

    def _classify(self, end: int) -> None:
        """Deal with the frames that are left before `end`; keep what the next ones look back on."""
        if end <= self._next:
            return
        self._found.append(
            _classes(
                self._level, self._next, end, RADIUS_FRAMES, self._low, self._high, self._edges
            )
        )
        past = max(0, end - RADIUS_FRAMES)
        self._level, self._next = self._level[past:], end - past


def prominence(power: NDArray[np.float32], params: PeakParams) -> NDArray[np.uint8]:
    """Return the class of every cell.

    Args:
        power: shape (frames, bands), from `Spectrogram`.
        params: those that the spectrogram was made with.

    Returns:
        Shape (frames, bands), 0 to CLASSES - 1.
    """
    cells = Prominence(params)
    cells.feed(power)
    return cells.finish()


@kernel
def _classes(
    level: NDArray[np.float32],
    begin: int,
    end: int,
    radius: int,
    low: NDArray[np.int64],
    high: NDArray[np.int64],
    edges: NDArray[np.float32],
) -> NDArray[np.uint8]:
    """Compare every level of the frames from `begin` to `end` with the mean around it."""
    frames, bands = level.shape
    out = np.zeros((end - begin, bands), np.uint8)
    column = np.zeros(bands, np.float32)  # sums over the frames near the present one
    for t in range(max(0, begin - radius), min(begin + radius, frames)):
        column += level[t]
    below = np.zeros(bands + 1, np.float32)  # and these summed from the lowest band on
    above = np.empty(bands, np.float32)
    for t in range(begin, end):
        if t + radius < frames:
            column += level[t + radius]
        if t > begin and t > radius:
            column -= level[t - radius - 1]
        for f in range(bands):
            below[f + 1] = below[f] + column[f]
        wide = min(frames, t + radius + 1) - max(0, t - radius)
        for f in range(bands):
            mean = (below[high[f]] - below[low[f]]) / np.float32(wide * (high[f] - low[f]))
            above[f] = level[t, f] - mean
        classes = out[t - begin]
        for edge in edges:
            for f in range(bands):
                classes[f] += above[f] >= edge
    return out
