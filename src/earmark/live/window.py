"""The latest seconds of a stream of samples, by their number in the stream."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


class Window:
    """Keeps the last `most` samples of all that it was given."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept = np.empty(0, np.float32)
        self.end = 0
        """How many samples the stream has had."""

    @property
    def begin(self) -> int:
        """Number of the first sample that is kept."""
        return self.end - len(self._kept)

    def add(self, samples: NDArray[np.float32]) -> None:
        """Take the next samples, shape (n,)."""
        self._kept = np.concatenate([self._kept, samples])[-self._most :]
        self.end += len(samples)

    def skip(self, samples: int) -> None:
        """Forget all, and go on so many samples later."""
        self._kept = np.empty(0, np.float32)
        self.end += samples

    def since(self, first: int) -> NDArray[np.float32]:
        """Return what is kept from this sample on, shape (n,)."""
        return self._kept[max(0, first - self.begin) :]
