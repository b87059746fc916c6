from __future__ import annotations

import io
import struct
import wave

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.server.wav import read_plain, written_plain


def written(samples: np.ndarray, rate_hz: int = 16_000) -> bytes:
    """A WAVE file of 16-bit samples, shape (n, channels)."""
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setparams((samples.shape[1], 2, rate_hz, len(samples), "NONE", ""))
        file.writeframes(samples.astype("<i2").tobytes())
    return target.getvalue()


@pytest.mark.parametrize("channels", [1, 2])
def test_a_plain_wave_is_read_as_it_is(channels: int) -> None:
    """Every sample, and the rate."""
    samples = np.arange(100 * channels).reshape(100, channels)
    plain = read_plain(written(samples, 44_100), 10)
    assert plain is not None
    assert plain.rate_hz == 44_100
    assert np.array_equal(plain.samples, samples)


def test_only_the_beginning_is_read() -> None:
    """As much as a query listens to."""
    plain = read_plain(written(np.zeros((32_000, 1))), 0.5)
    assert plain is not None
    assert plain.samples.shape == (8_000, 1)


def test_a_wave_that_breaks_off_is_read_as_far_as_it_goes() -> None:
    """Whole samples only; programs that stream do not know the length that they write."""
    plain = read_plain(written(np.ones((100, 1)))[:-3], 10)
    assert plain is not None
    assert plain.samples.shape == (98, 1)


def test_floats_and_foreign_chunks_are_read() -> None:
    """What stands between the format and the sound is passed over."""
    sound = np.linspace(-1, 1, 50, dtype="<f4").tobytes()
    form = struct.pack("<HHIIHH", 3, 1, 8_000, 32_000, 4, 32)
    chunks = [(b"fmt ", form), (b"LIST", b"odd"), (b"data", sound)]
    body = b"".join(
        name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
        for name, data in chunks
    )
    plain = read_plain(b"RIFF" + struct.pack("<I", len(body)) + b"WAVE" + body, 10)
    assert plain is not None
    assert plain.samples[-1, 0] == 1.0


@pytest.mark.parametrize(
    "change",
    [
        (20, struct.pack("<H", 2)),  # ADPCM
        (22, struct.pack("<H", 9)),  # channels
        (24, struct.pack("<I", 1)),  # Hz
        (32, struct.pack("<H", 5)),  # bytes to a frame
        (34, struct.pack("<H", 8)),  # bits
        (36, b"junk"),
        (0, b"RIFX"),
    ],
)
def test_what_is_not_plain_is_left_to_the_decoder(change: tuple[int, bytes]) -> None:
    """It knows more formats, and has a process of its own to fail in."""
    at, what = change
    data = bytearray(written(np.ones((100, 1))))
    data[at : at + len(what)] = what
    assert read_plain(bytes(data), 10) is None


@given(st.binary(max_size=300), st.integers(0, 44))
def test_no_bytes_do_harm(noise: bytes, kept: int) -> None:
    """Whatever follows a good beginning, there are samples or there is nothing."""
    plain = read_plain(written(np.ones((4, 1)))[:kept] + noise, 10)
    assert plain is None or plain.samples.ndim == 2


def test_what_is_written_is_read_again() -> None:
    """By another program, too; what is beyond full scale is clipped, and does not wrap."""
    samples = np.array([0.0, 0.5, -1.0, 1.0, 3.0, -3.0], np.float32)
    data = written_plain(samples, 44_100)
    with wave.open(io.BytesIO(data)) as file:
        assert (file.getnchannels(), file.getframerate(), file.getnframes()) == (1, 44_100, 6)
    plain = read_plain(data, 10)
    assert plain is not None
    assert plain.samples[:, 0].tolist() == [0, 16384, -32767, 32767, 32767, -32768]
