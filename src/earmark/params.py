"""Every number that changes a fingerprint, in frozen objects with ids; a library keeps its own.

`PeakParams` decide the constellation: another `peaks_id` needs the audio again. `IndexParams`
decide the hashes made from it: another `index_id` only needs `earmark rebuild`. `QueryParams`
decide how hard a query looks; they are in neither id and may differ from call to call.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from enum import StrEnum

from earmark.errors import UsageError

PEAKS_ALGORITHM = 2
"""Raised when the code of the spectrogram or peak stage changes what it gives."""

INDEX_ALGORITHM = 1
"""Raised when the code of the landmark stage changes what it gives."""


POSITIONS = 1 << 12
"""Steps in frequency that a packed constellation has room for; see `fingerprint.py`."""

HASHED_BANDS = 1 << 9
"""Bands that a hash has room for; see `landmarks.py`."""


def _digest(prefix: str, algorithm: int, **values: object) -> str:
    text = json.dumps({"algorithm": algorithm, **values}, sort_keys=True)
    return f"{prefix}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


class Axis(StrEnum):
    """What equal steps in frequency are."""

    LINEAR = "linear"
    """Equal differences in Hz: the bins of the FFT."""
    MEL = "mel"
    """Equal differences in mel: of Hz at the bottom, of pitch at the top."""
    LOG = "log"
    """Equal musical intervals."""


@dataclass(frozen=True, slots=True)
class PeakParams:
    """Audio to constellation.

    Raises:
        UsageError: numbers that make no sense together.
    """

    sample_rate_hz: int = 8000
    window_samples: int = 1024
    """A power of two."""
    hop_samples: int = 128
    low_bin: int = 16
    """Lowest bin that can hold a peak: 125 Hz."""
    high_bin: int = 448
    """One above the highest bin that can hold a peak: 3500 Hz."""
    axis: Axis = Axis.LINEAR
    bands: int = 448
    """Of a mel or logarithmic axis, from `low_bin` to `high_bin`; a linear one has the bins."""
    steps: int = 8
    """Quantisation of a refined peak: parts of a frame and of a band."""
    reference_radius_frames: int = 10
    reference_radius_ratio: float = 0.10
    """Half-width of a reference peak's neighbourhood, as a part of its own frequency."""
    reference_frame_parts: int = 4
    reference_band_parts: int = 2
    """Parts of a frame, and of a band, that are told apart in a reference. Twice as many took a
    bit more of each peak and named no more clips; half as many parts of a frame, of clean clips 12
    in 100 exact pairs."""
    min_radius_bins: int = 4
    max_radius_bins: int = 26
    silence_db: float = -90.0
    """Level, in dB relative to a full-scale sine, below which nothing is a peak."""

    def __post_init__(self) -> None:
        """Refuse a window that is not transformed, and an axis that there is no room for."""
        if self.axis not in tuple(Axis):
            message = f"the axis is one of {', '.join(Axis)}, not {self.axis!r}"
            raise UsageError(message)
        object.__setattr__(self, "axis", Axis(self.axis))
        if self.window_samples.bit_count() != 1:
            message = f"a window has a power of two of samples, not {self.window_samples}"
            raise UsageError(message)
        if not 0 < self.low_bin < self.high_bin <= self.window_samples // 2:
            message = f"bins {self.low_bin} to {self.high_bin} are no part of the spectrum"
            raise UsageError(message)
        if self.bands < 2 or self.steps < 1:  # noqa: PLR2004 - a first and a last
            message = "an axis has at least 2 bands, and each at least 1 step"
            raise UsageError(message)
        if min(self.reference_frame_parts, self.reference_band_parts) < 1:
            message = "a frame and a band of a reference have at least 1 part"
            raise UsageError(message)
        highest = self.high_bin - 1 if self.axis is Axis.LINEAR else self.bands
        if highest >= HASHED_BANDS:
            message = f"{highest} bands are more than a hash has room for: {HASHED_BANDS - 1}"
            raise UsageError(message)
        if highest * self.steps + self.steps // 2 >= POSITIONS:
            message = f"{highest} bands of {self.steps} steps are more than {POSITIONS - 1} steps"
            raise UsageError(message)

    @classmethod
    def compact(cls, axis: Axis = Axis.LINEAR) -> PeakParams:
        """Return parameters for a library of two thirds the size that names fewer noisy clips.

        22 peaks a second instead of 33; docs/accuracy.md, Size against accuracy.
        """
        return cls(axis=axis, reference_radius_frames=14, reference_radius_ratio=0.12)

    @property
    def reference_parts(self) -> tuple[int, int]:
        """Parts of a frame, and of a band, that are told apart in a reference."""
        return self.reference_frame_parts, self.reference_band_parts

    @property
    def every_step(self) -> tuple[int, int]:
        """The same for a clip: all that can be told apart."""
        return self.steps, self.steps


@dataclass(frozen=True, slots=True)
class IndexParams:
    """Constellation to landmarks (hash, frame)."""

    fanout: int = 1
    min_gap_frames: int = 2
    max_gap_frames: int = 65
    """One above the largest time difference of a pair; the hash holds 6 bits of it."""
    max_step_bins: int = 64
    """One above the largest frequency difference of a pair, in bands (on a linear axis bins); the
    hash holds 7 bits of it."""


@dataclass(frozen=True, slots=True)
class Params:
    """All parameters of a library."""

    peaks: PeakParams = field(default_factory=PeakParams)
    index: IndexParams = field(default_factory=IndexParams)

    @property
    def peaks_id(self) -> str:
        """Id of everything that decides the constellations."""
        values = asdict(self.peaks)
        if self.peaks.axis is Axis.LINEAR:  # has no bands, and was there before the others
            del values["axis"], values["bands"]
        return _digest("p", PEAKS_ALGORITHM, **values)

    @property
    def index_id(self) -> str:
        """Id of everything that decides the index."""
        return _digest("i", INDEX_ALGORITHM, peaks_id=self.peaks_id, **asdict(self.index))

    def to_json(self) -> str:
        """Return all numbers by name, as a library keeps them."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Params:
        """Undo `to_json`.

        Raises:
            ValueError: it is not that, or has names that are not known here.
        """
        try:
            values = json.loads(text)
            return cls(PeakParams(**values["peaks"]), IndexParams(**values["index"]))
        except (TypeError, KeyError, UsageError) as error:
            message = f"these are no parameters: {error}"
            raise ValueError(message) from error


class Ladder(StrEnum):
    """Which changes of speed, tempo and pitch a query tries when the clip is not known as it is."""

    OFF = "off"
    """None but the slight ones that a clip is known under anyway."""
    FAST = "fast"
    """Speed, tempo and pitch, each by itself."""
    FULL = "full"
    """Tempo and pitch together, too; and whole tracks are swept under the usual speeds."""


@dataclass(frozen=True, slots=True)
class QueryParams:
    """How hard a query looks; in no id."""

    far: float = 1e-4
    """False-accept rate: the share of clips of unknown music that may be named."""
    ladder: Ladder = Ladder.FAST
    time_limit_s: float | None = None
    """No new attempt is begun after so much time; the best answer so far stands."""
    radius_frames: int = 4
    radius_ratio: float = 0.03
    """Half-widths of a clip's denser peaks; see `PeakParams` for those of a reference."""
    few_radius_frames: int = 10
    few_radius_ratio: float = 0.08
    """Half-widths of the sparser peaks, which are paired."""
    fanout: int = 6
    """Pairs made of each of those at most."""
    fuzziness: float = 0.25
    """A neighbouring cell is asked for, too, when its border is nearer than this part of a cell."""
    candidates: int = 20
    """Alignments that are looked at closely after each look."""
    sweep_hours: float = 20.0
    """How much of a catalogue is compared with a clip exhaustively: the tracks with most votes."""
    glances: tuple[int, ...] = (1 << 15, 1 << 17)
    look_postings: int = 1 << 22
    rung_postings: int = 1 << 18
    """Postings that are read at most at each glance, in a longer look, and on a rung of the
    ladder: those of the rarest hashes. In a very large catalogue glances and rungs read more, and
    the ladder begins with a second, longer look (`matching.ladder.budget`)."""
    min_clip_s: float = 0.5
    """A shorter clip is not looked up."""
    max_clip_s: float = 120.0
    """Of a longer clip only the beginning is listened to."""

    def __post_init__(self) -> None:
        """Refuse what is no rate, no ladder and no time."""
        if not 0 < self.far < 1:
            message = f"a false-accept rate lies above 0 and below 1, not at {self.far!r}"
            raise UsageError(message)
        if self.ladder not in tuple(Ladder):
            message = f"the ladder is one of {', '.join(Ladder)}, not {self.ladder!r}"
            raise UsageError(message)
        object.__setattr__(self, "ladder", Ladder(self.ladder))
        if self.time_limit_s is not None and not self.time_limit_s >= 0:
            message = f"a time limit is a number of seconds, not {self.time_limit_s!r}"
            raise UsageError(message)
