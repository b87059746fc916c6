"""Instruments for synthesised pieces: tones from wavetables, drums from noise, a room around them.

A tone reads two band-limited wavetables, one bright and one dull, and fades from the first to the
second as real strings and bells do. Levels are linear, full scale at 1.0.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from earmark.evaluation.signals import Signal, band_passed, convolved, shaped_noise

TABLE_SAMPLES = 2048
"""Length of one cycle in a wavetable."""

HIGHEST_PARTIAL_HZ = 9000.0
"""Partials above this are left out; a wavetable holds none that could alias."""


@dataclass(frozen=True, slots=True)
class Timbre:
    """How an instrument sounds; all times in seconds."""

    tilt: float
    """How fast partials weaken: amplitude 1 / number ** tilt. 1 is a saw, 3 nearly a sine."""
    even: float = 1.0
    """Level of the even partials; 0 sounds hollow, as a clarinet or a square wave does."""
    attack_s: float = 0.005
    decay_s: float = 1.0
    """Time in which a held note falls to 37 %."""
    sustain: float = 0.0
    """Level that a held note does not fall below."""
    release_s: float = 0.05
    brightness_s: float = 0.3
    """Time in which the bright partials fade to 37 %."""
    vibrato_cents: float = 0.0
    detune_cents: float = 0.0
    """Distance of a second voice, as in a chorus or a piano's strings; 0 for none."""
    drive: float = 0.0
    """Distortion, as of an amplifier; 0 for none."""


class Drum(StrEnum):
    """The pieces of a drum kit."""

    KICK = "kick"
    SNARE = "snare"
    HAT = "hat"
    OPEN_HAT = "open hat"
    TOM = "tom"
    RIDE = "ride"
    SHAKER = "shaker"


@dataclass(frozen=True, slots=True)
class NoisyPart:
    """The rattle of a drum: filtered noise that dies away."""

    low_hz: float
    high_hz: float
    decay_s: float
    level: float


@dataclass(frozen=True, slots=True)
class Skin:
    """The boom of a drum: a falling sine that dies away."""

    start_hz: float
    end_hz: float
    fall_s: float
    decay_s: float
    level: float


_DRUMS: dict[Drum, tuple[Skin | None, NoisyPart]] = {
    Drum.KICK: (Skin(150, 48, 0.03, 0.14, 1.0), NoisyPart(1500, 5000, 0.005, 0.25)),
    Drum.SNARE: (Skin(240, 180, 0.02, 0.07, 0.5), NoisyPart(900, 8000, 0.09, 0.7)),
    Drum.HAT: (None, NoisyPart(6000, 9500, 0.025, 0.4)),
    Drum.OPEN_HAT: (None, NoisyPart(5000, 9500, 0.15, 0.35)),
    Drum.TOM: (Skin(190, 95, 0.05, 0.18, 0.9), NoisyPart(400, 2500, 0.03, 0.2)),
    Drum.RIDE: (Skin(3310, 3300, 0.1, 0.25, 0.08), NoisyPart(4000, 9000, 0.22, 0.2)),
    Drum.SHAKER: (None, NoisyPart(3500, 8000, 0.05, 0.25)),
}


def tone(  # a note's four dimensions, its instrument and its chance
    frequency_hz: float,
    duration_s: float,
    timbre: Timbre,
    sample_rate_hz: int,
    rng: np.random.Generator,
) -> Signal:
    """Play one note, with its release beyond `duration_s`."""
    samples = int((duration_s + timbre.release_s) * sample_rate_hz)
    time_s = np.arange(samples) / sample_rate_hz
    sound = _voice(frequency_hz, time_s, timbre, rng)
    if timbre.detune_cents:
        other_hz = frequency_hz * 2.0 ** (timbre.detune_cents / 1200)
        sound = 0.6 * (sound + _voice(other_hz, time_s, timbre, rng))
    if timbre.drive:
        sound = np.tanh(sound * (1.0 + timbre.drive)) / np.tanh(1.0 + timbre.drive)
    return (sound * _envelope(time_s, duration_s, timbre)).astype(np.float32)


def drum(
    kind: Drum, sample_rate_hz: int, rng: np.random.Generator, *, tuning: float = 1.0
) -> Signal:
    """Strike a drum once; no two strokes are quite the same.

    Args:
        kind: which drum.
        sample_rate_hz: of the sound.
        rng: decides the rattle.
        tuning: factor on all of the drum's frequencies, which tells one kit from another.
    """
    skin, noisy = _DRUMS[kind]
    longest_s = max(noisy.decay_s, skin.decay_s if skin else 0.0)
    samples = int(5 * longest_s * sample_rate_hz)
    time_s = np.arange(samples) / sample_rate_hz
    low_hz, high_hz = tuning * noisy.low_hz, tuning * noisy.high_hz
    noise = band_passed(shaped_noise(samples, rng, 0.0), sample_rate_hz, low_hz, high_hz)
    sound = noisy.level * noise * np.exp(-time_s / (noisy.decay_s * rng.uniform(0.85, 1.15)))
    if skin:
        sound = sound + _boom(skin, time_s, tuning * rng.uniform(0.97, 1.03))
    fade = np.minimum(1.0, (samples - np.arange(samples)) / (0.01 * sample_rate_hz))
    return (sound * fade).astype(np.float32)


def room_response(reverb_s: float, sample_rate_hz: int, rng: np.random.Generator) -> Signal:
    """Make the reverberation of a room: noise that falls by 60 dB in `reverb_s`, highs sooner.

    The direct sound is not in it; the response has unit energy.
    """
    samples = max(1, int(reverb_s * sample_rate_hz))
    time_s = np.arange(samples) / sample_rate_hz
    noise = shaped_noise(samples, rng, 0.0)
    low = band_passed(noise, sample_rate_hz, 0.0, 2500.0)
    falling = 10.0 ** (-3.0 * time_s / reverb_s)
    response = low * falling + (noise - low) * falling**2
    scale = 1.0 / float(np.sqrt(np.sum(np.square(response))))
    return np.asarray(response * scale, np.float32)


def reverberated(
    signal: Signal, reverb_s: float, wet: float, sample_rate_hz: int, rng: np.random.Generator
) -> Signal:
    """Add a room's answer, `wet` times as strong as the direct sound."""
    response = room_response(reverb_s, sample_rate_hz, rng)
    return signal + np.float32(wet) * convolved(signal, response)


def _voice(
    frequency_hz: float, time_s: NDArray[np.float64], timbre: Timbre, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Fade from the bright wavetable to the dull one while the phase runs."""
    bright = _wavetable(frequency_hz, timbre.tilt, timbre.even)
    dull = _wavetable(frequency_hz, timbre.tilt + 1.5, timbre.even)
    cycles = rng.random() + frequency_hz * time_s
    if timbre.vibrato_cents:
        depth = frequency_hz * (2.0 ** (timbre.vibrato_cents / 1200) - 1.0)
        rate_hz = rng.uniform(4.5, 6.0)
        swing = np.minimum(1.0, time_s / 0.3) * np.sin(2 * np.pi * rate_hz * time_s)
        cycles = cycles + depth / (2 * np.pi * rate_hz) * swing
    place = (cycles * TABLE_SAMPLES).astype(np.int64) % TABLE_SAMPLES
    fade = np.exp(-time_s / timbre.brightness_s)
    return dull[place] + fade * (bright[place] - dull[place])


def _wavetable(frequency_hz: float, tilt: float, even: float) -> NDArray[np.float64]:
    """One cycle with every partial up to HIGHEST_PARTIAL_HZ, RMS 0.5, shape (TABLE_SAMPLES,)."""
    partials = np.arange(1, max(2, min(TABLE_SAMPLES // 4, int(HIGHEST_PARTIAL_HZ / frequency_hz))))
    spectrum = np.zeros(TABLE_SAMPLES // 2 + 1, np.complex128)
    levels = np.where(partials % 2 == 0, even, 1.0) / partials**tilt
    spectrum[partials] = levels * np.exp(1j * partials**2)
    cycle = np.fft.irfft(spectrum, TABLE_SAMPLES)
    return cycle * float(0.5 / np.sqrt(np.mean(np.square(cycle))))


def _envelope(
    time_s: NDArray[np.float64], duration_s: float, timbre: Timbre
) -> NDArray[np.float64]:
    """Attack, decay to the sustained level, and release after `duration_s`."""
    rising = np.minimum(1.0, time_s / timbre.attack_s)
    held = timbre.sustain + (1.0 - timbre.sustain) * np.exp(-time_s / timbre.decay_s)
    released = np.clip(1.0 - (time_s - duration_s) / timbre.release_s, 0.0, 1.0)
    return rising * held * released


def _boom(skin: Skin, time_s: NDArray[np.float64], tuning: float) -> NDArray[np.float64]:
    """The falling sine of a drum skin: the integral of its frequency is its phase."""
    swept = (skin.start_hz - skin.end_hz) * skin.fall_s * (1.0 - np.exp(-time_s / skin.fall_s))
    cycles = tuning * (skin.end_hz * time_s + swept)
    return skin.level * np.sin(2 * np.pi * cycles) * np.exp(-time_s / skin.decay_s)
