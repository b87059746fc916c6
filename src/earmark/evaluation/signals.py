"""Small tools of signal processing that synthesis and degradations share.

A signal here is mono, float32, shape (samples,), full scale at 1.0.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

Signal = NDArray[np.float32]

RESAMPLER_TAPS = 64
"""Samples of the input that make one sample of the output."""

RESAMPLER_PHASES = 512
"""Tabulated positions between two samples; between them the kernel is interpolated linearly."""

RESAMPLER_BETA = 9.0
"""Of the Kaiser window: about 90 dB of stop-band attenuation."""

RESAMPLER_PASSBAND = 0.94
"""The kernel's cut-off as a part of the lower of the two Nyquist frequencies."""

_BLOCK_SAMPLES = 1 << 15


def rms(signal: Signal) -> float:
    """Root mean square; 0.0 for an empty signal."""
    return float(np.sqrt(np.mean(np.square(signal, dtype=np.float64)))) if len(signal) else 0.0


def decibels_to_gain(decibels: float) -> float:
    """The factor on an amplitude."""
    return float(10.0 ** (decibels / 20.0))


def normalised(signal: Signal, peak: float = 0.9) -> Signal:
    """Scale a signal so that its largest magnitude is `peak`; silence stays silence."""
    largest = float(np.max(np.abs(signal), initial=0.0))
    return (signal * (peak / largest)).astype(np.float32) if largest else signal


def fitted(signal: Signal, samples: int) -> Signal:
    """Cut or pad with zeros at the end to exactly so many samples."""
    return np.pad(signal[:samples], (0, max(0, samples - len(signal))))


def convolved(signal: Signal, response: Signal) -> Signal:
    """Convolve with an impulse response; the tail beyond the signal's own length is cut."""
    if not len(signal):
        return signal
    size = 1 << (len(signal) + len(response) - 1).bit_length()
    spectrum = np.fft.rfft(signal, size) * np.fft.rfft(response, size)
    return np.fft.irfft(spectrum, size)[: len(signal)].astype(np.float32)


def shaped_noise(samples: int, rng: np.random.Generator, exponent: float) -> Signal:
    """Gaussian noise whose power falls as 1 / frequency ** exponent, with an RMS of 1.

    Args:
        samples: length of the noise.
        rng: the source of randomness.
        exponent: 0 gives white, 1 pink, 2 brown noise.
    """
    if not samples:
        return np.zeros(0, np.float32)
    spectrum = np.fft.rfft(rng.standard_normal(samples))
    bins = np.arange(len(spectrum), dtype=np.float64)
    bins[0] = 1.0
    noise = np.fft.irfft(spectrum * bins ** (-exponent / 2), samples).astype(np.float32)
    return noise / np.float32(rms(noise) or 1.0)


def band_passed(signal: Signal, sample_rate_hz: int, low_hz: float, high_hz: float) -> Signal:
    """Keep what lies between two frequencies, with skirts 20 % of an edge wide outside them."""
    spectrum = np.fft.rfft(signal)
    hz = np.fft.rfftfreq(len(signal), 1.0 / sample_rate_hz) if len(signal) else np.zeros(1)
    rising = np.clip((hz - 0.8 * low_hz) / (0.2 * low_hz), 0.0, 1.0) if low_hz else 1.0
    falling = np.clip((1.2 * high_hz - hz) / (0.2 * high_hz), 0.0, 1.0)
    shape = np.sin(0.5 * np.pi * rising * falling) ** 2
    return np.fft.irfft(spectrum * shape, len(signal)).astype(np.float32) if len(signal) else signal


def split(signal: Signal, sample_rate_hz: int, edges_hz: Sequence[float]) -> list[Signal]:
    """Split into bands that add up to the signal again, crossing over within an octave.

    Args:
        signal: shape (n,).
        sample_rate_hz: its rate.
        edges_hz: rising; where one band ends and the next begins.
    """
    spectrum = np.fft.rfft(signal) if len(signal) else np.zeros(1)
    hz = np.maximum(np.fft.rfftfreq(max(1, len(signal)), 1.0 / sample_rate_hz), 1e-3)
    below, bands = np.zeros(len(hz)), []
    for edge_hz in (*edges_hz, np.inf):
        place = np.clip(0.5 - np.log2(hz) + np.log2(edge_hz), 0.0, 1.0)
        passed = np.sin(0.5 * np.pi * place) ** 2
        band = np.fft.irfft(spectrum * (passed - below), len(signal)) if len(signal) else signal
        bands.append(band.astype(np.float32))
        below = passed
    return bands


def resampled(signal: Signal, ratio: float) -> Signal:
    """Read a signal `ratio` times as fast, band-limited: 2.0 halves its length, 1.0 copies it.

    A windowed sinc: flat below `RESAMPLER_PASSBAND` of the lower Nyquist frequency, but for its
    transition band, and without audible aliasing.

    Args:
        signal: shape (n,).
        ratio: input samples per output sample, greater than 0.

    Returns:
        Shape (round(n / ratio),).

    Raises:
        ValueError: `ratio` is not positive.
    """
    if ratio <= 0:
        message = f"cannot resample by {ratio}: the ratio must be positive"
        raise ValueError(message)
    if ratio == 1.0:
        return signal.copy()
    table = _resampling_kernel(min(1.0, 1.0 / ratio))
    padded = np.pad(signal, RESAMPLER_TAPS)
    output = np.empty(round(len(signal) / ratio), np.float32)
    for begin in range(0, len(output), _BLOCK_SAMPLES):
        places = ratio * np.arange(
            begin, min(begin + _BLOCK_SAMPLES, len(output)), dtype=np.float64
        )
        output[begin : begin + len(places)] = _interpolated(padded, places, table)
    return output


def _interpolated(padded: Signal, places: NDArray[np.float64], table: Signal) -> Signal:
    """Read a signal, padded by RESAMPLER_TAPS on both sides, at fractional places."""
    whole = np.floor(places).astype(np.int64)
    phase = (places - whole) * RESAMPLER_PHASES
    row = phase.astype(np.int64)
    part = (phase - row).astype(np.float32)[:, None]
    weights = table[row] * (1 - part) + table[row + 1] * part
    first = whole + 1 + RESAMPLER_TAPS // 2
    last = len(padded) - RESAMPLER_TAPS
    windows = np.lib.stride_tricks.sliding_window_view(padded, RESAMPLER_TAPS)
    sums: Signal = np.einsum("ij,ij->i", windows[np.minimum(first, last)], weights)
    return sums


@cache
def _resampling_kernel(bandwidth: float) -> Signal:
    """One row of taps per phase, shape (RESAMPLER_PHASES + 1, RESAMPLER_TAPS)."""
    phases = np.arange(RESAMPLER_PHASES + 1) / RESAMPLER_PHASES
    taps = np.arange(RESAMPLER_TAPS) + 1 - RESAMPLER_TAPS // 2
    distance = taps[None, :] - phases[:, None]
    cutoff = bandwidth * RESAMPLER_PASSBAND
    inside = np.maximum(0.0, 1.0 - (2.0 * distance / RESAMPLER_TAPS) ** 2)
    window = np.i0(RESAMPLER_BETA * np.sqrt(inside)) / np.i0(RESAMPLER_BETA)
    return (cutoff * np.sinc(cutoff * distance) * window).astype(np.float32)
