from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.params import PeakParams
from earmark.units import (
    bins_to_hz,
    change,
    frame_rate_hz,
    frames_to_seconds,
    hz_to_bins,
    iso_written,
    pitch_to_semitones,
    samples_to_frames,
    samples_to_seconds,
    seconds_to_frames,
    semitones_to_pitch,
    steps_to_seconds,
)

PARAMS = PeakParams()
values = st.floats(-1e6, 1e6)


@given(values)
def test_frames_become_seconds_and_frames_again(frames: float) -> None:
    """Frames to seconds and back is the identity."""
    back = seconds_to_frames(frames_to_seconds(frames, PARAMS), PARAMS)
    assert back == pytest.approx(frames, abs=1e-6)


@given(values)
def test_bins_become_hertz_and_bins_again(bins: float) -> None:
    """Bins to hertz and back is the identity."""
    assert hz_to_bins(bins_to_hz(bins, PARAMS), PARAMS) == pytest.approx(bins, abs=1e-6)


def test_a_second_is_so_many_frames_steps_and_samples() -> None:
    """One second is the frame rate in frames, `steps` times that in steps, the rate in samples."""
    rate = frame_rate_hz(PARAMS)
    assert frames_to_seconds(rate, PARAMS) == 1
    assert steps_to_seconds(rate * PARAMS.steps, PARAMS) == 1
    assert samples_to_seconds(PARAMS.sample_rate_hz, PARAMS) == 1


@pytest.mark.parametrize(("samples", "frames"), [(0, 0), (1, 1), (128, 1), (129, 2), (256, 2)])
def test_a_frame_belongs_to_a_recording_that_holds_its_centre(samples: int, frames: int) -> None:
    """Frame k is centred on sample k times the hop, so one sample is enough for frame 0."""
    assert samples_to_frames(samples, PARAMS) == frames


def test_an_octave_has_twelve_semitones() -> None:
    """Twice the frequency is 12 semitones up, half of it 12 down."""
    assert (pitch_to_semitones(2), pitch_to_semitones(1), pitch_to_semitones(0.5)) == (12, 0, -12)
    assert (semitones_to_pitch(12), semitones_to_pitch(0), semitones_to_pitch(-12)) == (2, 1, 0.5)


@pytest.mark.parametrize(
    ("speed", "tempo", "pitch", "expected"),
    [
        (1.0, 1.0, 0.0, ""),
        (1.03, 1.03, 0.51, "speed +3.0 %"),
        (None, 0.95, 0.0, "tempo -5.0 %"),
        (None, 1.05, -1.0, "tempo +5.0 %  pitch -1.00 semitones"),
    ],
)
def test_a_change_is_told_as_what_it_is(
    speed: float | None, tempo: float, pitch: float, expected: str
) -> None:
    """As one of speed where it is one; what did not change is not told."""
    assert change(speed, tempo, pitch) == expected


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("2026-01-31T12:00:00.123+00:00", "2026-01-31T12:00:00.123Z"),
        ("2026-01-31T13:00:00+01:00", "2026-01-31T12:00:00.000Z"),
        ("2026-01-31T12:00:00", "2026-01-31T12:00:00.000Z"),
        ("2026-01-31T12:00:00.123Z", "2026-01-31T12:00:00.123Z"),
        ("0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00.000Z"),
        ("9999-12-31T23:59:59-14:00", "9999-12-31T23:59:59.999Z"),
        ("some day", "some day"),
        ("", ""),
    ],
)
def test_moments_are_told_in_one_style(written: str, told: str) -> None:
    """Whoever wrote them, and whenever; what is no moment stays."""
    assert iso_written(written) == told
