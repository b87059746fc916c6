"""Recordings that were sent, into the library; what was said of them goes before their tags."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from earmark.ingest import make_track, merged, place, sensible
from earmark.recording import read_recording
from earmark.types import Metadata, Source

if TYPE_CHECKING:
    import io

    from earmark.library import Library
    from earmark.types import Track


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
) -> Added:
    """Add one recording; of a sound that the library has, only what was said of it is taken.

    Args:
        library: where to.
        file: the recording, at its beginning.
        name: its title, where nothing tells another.
        metadata: what was said of it.
        longest_s: a longer one cannot be used.

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
    with library.writing() as writer:
        same = writer.by_constellation(newcomer.constellation_hash)
        if not same:
            track = place(writer, library.params, newcomer, recording.constellation, name)
            return Added(track, is_new=True, is_changed=False)
        known = same[0]
        track = replace(known, metadata=merged(known.metadata, metadata))
        if track == known:
            return Added(known, is_new=False, is_changed=False)
        writer.update(track)
    return Added(track, is_new=False, is_changed=True)
