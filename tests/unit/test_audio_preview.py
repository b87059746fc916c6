"""A small copy of a recording, for listening."""

from __future__ import annotations

import io

import numpy as np
import pytest

from earmark.audio import open_audio, save_preview
from earmark.errors import UnsupportedAudioError
from tests.media import RATE_HZ, WAV, Pipe, encode, loudest_hz, tone, whole


class OneWay(io.BytesIO):
    """A target that can only be appended to."""

    def seekable(self) -> bool:
        """Tell that there is no way back."""
        return False


@pytest.mark.parametrize("target", [io.BytesIO(), OneWay()], ids=["file", "pipe"])
def test_a_preview_sounds_like_the_recording(target: io.BytesIO) -> None:
    """The same tone for the same time comes out of a small Opus file."""
    save_preview(io.BytesIO(encode(tone(10, 44_100), WAV)), target)
    copy = open_audio(io.BytesIO(target.getvalue()), sample_rate_hz=RATE_HZ)
    samples = whole(copy)
    assert (copy.container, copy.codec) == ("ogg", "opus")
    assert copy.duration_s == pytest.approx(10, abs=0.05)
    assert loudest_hz(samples) == pytest.approx(440, abs=1)


def test_a_preview_is_small() -> None:
    """Even noise takes no more than 32 kbit/s."""
    noise = np.random.default_rng(3).uniform(-1, 1, 10 * 44_100)
    target = io.BytesIO()
    save_preview(io.BytesIO(encode(noise, WAV)), target)
    assert len(target.getvalue()) < 10 * 32_000 / 8


def test_a_preview_can_come_from_a_stream() -> None:
    """The recording is read once, from front to back."""
    target = io.BytesIO()
    save_preview(Pipe(encode(tone(1, 44_100), WAV)), target)
    assert target.getvalue().startswith(b"OggS")


def test_the_target_stays_open() -> None:
    """The caller closes what the caller opened."""
    target = io.BytesIO()
    save_preview(io.BytesIO(encode(tone(1, 44_100), WAV)), target)
    assert not target.closed


def test_what_cannot_be_played_has_no_preview() -> None:
    """The error of the recording comes through, and nothing is written."""
    target = io.BytesIO()
    with pytest.raises(UnsupportedAudioError):
        save_preview(io.BytesIO(b"Dear diary"), target)
    assert target.getvalue() == b""


def test_a_failing_target_is_an_os_error() -> None:
    """A full disk is told as the system tells it."""

    class Full(OneWay):
        def write(self, _data: object) -> int:
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        save_preview(io.BytesIO(encode(tone(60, 44_100), WAV)), Full())
