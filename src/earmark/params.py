"""Every number that changes a fingerprint, in frozen objects with ids.

`PeakParams` decide the constellation: another `peaks_id` needs the audio again. `IndexParams`
decide the hashes made from it: another `index_id` only needs `earmark rebuild`. `QueryParams`
decide how hard a query looks; they are in neither id and may differ from call to call.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field

PEAKS_ALGORITHM = 1
"""Raised when the code of the spectrogram or peak stage changes what it gives."""

INDEX_ALGORITHM = 1
"""Raised when the code of the landmark stage changes what it gives."""


def _digest(prefix: str, algorithm: int, **values: object) -> str:
    text = json.dumps({"algorithm": algorithm, **values}, sort_keys=True)
    return f"{prefix}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


@dataclass(frozen=True, slots=True)
class PeakParams:
    """Audio to constellation."""

    sample_rate_hz: int = 8000
    window_samples: int = 1024
    hop_samples: int = 128
    low_bin: int = 16
    """Lowest bin that can hold a peak: 125 Hz."""
    high_bin: int = 448
    """One above the highest bin that can hold a peak: 3500 Hz."""
    steps: int = 8
    """Quantisation of a refined peak: parts of a frame and of a bin."""
    reference_radius_frames: int = 16
    reference_radius_ratio: float = 0.12
    """Half-width of a reference peak's neighbourhood, as a part of its own frequency."""
    min_radius_bins: int = 4
    max_radius_bins: int = 26
    silence_db: float = -90.0
    """Level of a bin, in dB relative to a full-scale sine, below which nothing is a peak."""


@dataclass(frozen=True, slots=True)
class IndexParams:
    """Constellation to landmarks (hash, frame)."""

    fanout: int = 2
    min_gap_frames: int = 2
    max_gap_frames: int = 65
    """One above the largest time difference of a pair; the hash holds 6 bits of it."""
    max_step_bins: int = 64
    """One above the largest frequency difference of a pair; the hash holds 7 bits of it."""


@dataclass(frozen=True, slots=True)
class Params:
    """All parameters of a library."""

    peaks: PeakParams = field(default_factory=PeakParams)
    index: IndexParams = field(default_factory=IndexParams)

    @property
    def peaks_id(self) -> str:
        """Id of everything that decides the constellations."""
        return _digest("p", PEAKS_ALGORITHM, **asdict(self.peaks))

    @property
    def index_id(self) -> str:
        """Id of everything that decides the index."""
        return _digest("i", INDEX_ALGORITHM, peaks_id=self.peaks_id, **asdict(self.index))


@dataclass(frozen=True, slots=True)
class QueryParams:
    """How hard a query looks; in no id."""

    radius_frames: int = 4
    radius_ratio: float = 0.03
    """Half-widths of a clip's denser peaks; see `PeakParams` for those of a reference."""
    fanout: int = 24
    """Pairs made of each peak at most."""
    fuzziness: float = 0.25
    """A neighbouring cell is asked for, too, when its border is nearer than this part of a cell."""
    candidates: int = 40
    """Alignments that are verified."""
    min_clip_s: float = 0.5
    """A shorter clip is not looked up."""
    max_clip_s: float = 120.0
    """Of a longer clip only the beginning is listened to."""
