"""A synthetic voice: no words, but what makes speech speech to an ear and to a spectrogram.

A source-filter model. The source is a buzz with the pitch of a speaker, falling through each
phrase, or the hiss of a consonant; the filter is three formants that glide from sound to sound.
Syllables make words, words make phrases, and between phrases the speaker breathes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earmark.evaluation.signals import Signal, decibels_to_gain, fitted, rms, shaped_noise

CONTROL_HZ = 200
"""How often the mouth's shape is told per second."""

SYLLABLES_PER_WORD = (1, 4)
WORDS_PER_PHRASE = (3, 9)
WORD_GAP_S = (0.0, 0.06)
BREATH_S = (0.25, 0.8)

_VOWELS_HZ = (
    (270, 2290, 3010),
    (390, 1990, 2550),
    (530, 1840, 2480),
    (660, 1720, 2410),
    (730, 1090, 2440),
    (570, 840, 2410),
    (440, 1020, 2240),
    (300, 870, 2240),
    (640, 1190, 2390),
    (490, 1350, 1690),
)
"""First three formants of ten vowels of a man's voice, after Peterson and Barney (1952)."""

_FORMANT_WIDTHS_HZ = (70.0, 100.0, 150.0)
_FORMANT_LEVELS = (1.0, 0.5, 0.25)

_HISSES_HZ = (1500.0, 2600.0, 3500.0, 5500.0)
"""Where the hiss of a consonant is strongest: as in loch, she, tea and see."""

_BUZZ_TILT_HZ = 500.0
"""Above it, the buzz of the vocal cords falls by 6 dB an octave more than a sawtooth."""


@dataclass(slots=True)
class _Mouth:
    """What a speaker does over time; all arrays have shape (controls,), at CONTROL_HZ."""

    formants_hz: NDArray[np.float64]
    """Shape (controls, 3)."""
    pitch_hz: NDArray[np.float64]
    voiced: NDArray[np.float64]
    """Level of the buzz, 0 to 1."""
    hiss: NDArray[np.float64]
    hiss_hz: NDArray[np.float64]

    @classmethod
    def closed(cls, controls: int, pitch_hz: float) -> _Mouth:
        """A speaker who says nothing."""
        return cls(
            np.tile(np.array(_VOWELS_HZ[-1], np.float64), (controls, 1)),
            np.full(controls, pitch_hz),
            *(np.zeros(controls), np.zeros(controls), np.full(controls, _HISSES_HZ[0])),
        )


@dataclass(frozen=True, slots=True)
class _Speaker:
    """What distinguishes one voice from another."""

    pitch_hz: float
    tract: float
    """Formants relative to a man's."""
    syllable_s: float
    melody: float
    """How far the pitch falls in a phrase, in octaves."""


def speak(samples: int, sample_rate_hz: int, rng: np.random.Generator) -> Signal:
    """Let one random speaker talk for so many samples, with an RMS of 1 (0 for too few)."""
    controls = samples * CONTROL_HZ // sample_rate_hz + 2
    high = bool(rng.random() < 0.5)  # noqa: PLR2004 - a woman's voice as often as a man's
    speaker = _Speaker(
        pitch_hz=rng.uniform(165, 240) if high else rng.uniform(85, 140),
        tract=rng.uniform(1.1, 1.25) if high else rng.uniform(0.92, 1.06),
        syllable_s=rng.uniform(0.15, 0.22),
        melody=rng.uniform(0.25, 0.6),
    )
    mouth = _articulated(controls, speaker, rng)
    sound = _filtered(mouth, samples, sample_rate_hz, rng)
    return sound / np.float32(rms(sound) or 1.0)


def _articulated(controls: int, speaker: _Speaker, rng: np.random.Generator) -> _Mouth:
    """Plan phrases until the time is over; speech may be under way when it begins."""
    mouth = _Mouth.closed(controls, speaker.pitch_hz)
    at = -int(rng.uniform(0.0, 1.5) * CONTROL_HZ)
    while at < controls:
        at = _phrase(mouth, at, speaker, rng) + int(rng.uniform(*BREATH_S) * CONTROL_HZ)
    smoothing = np.hanning(9) / np.hanning(9).sum()
    for formant in mouth.formants_hz.T:
        formant[:] = np.convolve(np.pad(formant, 4, mode="edge"), smoothing, "valid")
    return mouth


def _phrase(mouth: _Mouth, at: int, speaker: _Speaker, rng: np.random.Generator) -> int:
    """Say a phrase from a control on; return where it ends."""
    words = [int(rng.integers(*SYLLABLES_PER_WORD)) for _ in range(rng.integers(*WORDS_PER_PHRASE))]
    count, spoken = sum(words), 0
    for syllables in words:
        stressed = rng.integers(syllables)
        for number in range(syllables):
            fall = speaker.melody * (0.5 - spoken / count)
            lift = 0.15 if number == stressed else 0.0
            at = _syllable(mouth, at, speaker, 2.0 ** (fall + lift), rng)
            spoken += 1
        at += int(rng.uniform(*WORD_GAP_S) * CONTROL_HZ)
    return at


def _syllable(
    mouth: _Mouth, at: int, speaker: _Speaker, melody: float, rng: np.random.Generator
) -> int:
    """Say a consonant, or none, and a vowel that glides a little; return where it ends."""
    if rng.random() < 0.75:  # noqa: PLR2004 - most syllables begin with a consonant
        at = _consonant(mouth, at, rng)
    length = max(8, int(speaker.syllable_s * rng.uniform(0.5, 1.2) * CONTROL_HZ))
    begin, end = max(at, 0), min(at + length, len(mouth.voiced))
    if begin < end:
        place = (np.arange(begin, end) - at) / length
        first, last = (np.array(_VOWELS_HZ[rng.integers(len(_VOWELS_HZ))]) for _ in range(2))
        glide = 0.35 * place[:, None]
        mouth.formants_hz[begin:end] = speaker.tract * ((1 - glide) * first + glide * last)
        wobble = rng.normal(0.0, 0.006, end - begin)
        mouth.pitch_hz[begin:end] = speaker.pitch_hz * melody * (1.03 - 0.06 * place + wobble)
        shape = np.minimum(1.0, np.minimum(place, 1.0 - place) * 6.0)
        mouth.voiced[begin:end] = shape * decibels_to_gain(rng.uniform(-5.0, 0.0))
    return at + length


def _consonant(mouth: _Mouth, at: int, rng: np.random.Generator) -> int:
    """Say a stop (silence, then a burst) or a fricative (a longer hiss); return where it ends."""
    stop = bool(rng.random() < 0.5)  # noqa: PLR2004 - as often as a fricative
    gap = int(rng.uniform(0.03, 0.07) * CONTROL_HZ) if stop else 0
    length = int((rng.uniform(0.01, 0.03) if stop else rng.uniform(0.05, 0.12)) * CONTROL_HZ)
    begin, end = max(at + gap, 0), min(at + gap + length, len(mouth.voiced))
    if begin < end:
        mouth.hiss[begin:end] = rng.uniform(0.2, 0.6)
        mouth.hiss_hz[begin:end] = _HISSES_HZ[rng.integers(len(_HISSES_HZ))]
    return at + gap + length


def _filtered(mouth: _Mouth, samples: int, sample_rate_hz: int, rng: np.random.Generator) -> Signal:
    """Run buzz and hiss through the filters, frame by frame, and add the frames up."""
    hop = sample_rate_hz // CONTROL_HZ
    size = 1 << (4 * hop - 1).bit_length()
    hz = np.asarray(np.fft.rfftfreq(size, 1.0 / sample_rate_hz), np.float64)
    length = hop * len(mouth.voiced) + size
    every = np.arange(length) / hop
    pitch_hz = np.interp(every, np.arange(len(mouth.pitch_hz)), mouth.pitch_hz)
    buzz = 1.0 - 2.0 * (np.cumsum(pitch_hz) / sample_rate_hz % 1.0)
    hiss = shaped_noise(length, rng, 0.0).astype(np.float64)
    window = np.hanning(4 * hop + 1)[:-1]
    voice, breath = (_frames(source, len(mouth.voiced), hop, window) for source in (buzz, hiss))
    spectra = np.fft.rfft(voice, size) * (mouth.voiced[:, None] * _formants(mouth, hz))
    spectra += np.fft.rfft(breath, size) * _breath(mouth, hz)
    frames = np.fft.irfft(spectra, size)
    sound = np.zeros(length)
    for number, frame in enumerate(frames):
        sound[number * hop : number * hop + size] += frame
    return fitted(sound.astype(np.float32), samples)


def _frames(
    source: NDArray[np.float64], count: int, hop: int, window: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Cut overlapping, windowed frames, shape (count, len(window))."""
    windows = np.lib.stride_tricks.sliding_window_view(source, len(window))
    return np.asarray(windows[: count * hop : hop] * window)


def _formants(mouth: _Mouth, hz: NDArray[np.float64]) -> NDArray[np.float64]:
    """The filter of a vowel, shape (controls, len(hz))."""
    response = np.full((len(mouth.voiced), len(hz)), 0.004)
    for number, (width_hz, level) in enumerate(
        zip(_FORMANT_WIDTHS_HZ, _FORMANT_LEVELS, strict=True)
    ):
        away = (hz - mouth.formants_hz[:, number, None]) / width_hz
        response += level / (1.0 + away**2)
    return np.asarray(response / np.sqrt(1.0 + (hz / _BUZZ_TILT_HZ) ** 2))


def _breath(mouth: _Mouth, hz: NDArray[np.float64]) -> NDArray[np.float64]:
    """The filter of a consonant, and of the breath in a vowel, shape (controls, len(hz))."""
    centre_hz = mouth.hiss_hz[:, None]
    hissed = 0.05 * mouth.hiss[:, None] / (1.0 + ((hz - centre_hz) / (0.35 * centre_hz)) ** 2)
    return np.asarray(hissed + 0.03 * mouth.voiced[:, None] * _formants(mouth, hz))
