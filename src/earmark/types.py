"""The records that travel between the stages: frozen, without behaviour beyond their own shape."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar, cast

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_UNHEARD_OF = re.compile(r"[\0\ud800-\udfff]")
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True, eq=False)
class Constellation:
    """Places of peaks, sorted by (time, frequency); both arrays have shape (n,).

    `time`: int32, steps from the start of the recording (`PeakParams.steps` to a frame).
    `frequency`: uint16, steps (`PeakParams.steps` to a band).
    """

    time: NDArray[np.int32]
    frequency: NDArray[np.uint16]

    def __len__(self) -> int:
        """Count the peaks."""
        return len(self.time)


@dataclass(frozen=True, slots=True, eq=False)
class Peaks(Constellation):
    """A constellation with its levels, as it is found in sound; what is stored has none.

    `level`: uint8, shape (n,), in half decibels above the silence level.
    """

    level: NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Constellations:
    """Several constellations, one after the other."""

    time: NDArray[np.int32]
    """Shape (peaks of all,), like the next."""
    frequency: NDArray[np.uint16]
    begins: NDArray[np.int64]
    """Shape (constellations + 1,): the number of the first peak of each, and of all."""

    def __len__(self) -> int:
        """Count the constellations."""
        return len(self.begins) - 1

    def of(self, number: int) -> Constellation:
        """Return one of them."""
        begin, end = self.begins[number], self.begins[number + 1]
        return Constellation(self.time[begin:end], self.frequency[begin:end])


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """All that a query needs of its clip."""

    peaks: Peaks
    """Dense: what verification and a thorough look go by."""
    few: Peaks
    """Sparser: whose pairs vote."""
    prominence: NDArray[np.uint8]
    """Shape (frames, bands): how far every cell stands out, in the classes of `prominence.py`."""
    by_peaks: bool = False
    """Whether only the peaks are known; the classes are those of `sketch.py` then."""

    @property
    def frames(self) -> int:
        """Duration of the clip."""
        return len(self.prominence)


@dataclass(frozen=True, slots=True, eq=False)
class Landmarks:
    """Hashed pairs of peaks, sorted by (hash, frame); both arrays have shape (n,).

    `hash`: uint32, laid out in `landmarks.py`.
    `frame`: uint32, the frame of the earlier peak.
    """

    hash: NDArray[np.uint32]
    frame: NDArray[np.uint32]

    def __len__(self) -> int:
        """Count the pairs."""
        return len(self.hash)


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a person knows about a recording; every field may be edited.

    Half characters (lone surrogates, as in a file name that is not UTF-8) and NUL become U+FFFD:
    no terminal takes them, and not every database does.
    """

    title: str = ""
    artist: str | None = None
    album: str | None = None
    year: int | None = None
    isrc: str | None = None
    external_id: str | None = None
    """The id of this recording in somebody else's system."""
    fields: Mapping[str, str] = field(default_factory=dict)
    """Anything else, by name."""

    def __post_init__(self) -> None:
        """Make every text one that can be stored."""
        for name in ("title", "artist", "album", "isrc", "external_id"):
            object.__setattr__(self, name, _whole(getattr(self, name)))
        fields = {_whole(name): _whole(value) for name, value in self.fields.items()}
        object.__setattr__(self, "fields", fields)


class MediaKind(StrEnum):
    """What is kept of the sound itself."""

    REFERENCE = "reference"
    COPY = "copy"
    PREVIEW = "preview"


@dataclass(frozen=True, slots=True)
class Source:
    """The file a track was made from, as it was when it was read."""

    path: bytes
    """As the user gave it (a file in a folder: the folder as given, then the way down)."""
    file: bytes
    """Absolute; unique in a library. Empty for a track added from memory."""
    sha256: bytes
    """Of the file's bytes (of the packed constellation, for a track added from memory)."""
    size_bytes: int = 0
    modified_ns: int = 0


@dataclass(frozen=True, slots=True)
class Track:
    """One recording of the catalogue."""

    key: int
    """The store's own number for this version of the sound; never used twice."""
    id: str
    """UUIDv7; stays through edits, changed audio, export and import."""
    metadata: Metadata
    source: Source
    duration_s: float
    added_at: str
    """UTC, ISO 8601."""
    peaks: int
    constellation_hash: bytes
    """SHA-256 of the packed constellation: the same for the same sound under other tags."""
    media: MediaKind = MediaKind.REFERENCE
    media_file: str | None = None
    """Name inside the library's media folder, for `copy` and `preview`."""
    corrupt_packets: int = 0
    """Damaged packets that were skipped while the recording was decoded."""


class TrackOrder(StrEnum):
    """What a listing is sorted by; letters of ASCII without regard to case, ties by key."""

    ADDED = "added"
    NEWEST = "newest"
    """As they were added, the last one first."""
    TITLE = "title"
    ARTIST = "artist"
    """Tracks without an artist come first."""


class Status(StrEnum):
    """What `identify` has to say about a clip."""

    IDENTIFIED = "identified"
    AMBIGUOUS = "ambiguous"
    NO_MATCH = "no_match"
    TOO_SHORT = "too_short"
    SILENT = "silent"
    ERROR = "error"


class Relation(StrEnum):
    """How a match stands to the best one."""

    BEST = "best"
    VERSION = "version"
    SIMULTANEOUS = "simultaneous"


@dataclass(frozen=True, slots=True)
class Match:
    """One track found in a clip; times in seconds."""

    relation: Relation
    track: Track
    confidence: float
    score: float
    """In nats: a clip of unknown music gets a score of s with a chance of about exp(-s)."""
    offset_s: float
    """Where the clip's start lies in the track; may be negative."""
    other_offsets_s: tuple[float, ...]
    """Later places of the track that fit equally well."""
    clip_start_s: float
    clip_end_s: float
    track_start_s: float
    track_end_s: float
    coverage: float
    """The part of the clip that the match explains, 0 to 1."""
    speed: float | None = 1.0
    """The common factor of tempo and pitch; none where they changed differently."""
    tempo: float = 1.0
    """Seconds of the track per second of the clip."""
    pitch_semitones: float = 0.0
    """The total shift of the clip, that of a changed speed included."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An error as data: the name of its class and its message."""

    type: str
    message: str


@dataclass(frozen=True, slots=True)
class Identification:
    """The answer to one clip."""

    clip: str
    status: Status
    duration_s: float | None
    elapsed_ms: float | None
    matches: tuple[Match, ...] = ()
    candidates: tuple[Match, ...] = ()
    error: Failure | None = None

    @property
    def best(self) -> Match | None:
        """The best match, if there is one."""
        return self.matches[0] if self.matches else None


class Reason(StrEnum):
    """Why a clip was named, or was not."""

    NAMED = "named"
    TOO_SHORT = "too_short"
    SILENT = "silent"
    TOO_QUIET = "too_quiet"
    FEW_PEAKS = "few_peaks"
    NO_ALIGNMENT = "no_alignment"
    """Nothing agrees with any place better than chance has it."""
    BELOW_THRESHOLD = "below_threshold"
    """Something does, but not well enough."""


@dataclass(frozen=True, slots=True)
class BestPlace:
    """The best place that was found for a clip, whether it was believed or not."""

    match: Match
    threshold: float
    """The score from which it is believed, in nats."""
    expected: int
    """Peaks that the track has there."""
    found: int
    """Those of them that the clip has."""
    chance: float
    """The part of them that the clip would have by chance, on just this music."""


@dataclass(frozen=True, slots=True, eq=False)
class Exhibit:
    """What a clip's explanation is drawn from; times count from its start, in seconds."""

    level_db: NDArray[np.float32]
    """Shape (frames, bands), relative to a full-scale sine."""
    frame_s: float
    """How far frames are apart."""
    band_hz: NDArray[np.float64]
    """Shape (bands,): the middle of each."""
    clip_s: NDArray[np.float64]
    """Shape (n,): the clip's peaks, by time; like the next."""
    clip_hz: NDArray[np.float64]
    track_s: NDArray[np.float64]
    """Shape (m,): the track's peaks in the clip's span at the best place, as the clip should have
    them; like the next. Empty if there is no place."""
    track_hz: NDArray[np.float64]
    heard: NDArray[np.bool_]
    """Shape (m,): those that the clip has."""
    place_s: NDArray[np.float64]
    """Shape (k,): where the clip might begin in the track."""
    agreeing: NDArray[np.int64]
    """Shape (k,): how many peaks agree there."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a clip was named as it was, or not at all."""

    clip: str
    status: Status
    reasons: tuple[Reason, ...]
    words: tuple[str, ...]
    """The same in sentences, with the numbers."""
    duration_s: float | None
    level_db: float | None
    """The mean level, relative to full scale (RMS); none for silence, too."""
    peaks: int
    """Of the clip."""
    best: BestPlace | None = None
    others: tuple[Match, ...] = ()
    """What else was named."""
    candidates: tuple[Match, ...] = ()
    """What was not believed, the likeliest first, without the best place."""
    error: Failure | None = None
    exhibit: Exhibit | None = None
    """What can be drawn of it."""


@dataclass(frozen=True, slots=True)
class TimelineSpan:
    """One track heard in a long recording, or a stretch of it that is not known."""

    start_s: float
    """Of the recording, like the next."""
    end_s: float
    track: Track | None = None
    """None where nothing of the library was heard; the fields below say nothing then."""
    track_start_s: float | None = None
    """Of the track, like the next."""
    track_end_s: float | None = None
    coverage: float = 0.0
    """The part of the span, 0 to 1, in which the track is heard and not only reckoned to play."""
    speed: float | None = None
    """The common factor of tempo and pitch; none where they changed differently."""
    tempo: float | None = None
    """Seconds of the track per second of the recording."""
    pitch_semitones: float | None = None
    """The total shift of the recording, that of a changed speed included."""
    confidence: float = 0.0


@dataclass(frozen=True, slots=True)
class Timeline:
    """All that was found in one long recording, in time order; overlapping tracks overlap."""

    file: str
    duration_s: float | None
    elapsed_s: float
    spans: tuple[TimelineSpan, ...] = ()
    error: Failure | None = None
    """Why the recording could not be read, or not to its end."""

    @property
    def known(self) -> tuple[TimelineSpan, ...]:
        """The spans that have a track."""
        return tuple(span for span in self.spans if span.track is not None)


def _whole(value: _Value) -> _Value:
    """Return a text that any database takes; what is no text is somebody else's to refuse."""
    return cast("_Value", _UNHEARD_OF.sub("\ufffd", value)) if isinstance(value, str) else value
