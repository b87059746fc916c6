"""The power spectra of many frames at once.

A library that transforms one frame after the other leaves most of a processor idle. Here all frames
of a group take every step together: a row of the working memory holds one sample, or one bin, of
all of them, so that inner loops run along rows and become vector instructions. With windows and
power, `numpy.fft` takes 2.6 times as long in groups that suit it best (docs/speed.md). What is
computed of a frame does not depend on those beside it: it is the same, bit for bit, in every group.

The transform is Stockham's (C. Van Loan, *Computational Frameworks for the Fast Fourier Transform*,
1992), in steps of two. Even samples are its real part and odd ones its imaginary part, so that it
is half as long as the window; the spectra of both are told apart by their symmetry.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from earmark.kernels import kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

TILE = 16
"""Bins that are transposed at a time: as many floats as a line of a processor's cache holds."""


class PowerSpectrum:
    """Turns groups of overlapping frames into power; one thread may use it at a time."""

    def __init__(self, window: NDArray[np.float32], hop_samples: int, frames: int) -> None:
        """Make the tables and the working memory.

        Args:
            window: weights of a frame's samples, shape (n,); n is a power of two, at least 4.
            hop_samples: from the start of a frame to that of the next.
            frames: of a group.
        """
        self._window = window
        self._hop = hop_samples
        self._frames = frames
        half = len(window) // 2
        angles = np.arange(half) * (-np.pi / half)
        self._cosines = np.cos(angles).astype(np.float32)
        self._sines = np.sin(angles).astype(np.float32)
        self._work = np.empty((2, 2, half * frames), np.float32)

    @property
    def samples(self) -> int:
        """How many samples a group covers."""
        return (self._frames - 1) * self._hop + len(self._window)

    def of(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the squared magnitude of every frame's discrete Fourier transform.

        Args:
            samples: of a group, shape (samples,).

        Returns:
            Shape (frames, n // 2 + 1).
        """
        hops = -(-len(samples) // self._hop)
        padded = np.zeros(hops * self._hop, np.float32)
        padded[: len(samples)] = samples
        turned = np.ascontiguousarray(padded.reshape(hops, self._hop).T)
        return _power(turned, self._window, self._cosines, self._sines, self._work)


@kernel
def _power(
    turned: NDArray[np.float32],
    window: NDArray[np.float32],
    cosines: NDArray[np.float32],
    sines: NDArray[np.float32],
    work: NDArray[np.float32],
) -> NDArray[np.float32]:
    """Return the power; `turned` has sample j of the hop that begins frame t at (j, t)."""
    half = len(window) // 2
    frames = work.shape[2] // half
    now, later = work[0], work[1]
    _load(turned, window, now, frames)
    apart = 1
    while apart < half:
        _step(now, later, cosines, sines, apart, frames)
        now, later = later, now
        apart *= 2
    rows = np.empty((half + 1, frames), np.float32)
    _unfold(now, cosines, sines, rows)
    return _transposed(rows)


@kernel
def _load(
    turned: NDArray[np.float32],
    window: NDArray[np.float32],
    pair: NDArray[np.float32],
    frames: int,
) -> None:
    """Weigh the samples, and deal them to the real and the imaginary part in turn."""
    hop = len(turned)
    for j in range(len(window)):
        row = _rows(pair, j // 2, 1, frames)[j % 2]
        samples = turned[j % hop, j // hop : j // hop + frames]
        weight = window[j]
        for t in range(frames):
            row[t] = weight * samples[t]


@kernel
def _rows(
    pair: NDArray[np.float32], first: int, count: int, frames: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the real and the imaginary part of some rows, each in one line."""
    begin, end = first * frames, (first + count) * frames
    return pair[0, begin:end], pair[1, begin:end]


@kernel
def _step(
    now: NDArray[np.float32],
    later: NDArray[np.float32],
    cosines: NDArray[np.float32],
    sines: NDArray[np.float32],
    apart: int,
    frames: int,
) -> None:
    """Make of `apart` interleaved sequences twice as many of half the length."""
    middle = now.shape[1] // frames // 2
    for low in range(0, middle, apart):
        cosine, sine = cosines[2 * low], sines[2 * low]
        a_real, a_imag = _rows(now, low, apart, frames)
        b_real, b_imag = _rows(now, low + middle, apart, frames)
        sum_real, sum_imag = _rows(later, 2 * low, apart, frames)
        gap_real, gap_imag = _rows(later, 2 * low + apart, apart, frames)
        for i in range(len(a_real)):
            x, y = a_real[i] - b_real[i], a_imag[i] - b_imag[i]
            sum_real[i] = a_real[i] + b_real[i]
            sum_imag[i] = a_imag[i] + b_imag[i]
            gap_real[i] = x * cosine - y * sine
            gap_imag[i] = x * sine + y * cosine


@kernel
def _unfold(
    pair: NDArray[np.float32],
    cosines: NDArray[np.float32],
    sines: NDArray[np.float32],
    rows: NDArray[np.float32],
) -> None:
    """Tell the spectra of even and odd samples apart, join them, and write the power of bins."""
    half, frames = len(rows) - 1, rows.shape[1]
    quarter = np.float32(0.25)
    for k in range(half // 2 + 1):
        a_real, a_imag = _rows(pair, k, 1, frames)
        b_real, b_imag = _rows(pair, (half - k) % half, 1, frames)
        cosine, sine = cosines[k], sines[k]
        low, high = rows[k], rows[half - k]
        for t in range(frames):
            even_real, even_imag = a_real[t] + b_real[t], a_imag[t] - b_imag[t]
            odd_real, odd_imag = a_imag[t] + b_imag[t], b_real[t] - a_real[t]
            x = odd_real * cosine - odd_imag * sine
            y = odd_real * sine + odd_imag * cosine
            low[t] = quarter * ((even_real + x) ** 2 + (even_imag + y) ** 2)
            high[t] = quarter * ((even_real - x) ** 2 + (even_imag - y) ** 2)


@kernel
def _transposed(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the transpose, copied in tiles that a cache holds."""
    bins, frames = rows.shape
    out = np.empty((frames, bins), np.float32)
    for first in range(0, bins, TILE):
        for t in range(frames):
            for k in range(first, min(first + TILE, bins)):
                out[t, k] = rows[k, t]
    return out
