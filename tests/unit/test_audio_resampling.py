"""Any samples -> mono float32 at the analysis rate."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earmark.audio import Resampler, to_mono
from earmark.audio.resampling import LOUDEST
from earmark.errors import UsageError
from tests.media import loudest_hz, tone

NOISE = np.random.default_rng(5).standard_normal(30_000).astype(np.float32)


def resampled(samples: np.ndarray, rate_hz: int, cuts: list[int]) -> np.ndarray:
    """Resample to 8 kHz, cut at these places."""
    resampler = Resampler(rate_hz, 8000)
    blocks = [resampler.feed(part) for part in np.split(samples, sorted(cuts))]
    return np.concatenate([*blocks, resampler.flush()])


@settings(max_examples=30, deadline=None)
@given(
    cuts=st.lists(st.integers(0, len(NOISE)), max_size=60),
    rate_hz=st.sampled_from([44_100, 48_000, 8000, 11_025, 192_000, 7999]),
)
def test_chunking_changes_nothing(cuts: list[int], rate_hz: int) -> None:
    """The same audio, cut in any way, gives bit-identical samples."""
    assert np.array_equal(resampled(NOISE, rate_hz, cuts), resampled(NOISE, rate_hz, []))


def test_single_samples_are_enough() -> None:
    """Feeding sample by sample gives what feeding at once gives."""
    short = NOISE[:2000]
    assert np.array_equal(resampled(short, 44_100, list(range(2000))), resampled(short, 44_100, []))


@pytest.mark.parametrize("rate_hz", [8000, 11_025, 44_100, 96_000, 192_000, 352_800])
def test_time_and_pitch_stay(rate_hz: int) -> None:
    """A second of a tone is a second of the same tone at every rate."""
    result = resampled(tone(1, rate_hz, hz=1000), rate_hz, [])
    assert abs(len(result) - 8000) <= 1
    assert loudest_hz(result) == pytest.approx(1000, abs=1)


def test_a_resampled_tone_is_the_tone() -> None:
    """Resampling adds an error of less than a thousandth, and no delay."""
    result = resampled(tone(1, 44_100, hz=1000), 44_100, [])
    error = result[200:-200] - tone(1, 8000, hz=1000)[200:-200]
    assert np.abs(error).max() < 0.0005


def test_what_the_rate_cannot_hold_is_filtered_away() -> None:
    """A tone above half the target rate does not come back as another one."""
    assert np.abs(resampled(tone(1, 44_100, hz=5000), 44_100, [])[200:-200]).max() < 0.0001


@pytest.mark.parametrize("rate_hz", [0, -8000, 999, 2**31 - 1])
def test_rates_beyond_reason_are_refused(rate_hz: int) -> None:
    """A sample rate that no recording has is a usage error."""
    with pytest.raises(UsageError):
        Resampler(rate_hz, 8000)


@pytest.mark.parametrize("dtype", [np.int8, np.int16, np.int32])
def test_integers_have_full_scale_one(dtype: type[np.signedinteger]) -> None:
    """The lowest integer of a type is -1."""
    lowest = np.array([[np.iinfo(dtype).min]], dtype)
    assert to_mono(lowest) == pytest.approx([-1.0])


def test_unsigned_integers_are_centred() -> None:
    """The middle of an unsigned type is silence, its ends are +-1."""
    ends = np.array([[0, 128, 255]], np.uint8)
    assert to_mono(ends) == pytest.approx([-1, 0, 127 / 128])


def test_channels_are_averaged() -> None:
    """Mono is the mean of all channels."""
    channels = np.array([[0.5, 1.0], [0.25, -1.0], [0.0, 3.0]])
    assert to_mono(channels) == pytest.approx([0.25, 1.0])


@pytest.mark.parametrize("damage", [np.nan, np.inf, -np.inf, 1e30, 2 * LOUDEST])
@pytest.mark.parametrize("channels", [1, 2])
def test_damage_becomes_silence(damage: float, channels: int) -> None:
    """A sample that is no sound becomes 0, and its neighbours stay."""
    samples = np.full((channels, 3), 0.5, np.float64)
    samples[0, 1] = damage * channels
    assert to_mono(samples) == pytest.approx([0.5, 0, 0.5])


def test_the_input_stays_as_it_was() -> None:
    """Mixing does not write into the caller's array."""
    samples = np.array([[np.nan, 1.0]], np.float32)
    to_mono(samples)
    assert np.isnan(samples[0, 0])
