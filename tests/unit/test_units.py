"""Tests of earmark.units."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark import units
from earmark.params import PeakParams

PARAMS = PeakParams()


@given(st.floats(0.0, 1e6))
def test_frames_and_seconds_are_inverse(seconds: float) -> None:
    """A time becomes a frame and the same time again."""
    frames = units.seconds_to_frames(seconds, PARAMS)
    assert units.frames_to_seconds(frames, PARAMS) == pytest.approx(seconds)


@given(st.floats(0.0, 4000.0))
def test_bins_and_hertz_are_inverse(hz: float) -> None:
    """A frequency becomes a bin and the same frequency again."""
    assert units.bins_to_hz(units.hz_to_bins(hz, PARAMS), PARAMS) == pytest.approx(hz)


def test_a_second_has_a_frame_rate_of_frames() -> None:
    """One second is as many frames as the frame rate says."""
    assert units.seconds_to_frames(1.0, PARAMS) == units.frame_rate_hz(PARAMS) == 62.5


def test_a_frame_has_its_steps() -> None:
    """As many steps as one frame has last as long as one frame."""
    assert units.steps_to_seconds(PARAMS.steps, PARAMS) == units.frames_to_seconds(1, PARAMS)


def test_the_last_bin_is_half_the_sample_rate() -> None:
    """Half a window of bins reaches the Nyquist frequency."""
    assert units.bins_to_hz(PARAMS.window_samples / 2, PARAMS) == PARAMS.sample_rate_hz / 2


def test_samples_become_seconds_at_the_analysis_rate() -> None:
    """A sample rate of samples lasts one second."""
    assert units.samples_to_seconds(PARAMS.sample_rate_hz, PARAMS) == 1.0


@pytest.mark.parametrize(("samples", "frames"), [(0, 0), (1, 1), (128, 1), (129, 2)])
def test_a_frame_is_centred_on_every_hop(samples: int, frames: int) -> None:
    """Frames are centred on samples 0, 128, 256 and so on, while there are any."""
    assert units.samples_to_frames(samples, PARAMS) == frames


def test_an_octave_has_twelve_semitones() -> None:
    """Twice the frequency is twelve semitones up, half of it twelve down."""
    assert units.pitch_to_semitones(2.0) == 12.0
    assert units.pitch_to_semitones(0.5) == -12.0
