"""The promise of a decoder, and what all of them agree on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from earmark.types import Metadata

DecoderName: TypeAlias = Literal["ffmpeg", "libsndfile", "none"]

Sound: TypeAlias = tuple[NDArray[np.float32], int]
"""Mono samples, shape (n,), full scale +-1, and their rate in Hz."""

LOWEST_RATE_HZ = 1_000
HIGHEST_RATE_HZ = 1_536_000
"""Input rates beyond these are damage; a filter for them would not fit in memory."""


class Decoder(Protocol):
    """What turns a source into mono samples at the source's own rate."""

    decoder: DecoderName
    container: str
    codec: str
    metadata: Metadata
    corrupt_packets: int
    """Damaged packets passed over so far."""
    stated_s: float | None
    """How long the recording says it is; it need not be true."""

    def blocks(self) -> Iterator[Sound]:
        """Yield the recording in pieces of a few seconds; the rate may change on the way."""

    def close(self) -> None:
        """Let go of everything; closing twice is harmless."""


def is_rate(rate_hz: int) -> bool:
    """Tell whether audio can have this sample rate."""
    return LOWEST_RATE_HZ <= rate_hz <= HIGHEST_RATE_HZ
