"""Tests of earmark.evaluation.speech."""

from __future__ import annotations

import numpy as np
import pytest

from earmark.evaluation.signals import band_passed, rms
from earmark.evaluation.speech import speak

RATE_HZ = 22050


def levels_db(seed: int, seconds: int = 12) -> np.ndarray:
    """The level of each 50 ms of one speaker, relative to the mean."""
    sound = speak(seconds * RATE_HZ, RATE_HZ, np.random.default_rng(seed))
    blocks = sound[: len(sound) // 1102 * 1102].reshape(-1, 1102)
    return np.asarray(10 * np.log10(np.mean(blocks**2, axis=1) + 1e-9))


@pytest.mark.parametrize("samples", [0, 1, 500, 30_000])
def test_a_speaker_fills_the_time_given(samples: int) -> None:
    """Speech has the length asked for, however short."""
    assert len(speak(samples, RATE_HZ, np.random.default_rng(1))) == samples


def test_a_speaker_has_an_rms_of_one() -> None:
    """The level does not depend on how much is said."""
    assert rms(speak(5 * RATE_HZ, RATE_HZ, np.random.default_rng(2))) == pytest.approx(1, rel=0.01)


def test_the_same_seed_says_the_same() -> None:
    """Speech is a function of its generator."""
    first, again = (speak(9000, RATE_HZ, np.random.default_rng(3)) for _ in range(2))
    assert np.array_equal(first, again)


@pytest.mark.parametrize("seed", range(4))
def test_a_speaker_breathes(seed: int) -> None:
    """Some of the time, but less than half, is a pause 30 dB below the rest."""
    pauses = np.mean(levels_db(seed) < -30)
    assert 0.03 < pauses < 0.5


@pytest.mark.parametrize("seed", range(4))
def test_speech_has_the_rhythm_of_syllables(seed: int) -> None:
    """The level rises and falls two to eight times a second, more than at other rates."""
    power = 10 ** (levels_db(seed) / 10)
    swing = np.abs(np.fft.rfft(power - power.mean())) ** 2
    hz = np.fft.rfftfreq(len(power), 0.05)
    assert swing[(hz > 1) & (hz < 8)].sum() > 0.5 * swing.sum()


def test_most_of_a_voice_lies_below_three_kilohertz() -> None:
    """The first formants carry the power, and some hiss is above."""
    sound = speak(10 * RATE_HZ, RATE_HZ, np.random.default_rng(4))
    low = (rms(band_passed(sound, RATE_HZ, 0, 3000)) / rms(sound)) ** 2
    assert 0.7 < low < 0.9999
