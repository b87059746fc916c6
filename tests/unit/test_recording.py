from __future__ import annotations

import hashlib

import numpy as np
import pytest
from numpy.typing import NDArray

from earmark.audio import AudioStream, open_samples
from earmark.errors import SilentAudioError
from earmark.fingerprint import fingerprint
from earmark.packing import pack
from earmark.params import PeakParams, QueryParams
from earmark.recording import read_clip, read_recording

PARAMS, QUERY = PeakParams(), QueryParams()
RATE_HZ = PARAMS.sample_rate_hz


def sound(seconds: float) -> NDArray[np.float32]:
    """White noise."""
    rng = np.random.default_rng(1)
    return rng.normal(0, 0.1, round(seconds * RATE_HZ)).astype(np.float32)


def stream(samples: NDArray[np.float32]) -> AudioStream:
    """The samples as a stream at the parameters' rate."""
    return open_samples(samples, input_rate_hz=RATE_HZ, sample_rate_hz=RATE_HZ)


def test_a_recording_is_its_constellation_and_duration() -> None:
    """What is read from a stream is what the samples give."""
    samples = sound(20.5)
    recording = read_recording(stream(samples), PARAMS)
    assert recording.constellation == pack(fingerprint([samples], PARAMS))
    assert recording.duration_s == pytest.approx(20.5)
    assert recording.corrupt_packets == 0


def test_a_recording_knows_its_hash() -> None:
    """The same sound is found again under other tags by the SHA-256 of its constellation."""
    recording = read_recording(stream(sound(3)), PARAMS)
    assert recording.constellation_hash == hashlib.sha256(recording.constellation).digest()


def test_a_silent_recording_is_refused() -> None:
    """A track without one peak could never be found; the error names it."""
    with pytest.raises(SilentAudioError, match="silent"):
        read_recording(stream(np.zeros(RATE_HZ, np.float32)), PARAMS)


def test_a_clip_is_its_dense_constellation() -> None:
    """A clip that is not too long is listened to as a whole."""
    samples = sound(5)
    clip = read_clip(stream(samples), PARAMS, QUERY)
    assert pack(clip.heard.peaks) == pack(fingerprint([samples], PARAMS, QUERY))
    assert clip.duration_s == pytest.approx(5)
    assert clip.heard.frames == 313


@pytest.mark.parametrize("wanted_s", [0.0, 0.01, 3.0])
def test_of_a_long_clip_only_the_beginning_is_listened_to(wanted_s: float) -> None:
    """The clip ends, to the sample, where the query says."""
    query = QueryParams(max_clip_s=wanted_s)
    samples = sound(6)
    clip = read_clip(stream(samples), PARAMS, query)
    beginning = samples[: round(wanted_s * RATE_HZ)]
    assert clip.duration_s == pytest.approx(wanted_s)
    assert pack(clip.heard.peaks) == pack(fingerprint([beginning], PARAMS, query))
