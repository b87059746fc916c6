"""Part of a recording: a few seconds from anywhere in it, without decoding all that lies before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from earmark.audio.ffmpeg import FFmpegDecoder, open_container
from earmark.audio.source import open_input
from earmark.audio.stream import AudioStream, open_audio
from earmark.errors import AudioError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from earmark.audio.source import AudioSource

SEEK_FROM_S = 60.0
"""What begins later is sought. What begins sooner is decoded from the start, which takes a fraction
of a second and is exact: of a file without an index, FFmpeg guesses where a time lies."""

ROOM_S = 2.0
"""Of sound before the part: decoders need some of it before what they give is right."""

BLOCK_S = 0.5


def read_excerpt(
    source: AudioSource, *, start_s: float, duration_s: float, sample_rate_hz: int
) -> NDArray[np.float32]:
    """Return part of a recording as mono samples, shape (n,), full scale +-1.

    It is shorter where the recording ends within it, and empty where it ends before.

    Args:
        source: a path, or a file object that can seek.
        start_s: from the start of the recording.
        duration_s: of the part.
        sample_rate_hz: rate of the samples.

    Raises:
        AudioError: the recording cannot be decoded.
    """
    wanted = round(duration_s * sample_rate_hz)
    if start_s > SEEK_FROM_S:
        found = _sought(source, start_s, wanted, sample_rate_hz)
        if found is not None:
            return found
    with open_audio(source, sample_rate_hz=sample_rate_hz, block_s=BLOCK_S) as stream:
        return _part(stream, round(start_s * sample_rate_hz), wanted)


def _sought(
    source: AudioSource, start_s: float, wanted: int, rate_hz: int
) -> NDArray[np.float32] | None:
    """Return the part after a leap to it; None if that cannot be done, or it is not known where to.

    Args:
        source: the recording.
        start_s: of the part.
        wanted: how many samples.
        rate_hz: of the samples.
    """
    data = open_input(source)
    try:
        if not data.seekable():
            return None
        decoder = FFmpegDecoder(open_container(data), data.label, BLOCK_S)
        with AudioStream(data.label, decoder, decoder.blocks(), None, rate_hz) as stream:
            at_s = decoder.leap(start_s - ROOM_S)
            if at_s is None or at_s > start_s:
                return None
            return _part(stream, round((start_s - at_s) * rate_hz), wanted)
    except AudioError:
        return None
    finally:
        data.seek(0)
        data.close()


def _part(stream: AudioStream, left_out: int, wanted: int) -> NDArray[np.float32]:
    """Return so many samples behind those that are left out."""
    parts = list(_within(iter(stream), left_out, left_out + wanted))
    return np.concatenate([np.empty(0, np.float32), *parts])


def _within(
    blocks: Iterator[NDArray[np.float32]], begin: int, end: int
) -> Iterator[NDArray[np.float32]]:
    at = 0
    for block in blocks:
        yield block[max(0, begin - at) : max(0, end - at)]
        at += len(block)
        if at >= end:
            return
