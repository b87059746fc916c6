"""The last minutes of a recording, as a query hears them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from earmark.fingerprint import Listener, heard_of
from earmark.types import Heard, Peaks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from earmark.params import PeakParams, QueryParams


class Tail:
    """Hears a recording and remembers the end of what it has heard; frames count from its start."""

    def __init__(self, params: PeakParams, query: QueryParams, frames: int) -> None:
        """Begin a recording, of which at least the last so many frames are kept."""
        self._params = params
        self._query = query
        self._kept = frames
        self._listener = Listener(params, query)
        self._peaks, self._cells = self._listener.take()
        self.begin = 0
        """The first frame that is still remembered."""

    @property
    def end(self) -> int:
        """One above the last frame that was heard."""
        return self.begin + len(self._cells)

    def feed(self, samples: NDArray[np.float32]) -> None:
        """Take the next samples: shape (n,), float32, mono, at the parameters' rate."""
        self._listener.feed(samples)
        self._remember(*self._listener.take())

    def finish(self) -> None:
        """End the recording."""
        self._remember(*self._listener.finish())

    def peaks(self, first: int, last: int) -> Peaks:
        """Return the dense peaks from one frame to before another, in steps from the first."""
        low, high = self._between(first, last)
        found = self._peaks
        time = found.time[low:high] - np.int32(first * self._params.steps)
        return Peaks(time, found.frequency[low:high], found.level[low:high])

    def window(self, first: int, last: int) -> Heard:
        """Return what a query needs of the clip from one frame to before another."""
        cells = self._cells[first - self.begin : last - self.begin]
        return heard_of(self.peaks(first, last), cells, self._params, self._query)

    def _between(self, first: int, last: int) -> tuple[int, int]:
        edges = np.array([first, last]) * self._params.steps
        low, high = np.searchsorted(self._peaks.time, edges).tolist()
        return low, high

    def _remember(self, peaks: Peaks, cells: NDArray[np.uint8]) -> None:
        """Append what was heard; forget what is too long ago."""
        before = self._peaks
        self._peaks = Peaks(
            np.concatenate([before.time, peaks.time]),
            np.concatenate([before.frequency, peaks.frequency]),
            np.concatenate([before.level, peaks.level]),
        )
        self._cells = np.concatenate([self._cells, cells])
        forgotten = len(self._cells) - self._kept
        if forgotten <= 0:
            return
        self.begin += forgotten
        self._cells = self._cells[forgotten:].copy()
        low, _ = self._between(self.begin, self.begin)
        found = self._peaks
        self._peaks = Peaks(found.time[low:], found.frequency[low:], found.level[low:])
