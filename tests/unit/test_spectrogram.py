from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from earmark.axis import axis_of
from earmark.params import Axis, PeakParams
from earmark.spectrogram import Spectrogram
from earmark.units import samples_to_frames
from tests.axes import AXES, on_every_axis

PARAMS = PeakParams()


def spectrogram(*blocks: NDArray[np.float32], params: PeakParams = PARAMS) -> NDArray[np.float32]:
    """All rows of power of a recording given in blocks."""
    stream = Spectrogram(params)
    rows = [power for block in blocks for power in stream.feed(block)]
    bands = len(axis_of(params).centre_bins)
    return np.concatenate([np.empty((0, bands), np.float32), *rows, *stream.finish()])


def noise(seed: int, samples: int) -> NDArray[np.float32]:
    """White noise."""
    return np.random.default_rng(seed).normal(0, 0.1, samples).astype(np.float32)


def sine(hz: float, samples: int, amplitude: float = 1.0) -> NDArray[np.float32]:
    """A pure tone."""
    time_s = np.arange(samples) / PARAMS.sample_rate_hz
    return (amplitude * np.sin(2 * np.pi * hz * time_s)).astype(np.float32)


@settings(max_examples=30, deadline=None)
@given(
    st.sampled_from(AXES),
    st.integers(0, 60_000),
    st.lists(st.integers(0, 60_000), max_size=8),
)
def test_any_cut_into_blocks_gives_the_same_power(
    params: PeakParams, samples: int, cuts: list[int]
) -> None:
    """A stream gives, bit for bit, what the whole recording gives."""
    sound = noise(1, samples)
    pieces = spectrogram(*np.split(sound, sorted(cuts)), params=params)
    assert np.array_equal(pieces, spectrogram(sound, params=params))


@pytest.mark.parametrize("samples", [0, 1, 127, 128, 129, 16_384, 16_385, 40_000])
def test_every_frame_within_the_recording_is_given_once(samples: int) -> None:
    """There are as many frames as have their centre in the recording."""
    assert len(spectrogram(noise(2, samples))) == samples_to_frames(samples, PARAMS)


@on_every_axis
def test_power_is_float32(params: PeakParams) -> None:
    """The kernels behind are compiled for one type only."""
    assert spectrogram(noise(3, 1000), params=params).dtype == np.float32


@pytest.mark.parametrize("which", [16, 100, 447])
@on_every_axis
def test_a_full_scale_sine_has_power_one(params: PeakParams, which: int) -> None:
    """0 dB is a sine of amplitude 1 at the centre of a band."""
    band = which if params.axis is Axis.LINEAR else which * params.bands // 448
    hz = float(axis_of(params).hz(band * params.steps))
    power = spectrogram(sine(hz, 16_000), params=params)[60]
    assert power.argmax() == band
    assert power[band] == pytest.approx(1, rel=1e-4)


def test_a_click_sounds_in_the_frames_whose_window_holds_it() -> None:
    """Frame k is centred on sample k * hop: a click there is loudest in it, and even around it."""
    sound = np.zeros(16_000, np.float32)
    sound[50 * PARAMS.hop_samples] = 1
    power = spectrogram(sound)[:, 100]
    assert power.argmax() == 50
    assert power[47] == pytest.approx(power[53], rel=1e-3)
