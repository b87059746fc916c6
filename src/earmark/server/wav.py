"""The plainest of sounds, read and written without a decoder: a RIFF WAVE of linear samples.

Most clips of programs are such. Nothing in them is compressed, so nothing can be larger than what
was sent, and all that is read is a few numbers: this needs no process of its own.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from earmark.audio.base import is_rate

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_CHANNELS = 2
PCM, FLOAT = 1, 3
TYPES: dict[tuple[int, int], np.dtype[Any]] = {
    (PCM, 16): np.dtype("<i2"),
    (FLOAT, 32): np.dtype("<f4"),
}
"""Samples by the code of their format and their bits."""


@dataclass(frozen=True, slots=True, eq=False)
class Plain:
    """Samples that need no decoding."""

    samples: NDArray[Any]
    """Shape (n, channels): int16 or float32."""
    rate_hz: int


def read_plain(data: bytes, most_s: float) -> Plain | None:
    """Return the first seconds of a plain WAVE; None for anything else, or anything odd."""
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        return None
    form: tuple[int, ...] | None = None
    at = 12
    while at + 8 <= len(data):
        name, size = struct.unpack_from("<4sI", data, at)
        at += 8
        if name == b"fmt " and at + 16 <= len(data) and size >= 16:  # noqa: PLR2004 - of the fields
            form = struct.unpack_from("<HHIIHH", data, at)
        elif name == b"data":
            return None if form is None else _plain(memoryview(data)[at : at + size], form, most_s)
        at += size + size % 2
    return None


def written_plain(samples: NDArray[np.float32], rate_hz: int) -> bytes:
    """Return mono samples, shape (n,), full scale +-1, as a WAVE of 16 bits."""
    limits = np.iinfo(np.int16)
    data = np.clip(np.rint(samples * limits.max), limits.min, limits.max).astype("<i2").tobytes()
    form = struct.pack("<HHIIHH", PCM, 1, rate_hz, 2 * rate_hz, 2, 16)
    size = len(data) + len(form) + 20
    head = struct.pack("<4sI4s4sI", b"RIFF", size, b"WAVE", b"fmt ", len(form))
    return head + form + struct.pack("<4sI", b"data", len(data)) + data


def _plain(data: memoryview, form: tuple[int, ...], most_s: float) -> Plain | None:
    code, channels, rate_hz, _, block, bits = form
    dtype = TYPES.get((code, bits))
    if dtype is None or not 1 <= channels <= MOST_CHANNELS or not is_rate(rate_hz):
        return None
    if block != channels * dtype.itemsize:
        return None
    count = min(len(data) // block, round(most_s * rate_hz))
    if not count:
        return None
    samples = np.frombuffer(data[: count * block], dtype).reshape(count, channels)
    return Plain(samples, rate_hz)
