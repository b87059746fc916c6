"""Recordings that were sent, into the library; what was said of them goes before their tags."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, cast

from earmark.audio import save_preview
from earmark.ingest import make_track, merged, place, sensible
from earmark.recording import read_recording
from earmark.types import MediaKind, Metadata, Source

if TYPE_CHECKING:
    import io
    from typing import BinaryIO

    from earmark.library import Library
    from earmark.stores.base import Writer
    from earmark.types import Track

CHUNK_BYTES = 1 << 20
PREVIEW_SUFFIX = ".opus"


@dataclass(frozen=True, slots=True)
class Added:
    """What became of a recording."""

    track: Track
    """That has its sound."""
    is_new: bool
    """Whether it is there since just now."""
    is_changed: bool
    """Whether it was known, and more is known of it now."""


class NamedFile:
    """A file under another name: messages tell it, and titles are made of it."""

    def __init__(self, file: io.BufferedIOBase, name: str) -> None:
        """Take an open file, and what it is called."""
        self._file = file
        self.name = name

    def __getattr__(self, wanted: str) -> Any:  # noqa: ANN401 - whatever a file has
        """Be the file in all else."""
        return getattr(self._file, wanted)


def add_sent(
    library: Library,
    file: io.BufferedIOBase,
    name: str,
    *,
    metadata: Metadata,
    longest_s: float,
    media: MediaKind = MediaKind.REFERENCE,
) -> Added:
    """Add one recording; of a sound that the library has, only what was said of it is taken.

    Args:
        library: where to.
        file: the recording, at its beginning.
        name: what it was called: the title, where nothing tells another, without its suffix.
        metadata: what was said of it.
        longest_s: a longer one cannot be used.
        media: what to keep of the sound; of a `reference` nothing is, as there is no file of it.

    Raises:
        AudioError: the recording cannot be used.
        UsageError: metadata that no track can have.
        LibraryError: the library cannot be written.
    """
    digest = hashlib.file_digest(file, "sha256").digest()
    size_bytes = file.seek(0, os.SEEK_END)
    file.seek(0)
    with library.stream(NamedFile(file, name), None) as stream:
        recording = read_recording(stream, library.params.peaks, longest_s)
    newcomer = make_track(
        recording,
        Source(b"", b"", digest, size_bytes),
        merged(recording.metadata, sensible(metadata)),
    )
    with (
        _kept(library, newcomer, NamedFile(file, name), media) as sound,
        library.writing() as writer,
    ):
        same = writer.by_constellation(newcomer.constellation_hash)
        if not same:
            if sound is not None:
                suffix = PurePath(name).suffix if media is MediaKind.COPY else PREVIEW_SUFFIX
                newcomer = _with_sound(writer, newcomer, sound, media, suffix)
            title = PurePath(name).stem
            track = place(writer, library.params, newcomer, recording.constellation, title)
            return Added(track, is_new=True, is_changed=False)
        known = same[0]
        track = replace(known, metadata=merged(known.metadata, metadata))
        if track == known:
            return Added(known, is_new=False, is_changed=False)
        writer.update(track)
    return Added(track, is_new=False, is_changed=True)


@contextmanager
def _kept(
    library: Library, newcomer: Track, file: NamedFile, media: MediaKind
) -> Iterator[BinaryIO | None]:
    """Yield what is to be kept of a sound, at its beginning; None if nothing, or if it is known."""
    with library.reading() as reader:
        is_known = bool(reader.by_constellation(newcomer.constellation_hash))
    if is_known or media is MediaKind.REFERENCE:
        yield None
        return
    file.seek(0)
    if media is MediaKind.COPY:
        yield cast("BinaryIO", file)
        return
    with tempfile.TemporaryFile() as preview:
        save_preview(cast("BinaryIO", file), preview)
        preview.seek(0)
        yield preview


def _with_sound(
    writer: Writer, track: Track, sound: BinaryIO, media: MediaKind, suffix: str
) -> Track:
    """Lay a sound down in the library, and return the track with it."""
    plain = suffix if suffix.isascii() else ""
    media_file = writer.attach_media(iter(lambda: sound.read(CHUNK_BYTES), b""), plain)
    return replace(track, media=media, media_file=media_file)
