"""Tracks as rows of a database, and rows as tracks: the same for every database."""

from __future__ import annotations

import json
from typing import Any, Protocol

from earmark.types import MediaKind, Metadata, Source, Track


class Row(Protocol):
    """A row whose values have names."""

    def __getitem__(self, name: str, /) -> Any:  # noqa: ANN401 - whatever the column holds
        """Return the value of a column."""


def track_of(row: Row) -> Track:
    """Return the track of a row.

    Raises:
        TypeError, ValueError: the row makes no sense.
    """
    return Track(
        key=row["key"],
        id=row["id"],
        metadata=Metadata(
            title=row["title"],
            artist=row["artist"],
            album=row["album"],
            year=row["year"],
            isrc=row["isrc"],
            external_id=row["external_id"],
            fields=json.loads(row["fields"]),
        ),
        source=Source(
            path=row["path"],
            file=row["file"],
            sha256=row["sha256"],
            size_bytes=row["size_bytes"],
            modified_ns=row["modified_ns"],
        ),
        duration_s=row["duration_s"],
        added_at=row["added_at"],
        peaks=row["peaks"],
        constellation_hash=row["constellation_hash"],
        media=MediaKind(row["media"]),
        media_file=row["media_file"],
        corrupt_packets=row["corrupt_packets"],
    )


def row_of(track: Track) -> dict[str, Any]:
    """Return the row of a track, by the names of its columns."""
    metadata, source = track.metadata, track.source
    return {
        "key": track.key,
        "id": track.id,
        "title": metadata.title,
        "artist": metadata.artist,
        "album": metadata.album,
        "year": metadata.year,
        "isrc": metadata.isrc,
        "external_id": metadata.external_id,
        "fields": json.dumps(dict(metadata.fields), sort_keys=True),
        "path": source.path,
        "file": source.file,
        "sha256": source.sha256,
        "size_bytes": source.size_bytes,
        "modified_ns": source.modified_ns,
        "duration_s": track.duration_s,
        "added_at": track.added_at,
        "peaks": track.peaks,
        "constellation_hash": track.constellation_hash,
        "media": str(track.media),
        "media_file": track.media_file,
        "corrupt_packets": track.corrupt_packets,
    }
