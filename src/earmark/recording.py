"""One recording, decoded and fingerprinted: as a track to be added, or as a clip to be named."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from earmark.errors import SilentAudioError, UnsupportedAudioError
from earmark.fingerprint import Fingerprinter, hear
from earmark.packing import pack
from earmark.units import samples_to_seconds

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from earmark.audio import AudioStream
    from earmark.params import PeakParams, QueryParams
    from earmark.types import Heard, Metadata


@dataclass(frozen=True, slots=True)
class Recording:
    """All that a track needs of its sound."""

    metadata: Metadata
    """The tags."""
    constellation: bytes
    """Packed."""
    peaks: int
    duration_s: float
    corrupt_packets: int

    @property
    def constellation_hash(self) -> bytes:
        """SHA-256 of the packed constellation."""
        return hashlib.sha256(self.constellation).digest()


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """A clip, read."""

    heard: Heard
    duration_s: float


def read_recording(
    stream: AudioStream, params: PeakParams, longest_s: float = math.inf
) -> Recording:
    """Fingerprint a whole recording in bounded memory.

    Raises:
        AudioError: it cannot be read to the end, is too long, or there is nothing in it to
            recognise.
    """
    fingerprinter = Fingerprinter(params)
    for block in stream:
        fingerprinter.feed(block)
        if stream.duration_s > longest_s:
            cause = f"it is longer than {longest_s / 3600:g} hours"
            raise UnsupportedAudioError(stream.name, cause)
    peaks = fingerprinter.finish()
    if not len(peaks):
        raise SilentAudioError(stream.name, "it is silent: there is nothing in it to recognise")
    return Recording(
        stream.metadata, pack(peaks), len(peaks), stream.duration_s, stream.corrupt_packets
    )


def beginning(
    stream: AudioStream, params: PeakParams, query: QueryParams
) -> list[NDArray[np.float32]]:
    """Return the blocks of a clip, or of the first `query.max_clip_s` of it.

    Raises:
        AudioError: it cannot be read.
    """
    left = round(query.max_clip_s * params.sample_rate_hz)
    parts: list[NDArray[np.float32]] = []
    for block in stream:
        parts.append(block[:left])
        left -= len(parts[-1])
        if not left:
            break
    return parts


def read_clip(stream: AudioStream, params: PeakParams, query: QueryParams) -> Clip:
    """Listen to a clip, or the first `query.max_clip_s` of it.

    Raises:
        AudioError: it cannot be read.
    """
    parts = beginning(stream, params, query)
    duration_s = samples_to_seconds(sum(map(len, parts)), params)
    return Clip(hear(parts, params, query), duration_s)
