"""What happens to music on its way to a microphone, a telephone or a social network.

Each function takes a mono signal (float32, shape (n,), full scale at 1.0) and gives one of the same
rate; the length stays too, except where a speed changes it. What is random comes from the
generator passed in.
"""

from __future__ import annotations

import numpy as np

from earmark.evaluation.instruments import room_response
from earmark.evaluation.noises import Noise, make_noise
from earmark.evaluation.signals import (
    Signal,
    band_passed,
    convolved,
    decibels_to_gain,
    fitted,
    resampled,
    rms,
)

TELEPHONE_BAND_HZ = (300.0, 3400.0)

MU_LAW = 255.0
"""The companding constant of ITU-T G.711 in North America and Japan."""

MU_LAW_LEVELS = 127
"""Steps on each side of zero."""


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


def in_room(
    signal: Signal,
    sample_rate_hz: int,
    rng: np.random.Generator,
    *,
    reverb_s: float = 0.5,
    direct_db: float = 0.0,
) -> Signal:
    """Hear the signal from across a room.

    Args:
        signal: the direct sound.
        sample_rate_hz: its rate.
        rng: decides the room's echoes.
        reverb_s: the time in which the reverberation falls by 60 dB.
        direct_db: energy of the direct sound relative to the reverberation's.
    """
    echoes = convolved(signal, room_response(reverb_s, sample_rate_hz, rng))
    return np.float32(decibels_to_gain(direct_db)) * signal + echoes


def overdrive(signal: Signal, gain_db: float) -> Signal:
    """Amplify beyond full scale and clip hard, as a cheap recorder does."""
    return np.asarray(np.clip(signal * decibels_to_gain(gain_db), -1.0, 1.0), np.float32)


def excerpt(signal: Signal, sample_rate_hz: int, start_s: float, duration_s: float) -> Signal:
    """Cut a clip out of a signal; beyond its end there is silence."""
    start = round(start_s * sample_rate_hz)
    return fitted(signal[start:], round(duration_s * sample_rate_hz))
