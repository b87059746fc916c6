"""One recording, decoded and fingerprinted: as a track to be added, or as a clip to be named."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from earmark.errors import SilentAudioError
from earmark.fingerprint import Fingerprinter, pack_peaks
from earmark.units import samples_to_frames, samples_to_seconds

if TYPE_CHECKING:
    from earmark.audio import AudioStream
    from earmark.params import PeakParams, QueryParams
    from earmark.types import Metadata, Peaks


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
class ClipPeaks:
    """All that a query needs of its clip."""

    peaks: Peaks
    frames: int
    duration_s: float


def read_recording(stream: AudioStream, params: PeakParams) -> Recording:
    """Fingerprint a whole recording in bounded memory.

    Raises:
        AudioError: it cannot be read to the end, or there is nothing in it to recognise.
    """
    fingerprinter = Fingerprinter(params)
    for block in stream:
        fingerprinter.feed(block)
    peaks = fingerprinter.finish()
    if not len(peaks):
        raise SilentAudioError(stream.name, "it is silent: there is nothing in it to recognise")
    return Recording(
        stream.metadata, pack_peaks(peaks), len(peaks), stream.duration_s, stream.corrupt_packets
    )


def read_clip(stream: AudioStream, params: PeakParams, query: QueryParams) -> ClipPeaks:
    """Fingerprint a clip, or the first `query.max_clip_s` of it.

    Raises:
        AudioError: it cannot be read.
    """
    fingerprinter = Fingerprinter(params, query)
    wanted = round(query.max_clip_s * params.sample_rate_hz)
    samples = 0
    for block in stream:
        part = block[: wanted - samples]
        fingerprinter.feed(part)
        samples += len(part)
        if samples == wanted:
            break
    return ClipPeaks(
        fingerprinter.finish(),
        samples_to_frames(samples, params),
        samples_to_seconds(samples, params),
    )
