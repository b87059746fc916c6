"""Libraries of made-up constellations, for the tests of archives."""

from __future__ import annotations

import hashlib
import uuid
from pathlib import Path

from earmark import Library, Metadata, Source, Track
from earmark.archives.exporting import export_library
from earmark.landmarks import reference_landmarks
from earmark.packing import pack, unpack
from earmark.types import MediaKind
from tests.constellations import make_peaks

SOUND = bytes(range(256)) * 5000
"""What passes for the sound of a track: more than one piece."""


def insert(
    library: Library, *numbers: int, title: str = "Piece", media: bytes | None = None
) -> None:
    """Add the tracks of these numbers in one block; equal numbers make equal tracks."""
    with library.writing() as writer:
        for number in numbers:
            packed = pack(make_peaks(number))
            kept = None if media is None else writer.attach_media([media], ".opus")
            track = make_track(number, packed, f"{title} {number}", kept)
            landmarks = reference_landmarks(unpack(packed), library.params)
            writer.insert(track, packed, landmarks)


def make_track(number: int, packed: bytes, title: str, media_file: str | None = None) -> Track:
    """Describe the track of this number."""
    return Track(
        key=0,
        id=str(uuid.UUID(int=number)),
        metadata=Metadata(title, "Tïm", None, 1999, fields={"mood": "blue"}),
        source=Source(b"a \xff.wav", b"/songs/%d \xff.wav" % number, b"s" * 32, 5, number),
        duration_s=30.0 + number / 7,
        added_at="2026-01-01T00:00:00Z",
        peaks=len(unpack(packed)),
        constellation_hash=hashlib.sha256(packed).digest(),
        media=MediaKind.REFERENCE if media_file is None else MediaKind.PREVIEW,
        media_file=media_file,
        corrupt_packets=2,
    )


def contents(library: Library) -> dict[str, tuple[object, ...]]:
    """Everything of a library that travels, by track id; keys and names of media files do not."""
    with library.reading() as reader:
        found: dict[str, tuple[object, ...]] = {}
        for track in reader.all_tracks():
            sound = None
            if track.media_file is not None:
                with reader.open_media(track.media_file) as stream:
                    sound = stream.read()
            packed = reader.constellation(track.key)
            known = (track.metadata, track.source, track.duration_s, track.added_at, track.media)
            found[track.id] = (*known, track.corrupt_packets, packed, sound)
        return found


def exported(
    folder: Path, *numbers: int, name: str = "a.earmarks", media: bytes | None = None
) -> Path:
    """Write the archive of a library with these tracks."""
    with Library.open("memory:") as library:
        insert(library, *numbers, media=media)
        export_library(library, str(folder / name))
    return folder / name
