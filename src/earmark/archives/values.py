"""Manifests, tracks and plays as the values of a record, and back without trusting one of them."""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from earmark.operations.base import Play
from earmark.packing import unpack
from earmark.params import Axis, Params
from earmark.types import Constellation, MediaKind, Metadata, Source, Track
from earmark.units import iso_utc

if TYPE_CHECKING:
    from earmark.params import PeakParams

_Value = TypeVar("_Value")

MOST_PEAKS = 1 << 24
"""Of a track: 140 hours at the usual density."""

MOST_PEAKS_A_WINDOW = 1 << 12
"""Peaks that may be paired with one; a second of music has about 33."""

MOST_DURATION_S = 1e6

_SLACK_S = 60.0
"""A last peak may lie so far behind the end that its track tells."""

_MOST_NUMBER = 1 << 20
_MOST_FANOUT = 64
_MOST_FLOAT = 1e300
_PEAKS_FIELD = struct.Struct("<4xI")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive says of itself, before anything else."""

    made_by: str
    """The version of Earmark that made it."""
    made_at: str
    """UTC, ISO 8601."""
    peaks_id: str
    index_id: str
    params: Params
    """Of the library that it was made from."""
    tracks: int
    """How many should follow; some may prove damaged while it is made."""
    duration_s: float
    """Of all of these."""
    media: bool
    """Whether the sound travels that the library keeps (`copy` and `preview`)."""
    plays: bool
    """Whether a store of plays travels, too."""


def manifest_values(manifest: Manifest) -> dict[str, Any]:
    """Return a manifest as it stands in an archive."""
    return asdict(manifest)


def manifest_of(values: Mapping[str, Any]) -> Manifest:
    """Undo `manifest_values`.

    Raises:
        ValueError: it is no manifest.
    """
    return Manifest(
        made_by=_whole_text(values, "made_by"),
        made_at=_whole_text(values, "made_at"),
        peaks_id=_whole_text(values, "peaks_id"),
        index_id=_whole_text(values, "index_id"),
        params=_params(values.get("params")),
        tracks=_count(values, "tracks"),
        duration_s=_number(values, "duration_s"),
        media=_flag(values, "media"),
        plays=_flag(values, "plays"),
    )


def track_values(track: Track, media_bytes: int | None) -> dict[str, Any]:
    """Return a track as it stands in an archive; `media_bytes` of its sound follow, if any."""
    metadata, source = track.metadata, track.source
    return {
        "id": track.id,
        "title": metadata.title,
        "artist": metadata.artist,
        "album": metadata.album,
        "year": metadata.year,
        "isrc": metadata.isrc,
        "external_id": metadata.external_id,
        "fields": dict(metadata.fields),
        "path": _path_text(source.path),
        "file": _path_text(source.file),
        "sha256": source.sha256.hex(),
        "size_bytes": source.size_bytes,
        "modified_ns": source.modified_ns,
        "duration_s": track.duration_s,
        "added_at": track.added_at,
        "peaks": track.peaks,
        "constellation_hash": track.constellation_hash.hex(),
        "media": track.media.value if media_bytes is not None else MediaKind.REFERENCE.value,
        "media_file": track.media_file if media_bytes is not None else None,
        "media_bytes": media_bytes,
        "corrupt_packets": track.corrupt_packets,
    }


def track_of(values: Mapping[str, Any]) -> tuple[Track, int | None]:
    """Undo `track_values`; the track has no key yet.

    Raises:
        ValueError: these are no values of a track.
    """
    media_bytes = _optional(values, "media_bytes", _count)
    media_file = _optional(values, "media_file", _whole_text)
    if (media_bytes is None) != (media_file is None):
        message = "its media_file and media_bytes do not go together"
        raise ValueError(message)
    track = Track(
        key=0,
        id=_named(values, "id"),
        metadata=_metadata(values),
        source=_source(values),
        duration_s=_number(values, "duration_s"),
        added_at=_whole_text(values, "added_at"),
        peaks=_count(values, "peaks"),
        constellation_hash=_digest(values, "constellation_hash"),
        media=MediaKind(_text(values, "media")),
        media_file=media_file,
        corrupt_packets=_count(values, "corrupt_packets"),
    )
    if not track.duration_s <= MOST_DURATION_S:
        message = f"it lasts {track.duration_s:g} s, longer than {MOST_DURATION_S:g}"
        raise ValueError(message)
    return track, media_bytes


def play_values(play: Play) -> dict[str, Any]:
    """Return a play as it stands in an archive."""
    ended_at = None if play.ended_at is None else iso_utc(play.ended_at)
    return {**asdict(play), "started_at": iso_utc(play.started_at), "ended_at": ended_at}


def play_of(values: Mapping[str, Any]) -> Play:
    """Undo `play_values`.

    Raises:
        ValueError: these are no values of a play.
    """
    return Play(
        id=_named(values, "id"),
        station=_whole_text(values, "station"),
        started_at=_moment(values, "started_at"),
        ended_at=_optional(values, "ended_at", _moment),
        track_id=_whole_text(values, "track_id"),
        title=_whole_text(values, "title"),
        artist=_optional(values, "artist", _whole_text),
        album=_optional(values, "album", _whole_text),
        isrc=_optional(values, "isrc", _whole_text),
        external_id=_optional(values, "external_id", _whole_text),
        track_start_s=_number(values, "track_start_s"),
        track_end_s=_optional(values, "track_end_s", _number),
        confidence=_number(values, "confidence"),
        speed=_optional(values, "speed", _number),
    )


def sound_of(track: Track, packed: bytes, params: Params) -> Constellation:
    """Return the peaks of a track that came from elsewhere.

    Raises:
        ValueError: they are not those that the track tells of, or none that these parameters give.
    """
    if hashlib.sha256(packed).digest() != track.constellation_hash:
        message = "its constellation does not have its hash"
        raise ValueError(message)
    told = _PEAKS_FIELD.unpack_from(packed)[0] if len(packed) >= _PEAKS_FIELD.size else 0
    if told != track.peaks or told > MOST_PEAKS:
        message = f"its constellation has {told} peaks instead of {track.peaks}"
        raise ValueError(message)
    found = unpack(packed)
    last_s = len(found) and found.time[-1] / _steps_a_second(params.peaks)
    if not (_is_sorted(found) and _fits(found, params) and last_s <= track.duration_s + _SLACK_S):
        message = "its constellation is none that these parameters give"
        raise ValueError(message)
    return found


def _is_sorted(found: Constellation) -> bool:
    place = found.time.astype(np.int64) << 16 | found.frequency
    return bool((np.diff(place) >= 0).all())


def _fits(found: Constellation, params: Params) -> bool:
    """Whether no peak is above the axis, and nowhere too many to be paired in time."""
    peaks = params.peaks
    highest = peaks.high_bin - 1 if peaks.axis is Axis.LINEAR else peaks.bands
    if len(found) and int(found.frequency.max()) >= (highest + 1) * peaks.steps:
        return False
    window = params.index.max_gap_frames * peaks.steps
    many, few = found.time[MOST_PEAKS_A_WINDOW:], found.time[:-MOST_PEAKS_A_WINDOW]
    return not len(many) or int((many - few).min()) >= window


def _steps_a_second(peaks: PeakParams) -> float:
    return peaks.sample_rate_hz / peaks.hop_samples * peaks.steps


def _params(values: object) -> Params:
    """Read parameters; what is no plain number of a sensible size is none of ours."""
    usual = asdict(Params())
    if not isinstance(values, Mapping) or set(values) != set(usual):
        message = "its params are no parameters of this version"
        raise ValueError(message)
    for part, defaults in usual.items():
        given = values[part]
        if not isinstance(given, Mapping) or not set(given) <= set(defaults):
            message = f"its params have other names for {part} than this version knows"
            raise ValueError(message)
        for name, value in given.items():
            _require_plain(name, value, defaults[name])
    params = Params.from_json(json.dumps(values))
    if params.index.fanout > _MOST_FANOUT:
        message = f"its params make {params.index.fanout} pairs of a peak"
        raise ValueError(message)
    return params


def _require_plain(name: str, value: object, usual: object) -> None:
    if isinstance(usual, str):
        plain = isinstance(value, str)
    elif isinstance(usual, int):
        plain = type(value) is int and 0 < value <= _MOST_NUMBER
    else:
        plain = isinstance(value, float | int) and abs(value) <= _MOST_NUMBER
    if not plain:
        message = f"its params say {value!r} for {name}"
        raise ValueError(message)


def _metadata(values: Mapping[str, Any]) -> Metadata:
    fields = values.get("fields")
    if not isinstance(fields, Mapping) or not all(isinstance(v, str) for v in fields.values()):
        message = "its fields are no texts by name"
        raise ValueError(message)
    year = values.get("year")
    if year is not None and type(year) is not int:
        message = "its year is no whole number"
        raise ValueError(message)
    return Metadata(
        title=_text(values, "title"),
        artist=_optional(values, "artist", _text),
        album=_optional(values, "album", _text),
        year=year,
        isrc=_optional(values, "isrc", _text),
        external_id=_optional(values, "external_id", _text),
        fields=dict(fields),
    )


def _source(values: Mapping[str, Any]) -> Source:
    modified_ns = values.get("modified_ns")
    if type(modified_ns) is not int:
        message = "its modified_ns is no whole number"
        raise ValueError(message)
    return Source(
        path=_path(values, "path"),
        file=_path(values, "file"),
        sha256=_digest(values, "sha256"),
        size_bytes=_count(values, "size_bytes"),
        modified_ns=modified_ns,
    )


def _optional(
    values: Mapping[str, Any], name: str, read: Callable[[Mapping[str, Any], str], _Value]
) -> _Value | None:
    return None if values.get(name) is None else read(values, name)


def _text(values: Mapping[str, Any], name: str) -> str:
    value = values.get(name)
    if not isinstance(value, str):
        message = f"its {name} is no text"
        raise ValueError(message)  # noqa: TRY004 - what a damaged archive says, no caller's mistake
    return value


def _whole_text(values: Mapping[str, Any], name: str) -> str:
    """Return a text that every store and terminal takes: no half characters in it."""
    value = _text(values, name)
    value.encode()
    return value


def _named(values: Mapping[str, Any], name: str) -> str:
    value = _whole_text(values, name)
    if not value:
        message = f"its {name} is empty"
        raise ValueError(message)
    return value


def _count(values: Mapping[str, Any], name: str) -> int:
    value = values.get(name)
    if type(value) is not int or value < 0:
        message = f"its {name} is no count"
        raise ValueError(message)
    return value


def _number(values: Mapping[str, Any], name: str) -> float:
    value = values.get(name)
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= _MOST_FLOAT:
        return float(value)
    message = f"its {name} is no number"
    raise ValueError(message)


def _flag(values: Mapping[str, Any], name: str) -> bool:
    value = values.get(name)
    if not isinstance(value, bool):
        message = f"its {name} is neither true nor false"
        raise ValueError(message)  # noqa: TRY004 - as above
    return value


def _moment(values: Mapping[str, Any], name: str) -> datetime:
    moment = datetime.fromisoformat(_text(values, name))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _digest(values: Mapping[str, Any], name: str) -> bytes:
    return bytes.fromhex(_text(values, name))


def _path_text(path: bytes) -> str:
    """Decode a path; bytes that are not UTF-8 become half characters, which JSON escapes."""
    return path.decode("utf-8", "surrogateescape")


def _path(values: Mapping[str, Any], name: str) -> bytes:
    return _text(values, name).encode("utf-8", "surrogateescape")
