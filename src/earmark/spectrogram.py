"""Samples to power: overlapping Hann windows, their spectra and the frequency axis, as a stream.

Frame k is centred on sample `k * hop_samples`; outside the recording there is silence. Frames are
transformed GROUP_FRAMES at a time; however a recording is cut into chunks, it gives the same bits.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from earmark.axis import axis_of
from earmark.fourier import PowerSpectrum

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from earmark.params import PeakParams

GROUP_FRAMES = 64
"""A group's working memory has 0.5 MB then, and stays in a core's own cache: of 32, 64 and 128 the
fastest (docs/speed.md)."""


class Spectrogram:
    """Turns blocks of samples into rows of power."""

    def __init__(self, params: PeakParams) -> None:
        """Begin a recording."""
        self._axis = axis_of(params)
        self._hop = params.hop_samples
        window = np.hanning(params.window_samples + 1)[:-1]
        # a full-scale sine at the centre of a bin has power 1
        weights = (window * 2 / window.sum()).astype(np.float32)
        self._spectrum = PowerSpectrum(weights, self._hop, GROUP_FRAMES)
        self._pending = np.zeros(params.window_samples // 2, np.float32)
        self._samples = 0
        self._frames = 0

    @property
    def bands(self) -> int:
        """Width of a row."""
        return len(self._axis.centre_bins)

    def feed(self, samples: NDArray[np.float32]) -> Iterator[NDArray[np.float32]]:
        """Yield the groups of frames that these samples complete.

        Args:
            samples: shape (n,), float32, any n, at the parameters' rate.

        Yields:
            Power, shape (GROUP_FRAMES, bands of the axis), float32.
        """
        self._samples += len(samples)
        self._pending = np.concatenate([self._pending, samples])
        step, needed = GROUP_FRAMES * self._hop, self._spectrum.samples
        at = 0
        while len(self._pending) - at >= needed:
            self._frames += GROUP_FRAMES
            yield self._power(self._pending[at : at + needed])
            at += step
        self._pending = self._pending[at:]

    def finish(self) -> Iterator[NDArray[np.float32]]:
        """Yield the rest: all frames centred within the recording that `feed` did not give.

        Yields:
            Power, shape (k, bands of the axis), float32, k <= GROUP_FRAMES.
        """
        total = -(-self._samples // self._hop)
        step, needed = GROUP_FRAMES * self._hop, self._spectrum.samples
        while self._frames < total:
            padded = np.zeros(needed, np.float32)
            part = self._pending[:needed]
            padded[: len(part)] = part
            count = min(GROUP_FRAMES, total - self._frames)
            yield self._power(padded)[:count]
            self._frames += count
            self._pending = self._pending[step:]

    def _power(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        return self._axis.bands(self._spectrum.of(samples))


def levels_db(samples: NDArray[np.float32], params: PeakParams) -> NDArray[np.float32]:
    """Return the level of every cell of a recording, relative to a full-scale sine.

    Args:
        samples: shape (n,), at the parameters' rate.
        params: how it becomes a spectrogram.

    Returns:
        Decibels, shape (frames, bands), none below the level of silence.
    """
    spectrogram = Spectrogram(params)
    rows = [*spectrogram.feed(samples), *spectrogram.finish()]
    power = np.concatenate([np.empty((0, spectrogram.bands), np.float32), *rows])
    floor = np.float32(10 ** (params.silence_db / 10))
    levels: NDArray[np.float32] = 10 * np.log10(np.maximum(power, floor))
    return levels
