"""Tests of earmark.evaluation.signals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.evaluation.signals import (
    Signal,
    band_passed,
    convolved,
    decibels_to_gain,
    fitted,
    normalised,
    resampled,
    rms,
    shaped_noise,
    split,
)

RATE_HZ = 8000


def sine(hz: float, samples: int = RATE_HZ) -> Signal:
    """A full-scale sine, one second long."""
    return np.sin(2 * np.pi * hz * np.arange(samples) / RATE_HZ).astype(np.float32)


def test_rms_of_a_sine_is_its_amplitude_over_root_two() -> None:
    """The RMS of a full-scale sine is 0.7071."""
    assert rms(sine(100)) == pytest.approx(np.sqrt(0.5), abs=1e-4)


def test_rms_of_nothing_is_zero() -> None:
    """An empty signal has no level, and is no error."""
    assert rms(np.zeros(0, np.float32)) == 0.0


def test_twenty_decibels_are_a_factor_of_ten() -> None:
    """20 dB multiply an amplitude by ten."""
    assert decibels_to_gain(20.0) == pytest.approx(10.0)


def test_normalised_reaches_its_peak() -> None:
    """The largest magnitude becomes the peak that was asked for."""
    assert np.max(np.abs(normalised(3.0 * sine(100), 0.5))) == pytest.approx(0.5)


def test_normalised_leaves_silence_alone() -> None:
    """Silence cannot be made louder."""
    assert not normalised(np.zeros(10, np.float32)).any()


@given(st.integers(0, 30), st.integers(0, 30))
def test_fitted_has_the_length_asked_for(length: int, wanted: int) -> None:
    """A signal is cut or padded to exactly the length asked for, and begins as it did."""
    signal = np.arange(1, length + 1, dtype=np.float32)
    result = fitted(signal, wanted)
    assert len(result) == wanted
    assert np.array_equal(result[:length], signal[:wanted])


def test_convolving_with_an_impulse_changes_nothing() -> None:
    """The unit impulse is the neutral element of convolution."""
    impulse = np.eye(1, 50, dtype=np.float32)[0]
    assert np.allclose(convolved(sine(440), impulse), sine(440), atol=1e-6)


def test_convolving_with_a_late_impulse_delays() -> None:
    """An impulse after 30 samples delays the signal by 30 samples."""
    late = np.eye(1, 50, 30, dtype=np.float32)[0]
    assert np.allclose(convolved(sine(440), late)[30:], sine(440)[:-30], atol=1e-6)


@pytest.mark.parametrize("exponent", [0.0, 1.0, 2.0])
def test_shaped_noise_falls_by_its_exponent(exponent: float) -> None:
    """Two octaves higher, the power density is lower by 4 ** exponent."""
    noise = shaped_noise(1 << 17, np.random.default_rng(1), exponent)
    power = np.abs(np.fft.rfft(noise)) ** 2
    low, high = power[4000:8000].mean(), power[16000:32000].mean()
    assert low / high == pytest.approx(4.0**exponent, rel=0.1)


def test_shaped_noise_has_unit_level() -> None:
    """Noise of every colour has an RMS of 1."""
    assert rms(shaped_noise(5000, np.random.default_rng(2), 1.0)) == pytest.approx(1.0, abs=1e-4)


@pytest.mark.parametrize(("hz", "gain"), [(100, 0.0), (1000, 1.0), (3000, 0.0)])
def test_a_band_keeps_what_is_inside_and_drops_the_rest(hz: float, gain: float) -> None:
    """Inside the band a sine passes unchanged, outside it is gone."""
    passed = band_passed(sine(hz), RATE_HZ, 300, 2000)
    assert rms(passed) == pytest.approx(gain * rms(sine(hz)), abs=1e-3)


@pytest.mark.parametrize("ratio", [0.5, 0.96, 1.01, 1.25, 2.0])
def test_resampling_a_sine_gives_the_sine_of_the_new_pitch(ratio: float) -> None:
    """A resampled sine is the exact sine of the scaled frequency, to -80 dB."""
    result = resampled(sine(440), ratio)
    expected = np.sin(2 * np.pi * 440 * ratio * np.arange(len(result)) / RATE_HZ)
    assert rms((result - expected).astype(np.float32)[200:-200]) < 1e-4 * rms(sine(440))


def test_resampling_does_not_alias() -> None:
    """What the new rate cannot hold is removed, not folded down."""
    assert rms(resampled(sine(3000), 2.0)[100:-100]) < 1e-4


@given(st.integers(0, 500), st.floats(0.3, 3.0))
def test_resampling_scales_the_length(length: int, ratio: float) -> None:
    """The result has the signal's length divided by the ratio, rounded."""
    assert len(resampled(np.zeros(length, np.float32), ratio)) == round(length / ratio)


def test_a_ratio_of_zero_is_refused() -> None:
    """A signal cannot stand still."""
    with pytest.raises(ValueError, match="must be positive"):
        resampled(sine(440), 0.0)


def test_bands_add_up_to_the_signal() -> None:
    """Nothing is lost or doubled where bands meet."""
    noise = np.random.default_rng(8).normal(0, 0.1, 5000).astype(np.float32)
    bands = split(noise, 22050, (150.0, 800.0, 4000.0))
    assert len(bands) == 4
    assert np.sum(bands, axis=0) == pytest.approx(noise, abs=1e-5)


def test_a_tone_is_in_its_band() -> None:
    """An octave away from an edge, all of a tone is on one side."""
    tone = np.sin(2 * np.pi * 400 * np.arange(22050) / 22050).astype(np.float32)
    low, middle, high = split(tone, 22050, (200.0, 800.0))
    assert rms(middle) == pytest.approx(rms(tone), rel=1e-3)
    assert max(rms(low), rms(high)) < 1e-3


def test_nothing_has_bands_of_nothing() -> None:
    """An empty signal is split into empty ones."""
    assert [len(band) for band in split(np.zeros(0, np.float32), 22050, (800.0,))] == [0, 0]
