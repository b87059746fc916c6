"""A small copy of a recording, for listening."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

import av
import numpy as np

from earmark.audio.stream import open_audio

if TYPE_CHECKING:
    from earmark.audio.source import AudioSource

PREVIEW_RATE_HZ = 24_000
PREVIEW_BIT_RATE = 28_000


def save_preview(source: AudioSource, target: BinaryIO) -> None:
    """Write a mono Opus copy (Ogg, 28 kbit/s: about 12.5 MB an hour) in bounded memory.

    Args:
        source: what `open_audio` takes.
        target: a file object opened for writing bytes; it need not seek.

    Raises:
        AudioError: the recording cannot be used; what was written so far is useless.
        OSError: writing failed.
    """
    with (
        open_audio(source, sample_rate_hz=PREVIEW_RATE_HZ) as recording,
        av.open(target, "w", format="ogg") as container,
    ):
        stream = container.add_stream("libopus", rate=PREVIEW_RATE_HZ, layout="mono")
        stream.bit_rate = PREVIEW_BIT_RATE
        for block in recording:
            frame = av.AudioFrame.from_ndarray(np.clip(block, -1, 1)[None], "flt", "mono")
            frame.sample_rate = PREVIEW_RATE_HZ
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
