from __future__ import annotations

import numpy as np
import pytest

from earmark.sources.frames import first_frame, frame_bytes
from tests.media import ADTS, MP3, Format, encode, tone


@pytest.mark.parametrize("how", [MP3, ADTS], ids=lambda how: how.container)
def test_the_first_frame_of_a_stream_is_found(how: Format) -> None:
    """Cut anywhere, a stream goes on with the next frame: all of them follow one another."""
    data = encode(tone(3, 44_100), how)[4000:]
    at = first_frame(data)
    for _ in range(10):
        size = frame_bytes(data[at : at + 6])
        assert size > 0
        assert first_frame(data[at + 1 :]) == size - 1
        at += size


def test_noise_has_no_frames() -> None:
    """A head found by chance is not followed by others."""
    noise = np.random.default_rng(1).integers(0, 256, 4096, np.uint8).tobytes()
    assert first_frame(noise) == 0


def test_sync_bytes_alone_are_no_frames() -> None:
    """A run of ones has no length."""
    assert first_frame(b"\xff" * 4096) == 0
    assert frame_bytes(b"\xff\xfb") == 0
