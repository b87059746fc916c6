"""Tests of earmark.recording."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from earmark.audio import AudioStream, open_samples
from earmark.errors import SilentAudioError
from earmark.fingerprint import unpack_peaks
from earmark.params import PeakParams, QueryParams
from earmark.recording import read_clip, read_recording
from tests.media import RATE_HZ

PARAMS = PeakParams()


def noise(seconds: float) -> NDArray[np.float32]:
    """White noise, shape (n,)."""
    return np.random.default_rng(1).normal(0, 0.1, round(seconds * RATE_HZ)).astype(np.float32)


def stream_of(samples: NDArray[Any]) -> AudioStream:
    """Samples as a recording."""
    return open_samples(samples, input_rate_hz=RATE_HZ, sample_rate_hz=RATE_HZ)


def test_a_recording_is_its_peaks_and_its_length() -> None:
    """All that a track needs of its sound is there."""
    recording = read_recording(stream_of(noise(3)), PARAMS)
    assert recording.duration_s == 3.0
    assert len(unpack_peaks(recording.constellation)) == recording.peaks > 0


def test_the_same_sound_has_the_same_hash() -> None:
    """The constellation's hash finds a recording under other tags."""
    first, second = (read_recording(stream_of(noise(3)), PARAMS) for _ in range(2))
    assert first.constellation_hash == second.constellation_hash
    assert first.constellation_hash == hashlib.sha256(first.constellation).digest()


@pytest.mark.parametrize("samples", [np.zeros(8000), np.zeros(1), np.full(8000, np.nan)])
def test_silence_is_no_recording(samples: NDArray[np.float64]) -> None:
    """What has not one peak cannot be recognised, and is refused with that cause."""
    with pytest.raises(SilentAudioError, match="nothing in it to recognise"):
        read_recording(stream_of(samples), PARAMS)


def test_a_silent_clip_is_a_clip() -> None:
    """To a query, silence is an answer, not an error."""
    heard = read_clip(stream_of(np.zeros(8000)), PARAMS, QueryParams())
    assert (len(heard.peaks), heard.duration_s) == (0, 1.0)


def test_of_a_long_clip_only_the_beginning_is_heard() -> None:
    """The rest changes nothing, down to the last peak."""
    query = QueryParams(max_clip_s=2.0)
    long = read_clip(stream_of(noise(5)), PARAMS, query)
    short = read_clip(stream_of(noise(5)[: 2 * RATE_HZ]), PARAMS, query)
    assert long.duration_s == 2.0
    assert np.array_equal(long.peaks.time, short.peaks.time)
