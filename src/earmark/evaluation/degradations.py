"""What happens to music on its way to a microphone, a telephone or a social network.

Each function takes a mono signal (float32, shape (n,), full scale at 1.0) and gives one of the same
rate; the length stays too, except where a speed changes it. What is random comes from the
generator passed in.
"""

from __future__ import annotations

import numpy as np

from earmark.evaluation.noises import Noise, make_noise
from earmark.evaluation.rooms import response_of, some_room
from earmark.evaluation.signals import (
    Signal,
    band_passed,
    convolved,
    decibels_to_gain,
    fitted,
    normalised,
    resampled,
    rms,
    split,
)

TELEPHONE_BAND_HZ = (300.0, 3400.0)

MU_LAW = 255.0
"""The companding constant of ITU-T G.711 in North America and Japan."""

MU_LAW_LEVELS = 127
"""Steps on each side of zero."""


RADIO_EDGES_HZ = (150.0, 800.0, 4000.0)
"""Between the bands that a radio station compresses on their own."""
RADIO_ATTACK_S = 0.03
RADIO_RATIO = 6.0
RADIO_THRESHOLD = 0.05
"""Level of a band, relative to the RMS of all, above which it is compressed."""
RADIO_DRIVE = 0.7


def add_noise(
    signal: Signal,
    sample_rate_hz: int,
    rng: np.random.Generator,
    *,
    snr_db: float,
    kind: Noise = Noise.PINK,
) -> Signal:
    """Add noise at a ratio of signal to noise, both taken as RMS over the whole clip.

    A silent signal stays silent: no ratio to silence can be had.
    """
    noise = make_noise(kind, len(signal), sample_rate_hz, rng)
    level = rms(signal) / decibels_to_gain(snr_db) / (rms(noise) or 1.0)
    return signal + np.float32(level) * noise


def telephone(signal: Signal, sample_rate_hz: int) -> Signal:
    """Cut to a telephone's band and quantise to 8 bits by the mu-law."""
    narrow = band_passed(signal, sample_rate_hz, *TELEPHONE_BAND_HZ)
    loudest = float(np.max(np.abs(narrow), initial=0.0)) or 1.0
    companded = np.log1p(MU_LAW * np.abs(narrow) / loudest) / np.log1p(MU_LAW)
    quantised = np.round(companded * MU_LAW_LEVELS) / MU_LAW_LEVELS
    expanded = np.expm1(quantised * np.log1p(MU_LAW)) / MU_LAW * loudest
    sound = np.copysign(expanded, narrow).astype(np.float32)
    return band_passed(sound, sample_rate_hz, *TELEPHONE_BAND_HZ)


def change_speed(signal: Signal, factor: float) -> Signal:
    """Play faster (or slower) by a factor: tempo and pitch together, as a turntable does.

    Raises:
        ValueError: the factor is not positive.
    """
    return resampled(signal, factor)


def in_room(signal: Signal, sample_rate_hz: int, rng: np.random.Generator) -> Signal:
    """Hear the signal from across some room, chosen by chance; the direct sound keeps its level."""
    return convolved(signal, response_of(some_room(rng), sample_rate_hz, rng))


def overdrive(signal: Signal, gain_db: float) -> Signal:
    """Amplify the loudest sample so far beyond full scale and clip hard, as a cheap recorder does.

    The result reaches full scale, but for silence.
    """
    loud = normalised(signal, decibels_to_gain(gain_db))
    return np.asarray(np.clip(loud, -1.0, 1.0), np.float32)


def broadcast(signal: Signal, sample_rate_hz: int) -> Signal:
    """Compress each of four bands and limit their sum, as radio stations do to sound loud."""
    level = rms(signal)
    if not level:
        return signal
    smoothing = _falling(RADIO_ATTACK_S, sample_rate_hz)
    total = np.zeros(len(signal), np.float32)
    for band in split(signal / np.float32(level), sample_rate_hz, RADIO_EDGES_HZ):
        power = np.maximum(convolved(np.square(band), smoothing), 0.0)
        over = np.maximum(np.sqrt(power) / RADIO_THRESHOLD, 1.0)
        total += band * over ** (1.0 / RADIO_RATIO - 1.0)
    return np.asarray(np.tanh(total * np.float32(RADIO_DRIVE / rms(total))), np.float32)


def _falling(decay_s: float, sample_rate_hz: int) -> Signal:
    """The impulse response of a one-pole low-pass filter, with a sum of 1."""
    samples = np.arange(int(8 * decay_s * sample_rate_hz))
    response = np.exp(-samples / (decay_s * sample_rate_hz))
    return np.asarray(response / response.sum(), np.float32)


def excerpt(signal: Signal, sample_rate_hz: int, start_s: float, duration_s: float) -> Signal:
    """Cut a clip out of a signal; beyond its end there is silence."""
    start = round(start_s * sample_rate_hz)
    return fitted(signal[start:], round(duration_s * sample_rate_hz))
