"""What decodes the bytes of strangers: a process of its own, with little it could do harm with.

`python -m earmark.server.sandbox clips` decodes one clip after the other; `stream` decodes one
stream as it comes; `excerpt` decodes part of a file that it is given as its standard input. Each
reads from its standard input, writes to its standard output, and ends when its input does, or with
the one excerpt: so it never outlives the server for long. It opens no file, writes none, has a
ceiling on its memory, and on its time on a processor for each clip.

A clip comes as `REQUEST` (bytes, rate in Hz, most seconds of sound, most seconds of work) and its
bytes. The answer is `ANSWER` (bytes of JSON, bytes of samples), an object with `error` and `cause`
(both null if all went well), and the samples: mono, float32, little-endian, at the rate. An
excerpt is answered in the same way. A stream is answered with samples alone; the process ends with
1 if it could not be decoded.
"""

from __future__ import annotations

import io
import json
import math
import resource
import struct
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, BinaryIO, TypeAlias, cast

import numpy as np

from earmark.audio import open_audio, read_excerpt
from earmark.errors import AudioError

if TYPE_CHECKING:
    from numpy.typing import NDArray

Told: TypeAlias = "tuple[dict[str, str | None], NDArray[np.float32]]"
"""What went wrong, if anything did, and samples of shape (n,)."""

REQUEST = struct.Struct("<QIdd")
ANSWER = struct.Struct("<IQ")

CLIP_NAME = "the clip"
STREAM_BLOCK_S = 0.25
"""Sound of a stream is given in pieces of so long: a listener decides in such steps."""

OPEN_FILES = 32
READ_BYTES = 1 << 16


class _Clip(io.BytesIO):
    """Bytes with the name that messages call them by."""

    name = CLIP_NAME


class _Stream:
    """Standard input as a stream that cannot seek, and gives what is there without waiting."""

    name = "the stream"

    def __init__(self, source: io.BufferedReader) -> None:
        self._source = source

    def read(self, size: int) -> bytes:
        """Return what is there; wait only for the first byte."""
        return self._source.read1(min(size, READ_BYTES))


def main(arguments: list[str]) -> int:
    """Decode what comes, within limits: the manner, the most megabytes of memory, and the part.

    The part is of an excerpt only: rate in Hz, start and duration in seconds, most seconds of work.
    """
    manner, most_mb, *part = arguments
    confine(int(most_mb))
    source, target = sys.stdin.buffer, sys.stdout.buffer
    if manner == "excerpt":
        decode_excerpt(source, target, *map(float, part))
        return 0
    if manner == "clips":
        decode_clips(source, target)
        return 0
    return decode_stream(cast("io.BufferedReader", source), target)


def confine(most_mb: int) -> None:
    """Give up what a decoder does not need."""
    most = most_mb << 20
    _lower(resource.RLIMIT_DATA, most)
    _lower(resource.RLIMIT_NOFILE, OPEN_FILES)
    _lower(resource.RLIMIT_FSIZE, 0)
    _lower(resource.RLIMIT_CORE, 0)


def decode_clips(source: BinaryIO, target: BinaryIO) -> None:
    """Answer requests until there are no more."""
    while len(head := source.read(REQUEST.size)) == REQUEST.size:
        length, rate_hz, most_s, work_s = REQUEST.unpack(head)
        data = source.read(length)
        if len(data) < length:
            return
        _allow(work_s)
        _answer(target, *decoded(data, rate_hz, most_s))


def decode_excerpt(
    source: BinaryIO,
    target: BinaryIO,
    rate_hz: float,
    start_s: float,
    duration_s: float,
    work_s: float,
) -> None:
    """Answer with part of the file that is the input."""
    _allow(work_s)
    excerpt = partial(
        read_excerpt,
        source,
        start_s=start_s,
        duration_s=duration_s,
        sample_rate_hz=int(rate_hz),
    )
    _answer(target, *_told(excerpt))


def decoded(data: bytes, rate_hz: int, most_s: float) -> Told:
    """Return what went wrong, if anything did, and the first seconds of a clip, shape (n,)."""

    def first_seconds() -> NDArray[np.float32]:
        with open_audio(_Clip(data), sample_rate_hz=rate_hz) as stream:
            parts = list(_beginning(iter(stream), round(most_s * rate_hz)))
        return np.concatenate([np.empty(0, np.float32), *parts])

    return _told(first_seconds)


def decode_stream(source: io.BufferedReader, target: BinaryIO) -> int:
    """Decode one stream as it comes; the rate is that of the first four bytes, in Hz."""
    (rate_hz,) = struct.unpack("<I", source.read(4))
    try:
        with open_audio(
            _Stream(source),
            sample_rate_hz=rate_hz,
            spool_limit_bytes=None,
            block_s=STREAM_BLOCK_S,
        ) as stream:
            for block in stream:
                target.write(block.astype("<f4").tobytes())
                target.flush()
    except AudioError:
        return 1
    return 0


def _told(decode: Callable[[], NDArray[np.float32]]) -> Told:
    """Decode, and return what went wrong, if anything did, and the samples."""
    nothing = np.empty(0, np.float32)
    try:
        return {"error": None, "cause": None}, decode()
    except AudioError as error:
        return {"error": type(error).__name__, "cause": error.cause}, nothing
    except MemoryError:
        cause = "decoding it takes too much memory"
        return {"error": "UndecodableAudioError", "cause": cause}, nothing


def _answer(target: BinaryIO, told: Mapping[str, str | None], samples: NDArray[np.float32]) -> None:
    text = json.dumps(told).encode()
    target.write(ANSWER.pack(len(text), samples.nbytes) + text)
    target.write(samples.tobytes())
    target.flush()


def _beginning(blocks: Iterator[NDArray[np.float32]], left: int) -> Iterator[NDArray[np.float32]]:
    for block in blocks:
        yield block[:left]
        left -= len(block)
        if left <= 0:
            return


def _allow(work_s: float) -> None:
    """Let the kernel end this process if it works for so long from now on."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    until = math.ceil(used.ru_utime + used.ru_stime + work_s) + 1
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (until, hard))


def _lower(which: int, most: int) -> None:
    _, hard = resource.getrlimit(which)
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(which, (most, most))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
