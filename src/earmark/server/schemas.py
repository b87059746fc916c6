"""The shapes of answers, for the OpenAPI document; `earmark.jsonable` writes them.

Answers are not checked against them at run time: a test sees to it that they agree.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from earmark.duplicates.records import Likeness
from earmark.params import Axis, Ladder
from earmark.server.now import StationState
from earmark.server.tasks.base import TaskKind, TaskState
from earmark.types import MediaKind, Relation, Status


class Shape(BaseModel):
    """One object; it may get more fields in a later version."""

    model_config = ConfigDict(extra="forbid")


class Problem(BaseModel):
    """What went wrong (RFC 9457)."""

    type: str = Field(examples=["urn:earmark:problem:track-not-found"])
    title: str
    status: int
    detail: str
    request_id: str
    errors: list[dict[str, str]] | None = None


class TrackSummary(Shape):
    """As much of a track as an answer needs."""

    id: str
    title: str
    artist: str | None
    album: str | None
    path: str | None
    duration_s: float


class TrackDetails(TrackSummary):
    """Everything that is known about a track."""

    year: int | None
    isrc: str | None
    external_id: str | None
    fields: dict[str, str]
    file: str | None
    sha256: str
    size_bytes: int
    modified_ns: int
    added_at: str
    peaks: int
    constellation_hash: str
    media: MediaKind
    media_file: str | None
    corrupt_packets: int


class TrackPage(Shape):
    """Part of a listing."""

    tracks: list[TrackDetails]
    next_cursor: str | None = Field(description="Leads to the next part; null at the end.")


class DeletedTrack(TrackDetails):
    """A track that was deleted, as it was."""

    deleted_at: str
    expires_at: str | None = Field(description="Until when it can be restored; null: it cannot.")


class DeletedPage(Shape):
    """Part of a listing."""

    tracks: list[DeletedTrack]
    next_cursor: str | None


class SharedSpanShape(Shape):
    """A stretch that two recordings share."""

    start_s: float
    end_s: float
    other_start_s: float
    other_end_s: float
    speed: float = Field(description="Seconds of the other per second of the track.")
    agreement: float = Field(description="The part of the track's peaks that the other has there.")


class VersionShape(Shape):
    """Another recording that shares something with a track."""

    track: TrackSummary = Field(description="The other one.")
    likeness: Likeness
    coverage: float = Field(description="The part of the track that is shared.")
    other_coverage: float = Field(description="The part of the other.")
    spans: list[SharedSpanShape]


class VersionList(Shape):
    """Other recordings, the most alike first."""

    versions: list[VersionShape]
    compared_s: float = Field(description="How much of the track was compared: 20 minutes at most.")


class ConstellationShape(Shape):
    """The peaks of part of a track, by time: two lists of one length."""

    track_id: str
    duration_s: float = Field(description="Of the whole track.")
    start_s: float = Field(description="Of the part, like the next.")
    end_s: float
    time_s: list[float] = Field(description="From the start of the track.")
    frequency_hz: list[float]


class SpectrogramShape(Shape):
    """The levels of part of a recording, by time and frequency."""

    start_s: float = Field(description="Of the first column.")
    column_s: float = Field(description="How far columns are apart.")
    row_hz: list[float] = Field(description="The middle of each row, rising.")
    level_db: list[list[int]] = Field(
        description="Columns of rows, in decibels relative to a sine of full scale."
    )


class PictureForm(StrEnum):
    """How a spectrogram is told."""

    PNG = "png"
    JSON = "json"


class PictureColours(StrEnum):
    """What a spectrogram is painted with."""

    HEAT = "heat"
    GREY = "grey"


class MatchShape(Shape):
    """One track found in a clip."""

    relation: Relation
    track: TrackSummary
    confidence: float
    score: float
    offset_s: float
    other_offsets_s: list[float]
    clip_start_s: float
    clip_end_s: float
    track_start_s: float
    track_end_s: float
    coverage: float
    speed: float | None
    tempo: float
    pitch_semitones: float


class Failure(Shape):
    """Why a clip could not be used."""

    type: str
    message: str


class Answer(Shape):
    """The answer to one clip."""

    clip: str
    status: Status
    duration_s: float | None
    elapsed_ms: float | None
    matches: list[MatchShape]
    candidates: list[MatchShape]
    error: Failure | None


class PeaksRule(Shape):
    """How peaks are found; docs/peaks.md explains the numbers."""

    format: str
    peaks_id: str
    axis: Axis
    sample_rate_hz: int
    window_samples: int
    hop_samples: int
    low_bin: int
    high_bin: int
    steps: int
    silence_db: float
    radius_frames: int
    radius_ratio: float
    min_radius_bins: int
    max_radius_bins: int
    max_clip_s: float


class BestPlace(Shape):
    """The place of the library that is most like a clip."""

    match: MatchShape
    threshold: float
    expected: int
    found: int
    chance: float


class PeaksShape(Shape):
    """Peaks of a clip by time, in seconds from its start: lists of one length."""

    time_s: list[float]
    frequency_hz: list[float]


class TrackPeaksShape(PeaksShape):
    """The peaks that a track has at the best place, as the clip should have them."""

    heard: list[bool] = Field(description="Whether the clip has it.")


class PlacesShape(Shape):
    """Where the clip might begin in the track, evenly apart, in seconds of the track."""

    start_s: float
    apart_s: float
    agreeing: list[int] = Field(description="How many peaks agree near each place.")


class ClipPictureShape(Shape):
    """The spectrogram of a clip."""

    png: str = Field(description="A grey PNG in base64; time to the right, frequency upwards.")
    column_s: float
    row_hz: list[float] = Field(description="The middle of each row, rising.")
    lowest_db: float = Field(description="The level of a black pixel, or less; like the next.")
    highest_db: float


class ExhibitShape(Shape):
    """What an explanation can be drawn from."""

    spectrogram: ClipPictureShape | None
    clip_peaks: PeaksShape
    track_peaks: TrackPeaksShape
    places: PlacesShape


class ExplanationShape(Shape):
    """Why a clip was named, or not."""

    clip: str
    status: Status
    reasons: list[str]
    words: list[str]
    duration_s: float | None
    level_db: float | None
    peaks: int
    best: BestPlace | None
    others: list[MatchShape] = Field(description="What was named beside it.")
    candidates: list[MatchShape] = Field(description="What was not believed, the likeliest first.")
    error: Failure | None
    exhibit: ExhibitShape | None = Field(description="Null unless it is asked for.")


class TaskShape(Shape):
    """One piece of work."""

    id: str
    kind: TaskKind
    state: TaskState
    created_at: str
    started_at: str | None
    finished_at: str | None
    attempts: int
    files: list[str] = Field(description="What its files are called.")
    progress: dict[str, int] | None = Field(description="`done` of `total`, while it runs.")
    result: dict[str, Any] | None
    error: dict[str, Any] | None = Field(description="A problem document.")


class TaskPage(Shape):
    """Part of a listing."""

    tasks: list[TaskShape]
    next_cursor: str | None


class PlayedTrack(Shape):
    """A track as it was when it was played."""

    id: str
    title: str
    artist: str | None
    album: str | None
    isrc: str | None
    external_id: str | None


class PlayShape(Shape):
    """One play of a track at a station."""

    id: str
    station: str
    started_at: str
    ended_at: str | None
    duration_s: float | None
    track: PlayedTrack
    track_start_s: float
    track_end_s: float | None
    confidence: float
    speed: float | None


class NewMonitor(BaseModel):
    """A station that is to be listened to."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"url": "https://radio.example/rock", "name": "Rock"}},
    )

    url: str = Field(max_length=2000, description="Of its sound, of a playlist, or of HLS.")
    name: str = Field("", max_length=200, description="If empty, it is called by its address.")


class PlayingShape(Shape):
    """A track that plays at a station."""

    play_id: str
    started_at: str
    match: MatchShape = Field(description="The station, since it was first heard, is the clip.")


class MonitorShape(Shape):
    """A station that is listened to."""

    id: str
    name: str
    source: str = Field(description="Its address, without user, password and query.")
    created_at: str
    is_over: bool = Field(description="Whether it has ended, or failed for good.")
    state: StationState
    since: str | None = Field(description="When it came into this state; of one that plays, when.")
    playing: list[PlayingShape] = Field(description="What plays now.")
    title: str | None = Field(description="What the station itself says it plays.")
    why: str | None = Field(description="Why it broke off, or what is wrong.")


class MonitorList(Shape):
    """All stations, oldest first."""

    monitors: list[MonitorShape]


class MonitorsNow(MonitorList):
    """The same, and by which clock."""

    now: str = Field(description="The time of the server.")


class EventList(Shape):
    """What happened at a station, as `earmark monitor --json` prints it."""

    events: list[dict[str, Any]]
    last: int = Field(description="Send it as `after` to be told what comes next.")


class PlayPage(Shape):
    """Part of what was played."""

    plays: list[PlayShape]
    is_complete: bool


class TotalShape(Shape):
    """How often something was played."""

    key: str
    name: str
    plays: int
    duration_s: float
    first_at: str
    last_at: str


class TotalList(Shape):
    """Counts of plays."""

    totals: list[TotalShape]


class StatsShape(Shape):
    """Counts and sizes of the library."""

    library: str
    axis: str
    tracks: int
    duration_s: float
    peaks: int
    postings: int
    tapes: int
    catalogue_bytes: int
    index_bytes: int
    media_bytes: int


class Check(Shape):
    """Whether one part of the server is well."""

    ok: bool
    took_ms: float
    detail: str | None


class Readiness(Shape):
    """Whether the server can do its work."""

    status: str
    checks: dict[str, Check]


class Alive(Shape):
    """Life."""

    status: str


class CallerShape(Shape):
    """Who asks."""

    key: str | None = Field(description="The name of the key; null without one.")
    scope: str | None = Field(description="What they may do; null if they need a key for anything.")
    is_session: bool


class SessionShape(Shape):
    """A browser's session."""

    key: str
    scope: str
    hours: float


class TrackChanges(BaseModel):
    """Fields of a track that are changed; those that are not sent stay."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"title": "Blue Kite", "fields": {"mood": "calm"}}},
    )

    title: str = ""
    artist: str | None = None
    album: str | None = None
    year: int | None = None
    isrc: str | None = None
    external_id: str | None = None
    fields: dict[str, str | None] = Field(
        default_factory=dict, description="A value of null drops the name."
    )


class Hardness(BaseModel):
    """How hard a query looks."""

    ladder: Ladder = Field(
        default=Ladder.FAST,
        description="Changes of speed, tempo and pitch to try: off, fast, full.",
    )
    far: float = Field(
        default=1e-4,
        gt=0,
        lt=1,
        description="The share of unknown clips that may be named.",
    )
    time_limit_s: float | None = Field(
        default=None, ge=0, le=60, description="Begin no new attempt after this time."
    )


class SoundFormat(StrEnum):
    """How the sound of a live connection comes."""

    PCM_S16LE = "pcm_s16le"
    PCM_F32LE = "pcm_f32le"
    ENCODED = "encoded"
    """Whatever a recorder makes of it: WebM, Ogg, fragments of MP4, MP3, FLAC, WAVE."""


class LiveFormat(Hardness):
    """What a live connection sends."""

    model_config = ConfigDict(extra="forbid")

    format: SoundFormat = SoundFormat.PCM_S16LE
    rate: int = Field(default=16_000, ge=4_000, le=192_000, description="Of PCM, in Hz.")
    channels: int = Field(default=1, ge=1, le=8, description="Of PCM.")

    @property
    def is_encoded(self) -> bool:
        """Whether it has to be decoded."""
        return self.format is SoundFormat.ENCODED

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of raw samples."""
        return np.dtype("<f4" if self.format is SoundFormat.PCM_F32LE else "<i2")
