from __future__ import annotations

import io
from collections.abc import Iterator
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from earmark.audio import excerpt, read_excerpt
from earmark.audio.ffmpeg import FFmpegDecoder
from earmark.errors import AudioError
from earmark.evaluation.codecs import CATALOGUE_CODECS, LOSSY_CODECS, Codec, decode, encode
from earmark.evaluation.synthesis import catalogue

RATE_HZ = 8000
LONG_S = 14.0
SOUGHT_S = 8.3


@cache
def recording(codec: Codec) -> bytes:
    """Music as a file."""
    piece = next(iter(catalogue(1, seed=3, duration_s=LONG_S)))
    return encode(piece.samples, piece.sample_rate_hz, codec)


def length_s(data: bytes) -> float:
    """How long a file is."""
    return len(decode(data, RATE_HZ)) / RATE_HZ


def part(data: bytes, start_s: float, duration_s: float) -> NDArray[np.float32]:
    """Part of a file."""
    source = io.BytesIO(data)
    return read_excerpt(source, start_s=start_s, duration_s=duration_s, sample_rate_hz=RATE_HZ)


def late(found: NDArray[np.float32], there: NDArray[np.float32], at: int) -> int:
    """By how many samples what was found lies off its place, where it agrees best."""
    inner = slice(400, len(found) - 400)
    places = range(-300, 301)
    errors = [float(np.abs(found[inner] - there[at + place :][inner]).mean()) for place in places]
    return places[int(np.argmin(errors))]


@pytest.fixture(autouse=True)
def decoded(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """How many seconds were passed over to come to each part."""
    found: list[float] = []
    taken = excerpt._part

    def count(stream: object, left_out: int, wanted: int) -> object:
        found.append(left_out / RATE_HZ)
        return taken(stream, left_out, wanted)  # type: ignore[arg-type]

    monkeypatch.setattr(excerpt, "_part", count)
    monkeypatch.setattr(excerpt, "SEEK_FROM_S", 3.0)
    return found  # type: ignore[return-value]


@pytest.mark.parametrize("codec", [*CATALOGUE_CODECS, *LOSSY_CODECS], ids=lambda codec: codec.name)
def test_a_part_is_where_it_should_be(codec: Codec, decoded: list[float]) -> None:
    """In any coding, and what lies before is not decoded."""
    data = recording(codec)
    found = part(data, SOUGHT_S, 2.0)
    assert len(found) == 2 * RATE_HZ
    assert late(found, decode(data, RATE_HZ), round(SOUGHT_S * RATE_HZ)) == 0
    assert max(decoded) < SOUGHT_S / 2


def test_an_early_part_is_exactly_that() -> None:
    """It is decoded from the start."""
    data = recording(CATALOGUE_CODECS[0])
    there = decode(data, RATE_HZ)
    assert np.array_equal(part(data, 2.0, 2.0), there[2 * RATE_HZ : 4 * RATE_HZ])
    assert np.array_equal(part(data, 0.0, 1.0), there[:RATE_HZ])


def test_a_part_ends_with_the_recording() -> None:
    """It is shorter then, and behind the end there is nothing."""
    data = recording(CATALOGUE_CODECS[0])
    ends_s = length_s(data)
    assert len(part(data, ends_s - 1, 5.0)) == pytest.approx(RATE_HZ, abs=1)
    assert len(part(data, ends_s + 10, 5.0)) == 0


def test_what_cannot_be_sought_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where FFmpeg does not know where it is, or is not the decoder."""
    data = recording(CATALOGUE_CODECS[0])
    monkeypatch.setattr(FFmpegDecoder, "leap", lambda *_: None)
    found = part(data, 8.0, 1.0)
    assert np.array_equal(found, decode(data, RATE_HZ)[8 * RATE_HZ : 9 * RATE_HZ])


def test_what_is_no_audio_says_so() -> None:
    """However far into it the part would be."""
    for start_s in (0.0, 100.0):
        with pytest.raises(AudioError):
            part(b"not at all music" * 99, start_s, 1.0)
