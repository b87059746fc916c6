"""What is heard beside music: hiss, crowds and streets, all of it synthesised.

Noise here is mono, float32, shape (samples,), at no particular level.
"""

from __future__ import annotations

from enum import StrEnum

import numpy as np

from earmark.evaluation.signals import Signal, band_passed, shaped_noise

VOICES_IN_BABBLE = 8

SPOKEN_PART = 0.85
"""The part of a speaker's time that is not a pause."""

_VOWELS_HZ = (
    (730, 1090, 2440),
    (270, 2290, 3010),
    (300, 870, 2240),
    (530, 1840, 2480),
    (570, 840, 2410),
)
"""First three formants of five vowels of a man's voice, after Peterson and Barney (1952)."""

_FORMANT_WIDTHS_HZ = (80, 110, 160)


class Noise(StrEnum):
    """Kinds of noise."""

    WHITE = "white"
    PINK = "pink"
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
    if kind is Noise.BABBLE:
        return _babble(samples, sample_rate_hz, rng)
    return _street(samples, sample_rate_hz, rng)


def _babble(samples: int, sample_rate_hz: int, rng: np.random.Generator) -> Signal:
    """Voices that talk at once, without words."""
    mix = np.zeros(samples, np.float32)
    for _ in range(VOICES_IN_BABBLE):
        mix += np.float32(rng.uniform(0.4, 1.0)) * _voice(samples, sample_rate_hz, rng)
    return mix


def _voice(samples: int, sample_rate_hz: int, rng: np.random.Generator) -> Signal:
    """One voice: syllables with the pitch of a speaker, and pauses for breath."""
    speech = np.zeros(samples, np.float32)
    pitch_hz = rng.uniform(95, 230)
    start = 0
    while start < samples:
        length = int(rng.uniform(0.12, 0.3) * sample_rate_hz)
        if rng.random() < SPOKEN_PART:
            sound = _syllable(length, pitch_hz * rng.uniform(0.85, 1.2), sample_rate_hz, rng)
            speech[start : start + length] += sound[: samples - start]
        start += int(length * rng.uniform(0.7, 1.0))
    return speech


def _syllable(
    length: int, pitch_hz: float, sample_rate_hz: int, rng: np.random.Generator
) -> Signal:
    """A buzz and a breath, coloured by the formants of a vowel."""
    time_s = np.arange(length) / sample_rate_hz
    glide = pitch_hz * (1.0 + rng.uniform(-0.15, 0.1) * time_s / time_s[-1])
    buzz = 1.0 - 2.0 * (np.cumsum(glide) / sample_rate_hz % 1.0)
    source = buzz + 0.15 * rng.standard_normal(length)
    hz = np.fft.rfftfreq(length, 1.0 / sample_rate_hz)
    scale = rng.uniform(0.95, 1.2)
    response = np.full(len(hz), 0.01)
    formants = _VOWELS_HZ[rng.integers(len(_VOWELS_HZ))]
    for number, (formant_hz, width_hz) in enumerate(zip(formants, _FORMANT_WIDTHS_HZ, strict=True)):
        response += 0.5**number / (1.0 + ((hz - scale * formant_hz) / width_hz) ** 2)
    shaped = np.fft.irfft(np.fft.rfft(source) * response, length)
    return (shaped * np.hanning(length)).astype(np.float32)


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
