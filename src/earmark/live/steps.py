"""Sound in pieces of any length and rate, as steps of one length at one rate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from earmark.audio import Resampler

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray


class Steps:
    """Cuts one stream: however its sound comes, the same steps are given."""

    def __init__(self, rate_hz: int, step: int) -> None:
        """Give steps of so many samples at this rate."""
        self._rate_hz = rate_hz
        self._step = step
        self._resampler: Resampler | None = None
        self._pending = np.empty(0, np.float32)

    def feed(self, samples: NDArray[np.float32], rate_hz: int) -> Iterator[NDArray[np.float32]]:
        """Take mono samples at some rate, shape (n,), and yield the steps that are whole.

        Raises:
            UsageError: a rate beyond reason.
        """
        before = np.empty(0, np.float32)
        if self._resampler is None or self._resampler.input_rate_hz != rate_hz:
            before = self._flushed()
            self._resampler = Resampler(rate_hz, self._rate_hz)
        return self._cut(np.concatenate([before, self._resampler.feed(samples)]))

    def drain(self) -> Iterator[NDArray[np.float32]]:
        """End a piece of sound, and yield the steps that this makes whole; `rest` has the rest."""
        return self._cut(self._flushed())

    def rest(self) -> NDArray[np.float32]:
        """Give away what makes no step, shape (n,)."""
        rest, self._pending = self._pending, np.empty(0, np.float32)
        return rest

    def _flushed(self) -> NDArray[np.float32]:
        """End a piece of one rate, and return what was still in the resampler."""
        if self._resampler is None:
            return np.empty(0, np.float32)
        rest, self._resampler = self._resampler.flush(), None
        return rest

    def _cut(self, samples: NDArray[np.float32]) -> Iterator[NDArray[np.float32]]:
        self._pending = np.concatenate([self._pending, samples])
        while len(self._pending) >= self._step:
            step, self._pending = self._pending[: self._step], self._pending[self._step :]
            yield step
