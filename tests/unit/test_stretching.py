"""Tests of earmark.evaluation.stretching."""

from __future__ import annotations

import numpy as np
import pytest

from earmark.evaluation.signals import Signal, resampled
from earmark.evaluation.stretching import stretched

RATE_HZ = 22050


def tone(seconds: float = 4.0) -> Signal:
    """A kilohertz."""
    time_s = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    return (0.5 * np.sin(2 * np.pi * 1000 * time_s)).astype(np.float32)


def pitch_hz(sound: Signal) -> float:
    """The strongest frequency."""
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    return float(np.argmax(spectrum) * RATE_HZ / len(sound))


@pytest.mark.parametrize(
    ("tempo", "pitch"), [(0.88, 1.0), (1.12, 1.0), (1.0, 0.8), (1.0, 1.26), (1.08, 0.89)]
)
def test_tempo_and_pitch_are_changed_apart(tempo: float, pitch: float) -> None:
    """The length follows the tempo alone, and the frequency the pitch alone."""
    sound = stretched(tone(), RATE_HZ, tempo=tempo, pitch=pitch)
    assert len(sound) == round(4 * RATE_HZ / tempo)
    assert pitch_hz(sound) == pytest.approx(1000 * pitch, abs=1.5)


@pytest.mark.parametrize("tempo", [0.88, 1.12])
def test_a_stretched_tone_stays_a_tone(tempo: float) -> None:
    """Nearly all power is within 1 % of its frequency: no clicks, no warble."""
    sound = stretched(tone(), RATE_HZ, tempo=tempo)[4000:-4000]
    power = np.abs(np.fft.rfft(sound * np.hanning(len(sound)))) ** 2
    hz = np.fft.rfftfreq(len(sound), 1 / RATE_HZ)
    assert power[np.abs(hz - 1000) < 10].sum() > 0.98 * power.sum()


@pytest.mark.parametrize("tempo", [0.9, 1.1])
def test_every_moment_is_where_the_tempo_puts_it(tempo: float) -> None:
    """Bursts of noise come at their new times, to within 40 ms, from the first to the last."""
    rng = np.random.default_rng(1)
    starts = np.arange(1, 10) * RATE_HZ
    signal = np.zeros(11 * RATE_HZ, np.float32)
    for start in starts:
        signal[start : start + 400] = rng.normal(0, 0.3, 400)
    sound = stretched(signal, RATE_HZ, tempo=tempo)
    for start in starts:
        around = round(start / tempo) + np.arange(-4000, 4000)
        centre = around[np.argmax(np.convolve(sound[around] ** 2, np.ones(400), "same"))]
        assert centre * tempo == pytest.approx(start + 200, abs=0.04 * RATE_HZ)


def test_equal_factors_are_a_change_of_speed() -> None:
    """A turntable needs no stretching: the result is the resampled signal."""
    assert np.array_equal(
        stretched(tone(), RATE_HZ, tempo=1.05, pitch=1.05), resampled(tone(), 1.05)
    )


def test_no_change_changes_nothing() -> None:
    """With both factors 1 the signal comes back."""
    assert np.array_equal(stretched(tone(), RATE_HZ), tone())


def test_nothing_can_be_played_at_no_tempo() -> None:
    """A tempo of 0 is refused."""
    with pytest.raises(ValueError, match="must be positive"):
        stretched(tone(0.1), RATE_HZ, tempo=0.0)
