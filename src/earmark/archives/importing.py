"""Tracks from an archive, or from another library, into a library.

Work goes on in batches, each committed as a whole. What is committed is passed by when the same
import is run again: so one that was interrupted goes on where it was.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, BinaryIO

from earmark.archives.base import Damage
from earmark.archives.entries import End, Entry, Item, entries
from earmark.archives.exporting import stored_entries
from earmark.archives.files import Opened, opened
from earmark.archives.report import Failed, ImportReport, OnTransfer, TransferProgress
from earmark.archives.values import sound_of
from earmark.errors import IncompatiblePeaksError, UsageError
from earmark.landmarks import reference_landmarks
from earmark.types import Landmarks, Track

if TYPE_CHECKING:
    from earmark.archives.values import Manifest
    from earmark.library import Library
    from earmark.operations.base import Operations
    from earmark.stores.base import Reader, Writer

BATCH_TRACKS = 500
BATCH_BYTES = 16 << 20
BATCH_DURATION_S = 1e7
BATCH_S = 10.0
"""A batch is committed when it has so many tracks, takes so much memory, has so much sound (a tape
holds four times as much) or is so old: what an interruption can cost."""

BYTES_A_PEAK = 8
"""Of its landmark."""

CHUNK_BYTES = 1 << 20


def import_archive(
    library: Library,
    file: str | os.PathLike[str],
    *,
    media: bool = True,
    operations: Operations | None = None,
    on_progress: OnTransfer | None = None,
) -> ImportReport:
    """Add the tracks of an archive to a library; they keep their ids.

    What is there already is passed by, and what is there under the same id and differs is
    replaced. A record that is damaged is passed over and told in the report; of an archive that
    ends too early, what is whole is added.

    Args:
        library: landmarks are made anew under its parameters.
        file: the archive's name; `-` is the standard input.
        media: whether the sound is wanted that travels with it.
        operations: where to write the plays that travel with it; without, they are passed by.
        on_progress: called after every track.

    Raises:
        NotAnArchiveError: the file is none.
        ArchiveError: it cannot be read.
        IncompatiblePeaksError: its constellations were made with others than the library's
            parameters.
        LibraryError: the library cannot be written.
        OperationsError: the plays cannot be written.
    """
    with opened(os.fspath(file)) as archive:
        return import_opened(
            library, archive, media=media, operations=operations, on_progress=on_progress
        )


def import_opened(
    library: Library,
    archive: Opened,
    *,
    media: bool = True,
    operations: Operations | None = None,
    on_progress: OnTransfer | None = None,
) -> ImportReport:
    """Add the tracks of an archive that is open; see `import_archive`."""
    require_current(archive.name, archive.manifest)
    require_same_peaks(library, archive.manifest.peaks_id)
    importer = _Importer(library, operations, on_progress, archive.manifest.tracks)
    return importer.run(entries(archive.records, media=media))


def copy_library(
    source: Library,
    target: Library,
    *,
    media: bool = True,
    on_progress: OnTransfer | None = None,
) -> ImportReport:
    """Copy one state of a library into another, as `import_archive` does with an archive.

    Args:
        source: it may be in use.
        target: it keeps its other tracks, and its own index parameters.
        media: whether the sound travels that the source keeps (`copy` and `preview`).
        on_progress: called after every track.

    Raises:
        IncompatiblePeaksError: the two have constellations of different parameters.
        UsageError: both are the same.
        LibraryError: one cannot be read, or the other not written.
    """
    if source is target or source.store.place.is_same(target.store.place):
        message = f"{source.location} cannot be copied to itself"
        raise UsageError(message)
    require_same_peaks(target, source.params.peaks_id)
    with source.reading() as reader:
        importer = _Importer(target, None, on_progress, reader.stats().tracks)
        failures = importer.report.failures
        return importer.run(_ending(stored_entries(reader, failures, media=media)))


def require_current(name: str, manifest: Manifest) -> None:
    """Refuse an archive whose constellations are made in another way today.

    Raises:
        IncompatiblePeaksError: its parameters have another id by now.
    """
    if manifest.params.peaks_id != manifest.peaks_id:
        raise IncompatiblePeaksError(name, manifest.peaks_id, manifest.params.peaks_id)


def _ending(items: Iterable[Entry]) -> Iterator[Item]:
    yield from items
    yield End()


def require_same_peaks(library: Library, peaks_id: str) -> None:
    """Refuse constellations that a library cannot compare with its own."""
    own = library.params.peaks_id
    if own != peaks_id:
        raise IncompatiblePeaksError(library.location, own, peaks_id)


@dataclass(slots=True)
class _Batch:
    """What is committed together."""

    waiting: list[Entry] = field(default_factory=list)
    bytes: int = 0
    duration_s: float = 0.0
    began: float = field(default_factory=time.monotonic)

    def add(self, entry: Entry) -> None:
        """Add an entry."""
        self.waiting.append(entry)
        self.bytes += len(entry.constellation) + entry.media_bytes
        self.bytes += BYTES_A_PEAK * entry.track.peaks
        self.duration_s += entry.track.duration_s

    def is_due(self) -> bool:
        """Whether it is time to commit."""
        return (
            len(self.waiting) >= BATCH_TRACKS
            or self.bytes >= BATCH_BYTES
            or self.duration_s >= BATCH_DURATION_S
            or time.monotonic() - self.began >= BATCH_S
        )

    def close(self) -> None:
        """Let go of the sound."""
        for entry in self.waiting:
            _close(entry)


class _Importer:
    """Takes items as they come, and commits them batch by batch."""

    def __init__(
        self,
        library: Library,
        operations: Operations | None,
        on_progress: OnTransfer | None,
        total: int,
    ) -> None:
        self._library = library
        self._operations = operations
        self._on_progress = on_progress
        self._total = total
        self._done = 0
        self._batch = _Batch()
        self.report = ImportReport(library.location)

    def run(self, items: Iterator[Item]) -> ImportReport:
        """Take all items and return what became of them."""
        began = time.monotonic()
        try:
            for item in items:
                self._take(item)
            self._commit()
        finally:
            self._batch.close()
        self.report.complete = self.report.complete and not self.report.failures.count
        self.report.elapsed_s = time.monotonic() - began
        return self.report

    def _take(self, item: Item) -> None:
        if isinstance(item, Entry):
            self._batch.add(item)
            if self._batch.is_due():
                self._commit()
        elif isinstance(item, Damage):
            self.report.failures.add(Failed(item.place, item.name, item.cause))
        elif isinstance(item, End):
            self.report.complete = True
        elif self._operations is None:
            self.report.plays_left += 1
        else:
            self._operations.write(item)
            self.report.plays += 1

    def _commit(self) -> None:
        batch, self._batch = self._batch, _Batch()
        try:
            news = self._news(batch.waiting)
            sounds = [(entry, self._landmarks(entry)) for entry in news]
            outcome = ImportReport(self._library.location)
            if any(landmarks is not None for _, landmarks in sounds):
                with self._library.writing() as writer:
                    for entry, landmarks in sounds:
                        if landmarks is not None:
                            self._place(writer, entry, landmarks, outcome)
            self._count(outcome)
        finally:
            batch.close()
        self._done += len(batch.waiting)
        if self._on_progress is not None:
            self._on_progress(TransferProgress(self._done, self._total))

    def _news(self, waiting: list[Entry]) -> list[Entry]:
        """Count what the library has already, and return the rest."""
        if not waiting:
            return []
        with self._library.reading() as reader:
            news = [entry for entry in waiting if not _is_known(reader, entry)]
        self.report.unchanged += len(waiting) - len(news)
        return news

    def _landmarks(self, entry: Entry) -> Landmarks | None:
        """Return the landmarks of a track, none if its constellation is no good."""
        params = self._library.params
        try:
            return reference_landmarks(sound_of(entry.track, entry.constellation, params), params)
        except ValueError as error:
            self.report.failures.add(Failed("", entry.track.id, str(error)))
            return None

    def _place(
        self, writer: Writer, entry: Entry, landmarks: Landmarks, outcome: ImportReport
    ) -> None:
        known = writer.track(entry.track.id)
        try:
            track = _kept(known, entry)
            if entry.media is not None:
                track = replace(track, media_file=attached(writer, track, entry.media))
            if known is not None and _same_sound(known, track):
                writer.update(track)
            else:
                writer.insert(track, entry.constellation, landmarks)
        except (UsageError, ValueError) as error:
            outcome.failures.add(Failed("", entry.track.id, str(error)))
            return
        outcome.added += known is None
        outcome.replaced += known is not None
        outcome.media_files += entry.media is not None
        outcome.media_bytes += entry.media_bytes

    def _count(self, outcome: ImportReport) -> None:
        """Add what was committed to the report."""
        report = self.report
        report.added += outcome.added
        report.replaced += outcome.replaced
        report.media_files += outcome.media_files
        report.media_bytes += outcome.media_bytes
        for failed in outcome.failures.told:
            report.failures.add(failed)


def _is_known(reader: Reader, entry: Entry) -> bool:
    """Whether a library has just this track already, with this sound."""
    known = reader.track(entry.track.id)
    if known is None:
        return False
    if entry.media is None:
        return known == _kept(known, entry)
    same = replace(entry.track, key=known.key, media_file=known.media_file) == known
    return same and _media_bytes(reader, known) == entry.media_bytes


def _kept(known: Track | None, entry: Entry) -> Track:
    """Return a track as it becomes; one that comes without its sound takes away none that is kept.

    The sound that is kept goes all the same if it is no more that of the track.
    """
    if known is None:
        return entry.track
    track = replace(entry.track, key=known.key)
    if entry.media is not None or known.constellation_hash != track.constellation_hash:
        return track
    return replace(track, media=known.media, media_file=known.media_file)


def _same_sound(known: Track, track: Track) -> bool:
    """Whether only what is known of a track has changed."""
    return (known.constellation_hash, known.duration_s, known.peaks) == (
        track.constellation_hash,
        track.duration_s,
        track.peaks,
    )


def _media_bytes(reader: Reader, track: Track) -> int | None:
    if track.media_file is None:
        return None
    try:
        with reader.open_media(track.media_file) as stream:
            return stream.seek(0, os.SEEK_END)
    except KeyError:
        return None


def attached(writer: Writer, track: Track, media: BinaryIO) -> str:
    """Keep the sound of a track under a name of the library's own.

    Of the name that it had elsewhere only a plain ending is used.
    """
    suffix = os.path.splitext(track.media_file or "")[1]  # noqa: PTH122 - no path
    return writer.attach_media(iter(lambda: media.read(CHUNK_BYTES), b""), suffix)


def _close(entry: Entry) -> None:
    if entry.media is not None:
        entry.media.close()
