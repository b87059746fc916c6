"""Made-up recordings for the tests of stores: no sound, only landmarks that can be derived again.

The packed constellation of such a recording is its landmarks, so `landmarks_of` is exact.
"""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass

import numpy as np

from earmark.params import Params
from earmark.tape import HASH_BITS
from earmark.types import Landmarks, Metadata, Source, Track

EVERY_HASH = np.arange(64, dtype=np.uint32) << np.uint32(HASH_BITS - 6)
"""All hashes that made-up recordings use."""


@dataclass(frozen=True, slots=True)
class Recording:
    """What a store is given for one track."""

    track: Track
    constellation: bytes

    @property
    def landmarks(self) -> Landmarks:
        """The landmarks that belong to the constellation."""
        return landmarks_of(Params(), self.constellation)


def make_recording(seed: int, *, landmarks: int = 40, track_id: str | None = None) -> Recording:
    """Make the recording of this number; equal numbers make equal recordings."""
    rng = np.random.default_rng(seed)
    rows = np.unique(
        np.stack([rng.choice(EVERY_HASH, landmarks), rng.integers(0, 500, landmarks)], axis=1),
        axis=0,
    )
    packed = rows.astype("<u4").tobytes()
    return Recording(make_track(seed, packed, track_id), packed)


def make_track(seed: int, packed: bytes, track_id: str | None = None) -> Track:
    """Describe the recording of this number."""
    return Track(
        key=0,
        id=track_id or str(uuid.UUID(int=seed)),
        metadata=Metadata(title=f"Piece {seed}", artist=f"Player {seed % 3}"),
        source=Source(
            path=b"songs/%d \xff.wav" % seed,
            file=b"/songs/%d \xff.wav" % seed,
            sha256=hashlib.sha256(b"%d" % seed).digest(),
            size_bytes=1000 + seed,
            modified_ns=seed,
        ),
        duration_s=8.0 + seed % 5,
        added_at="2026-01-01T00:00:00Z",
        peaks=len(packed) // 8,
        constellation_hash=hashlib.sha256(packed).digest(),
    )


def landmarks_of(_params: Params, packed: bytes) -> Landmarks:
    """Derive the landmarks of a made-up constellation."""
    rows = np.frombuffer(packed, "<u4").reshape(-1, 2)
    return Landmarks(rows[:, 0].copy(), rows[:, 1].copy())
