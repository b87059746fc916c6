"""What is heard beside music: hiss, crowds and streets, all of it synthesised.

Noise here is mono, float32, shape (samples,), at no particular level.
"""

from __future__ import annotations

from enum import StrEnum

import numpy as np

from earmark.evaluation.signals import Signal, band_passed, decibels_to_gain, shaped_noise
from earmark.evaluation.speech import speak

VOICES_IN_BABBLE = (6, 10)
LOUDNESS_DB = (-8.0, 0.0)
"""Range of the levels of the voices in a crowd: some are nearer."""


class Noise(StrEnum):
    """Kinds of noise."""

    WHITE = "white"
    PINK = "pink"
    SPEECH = "speech"
    """One voice."""
    BABBLE = "babble"
    """A crowd that talks."""
    STREET = "street"
    """Traffic: a rumble, cars that pass, horns."""


def make_noise(kind: Noise, samples: int, sample_rate_hz: int, rng: np.random.Generator) -> Signal:
    """Make so many samples of a kind of noise."""
    if kind is Noise.WHITE:
        return shaped_noise(samples, rng, 0.0)
    if kind is Noise.PINK:
        return shaped_noise(samples, rng, 1.0)
    if kind is Noise.SPEECH:
        return speak(samples, sample_rate_hz, rng)
    if kind is Noise.BABBLE:
        return _babble(samples, sample_rate_hz, rng)
    return _street(samples, sample_rate_hz, rng)


def _babble(samples: int, sample_rate_hz: int, rng: np.random.Generator) -> Signal:
    """Voices that talk at once."""
    mix = np.zeros(samples, np.float32)
    for _ in range(rng.integers(*VOICES_IN_BABBLE, endpoint=True)):
        level = decibels_to_gain(rng.uniform(*LOUDNESS_DB))
        mix += np.float32(level) * speak(samples, sample_rate_hz, rng)
    return mix


def _street(samples: int, sample_rate_hz: int, rng: np.random.Generator) -> Signal:
    """A rumble, with one car and one horn in every four seconds or so."""
    mix = shaped_noise(samples, rng, 1.6)
    for _ in range(1 + samples // (4 * sample_rate_hz)):
        mix += _passing_car(samples, sample_rate_hz, rng)
        mix += _horn(samples, sample_rate_hz, rng)
    return mix


def _passing_car(samples: int, sample_rate_hz: int, rng: np.random.Generator) -> Signal:
    """Tyres on asphalt, louder and softer again around a random moment."""
    time_s = np.arange(samples) / sample_rate_hz
    closest_s = rng.uniform(0.0, samples / sample_rate_hz)
    nearness = 1.0 / (1.0 + ((time_s - closest_s) / rng.uniform(0.4, 1.2)) ** 2)
    tyres = band_passed(shaped_noise(samples, rng, 0.5), sample_rate_hz, 300.0, 2500.0)
    return (rng.uniform(0.5, 2.0) * nearness * tyres).astype(np.float32)


def _horn(samples: int, sample_rate_hz: int, rng: np.random.Generator) -> Signal:
    """Two notes a third apart, blown for a moment."""
    time_s = np.arange(samples) / sample_rate_hz
    start_s = rng.uniform(0.0, samples / sample_rate_hz)
    low_hz = rng.uniform(330, 440)
    blown = (time_s >= start_s) & (time_s < start_s + rng.uniform(0.2, 0.7))
    sound = np.tanh(3 * np.sin(2 * np.pi * low_hz * time_s))
    sound += np.tanh(3 * np.sin(2 * np.pi * 1.26 * low_hz * time_s))
    return np.asarray(rng.uniform(0.05, 0.3) * blown * sound, np.float32)
