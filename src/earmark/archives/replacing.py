"""All that a library holds replaced by what an archive holds, in one commit.

For libraries in databases: until the commit everybody sees the old tracks, then the new ones, and
a process that is killed before leaves the old.
"""

from __future__ import annotations

import contextlib
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from earmark.archives.base import Damage
from earmark.archives.entries import End, Entry, entries
from earmark.archives.files import opened
from earmark.archives.importing import attached, require_same_peaks
from earmark.archives.report import ImportReport, OnTransfer, TransferProgress
from earmark.archives.values import sound_of
from earmark.errors import DamagedArchiveError, UsageError
from earmark.landmarks import reference_landmarks

if TYPE_CHECKING:
    from earmark.archives.files import Opened
    from earmark.library import Library
    from earmark.operations.base import Operations
    from earmark.stores.base import Writer


def replace_tracks(
    library: Library,
    file: str,
    *,
    operations: Operations | None = None,
    on_progress: OnTransfer | None = None,
) -> ImportReport:
    """Remove every track of a library and add those of an archive, all in one block.

    Memory stays bounded: landmarks are written as segments as they come, tracks as rows.

    Args:
        library: it may be in use; landmarks are made under its parameters.
        file: the archive, whole.
        operations: where to write the plays that travel with it.
        on_progress: called after every track.

    Raises:
        DamagedArchiveError: the archive is not whole; the library is as it was.
        IncompatiblePeaksError: its constellations were made with others than the library's
            parameters.
        LibraryError: the library cannot be changed; it is as it was.
        OperationsError: the plays cannot be written; the library is as it was.
    """
    began = time.monotonic()
    with opened(file) as archive:
        require_same_peaks(library, archive.manifest.peaks_id)
        with library.writing() as writer:
            report = _replaced(library, writer, archive, operations, on_progress)
    report.elapsed_s = time.monotonic() - began
    return report


def _replaced(
    library: Library,
    writer: Writer,
    archive: Opened,
    operations: Operations | None,
    on_progress: OnTransfer | None,
) -> ImportReport:
    report = ImportReport(library.location)
    writer.clear()
    for item in entries(archive.records):
        if isinstance(item, Entry):
            with item.media or contextlib.nullcontext():
                _insert(library, writer, archive.name, item)
            report.added += 1
            report.media_files += item.media is not None
            report.media_bytes += item.media_bytes
            if on_progress is not None:
                on_progress(TransferProgress(report.added, archive.manifest.tracks))
        elif isinstance(item, End):
            report.complete = True
        elif isinstance(item, Damage):
            raise DamagedArchiveError(archive.name, f"{item.place}: {item.cause}")
        elif operations is None:
            report.plays_left += 1
        else:
            operations.write(item)
            report.plays += 1
    if not report.complete:
        raise DamagedArchiveError(archive.name, "its end is missing")
    return report


def _insert(library: Library, writer: Writer, name: str, entry: Entry) -> None:
    track, params = entry.track, library.params
    try:
        landmarks = reference_landmarks(sound_of(track, entry.constellation, params), params)
        if entry.media is not None:
            track = replace(track, media_file=attached(writer, track, entry.media))
        writer.insert(track, entry.constellation, landmarks)
    except (UsageError, ValueError) as error:
        raise DamagedArchiveError(name, f"track {track.id}: {error}") from error
