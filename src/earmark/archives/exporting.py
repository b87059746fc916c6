"""A library as an archive: one committed state of it, as a stream, in bounded memory."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO

from earmark.answers import Intact
from earmark.archives.base import PIECE_BYTES, Form, Kind, Record, require_fit
from earmark.archives.entries import Entry, without_media
from earmark.archives.files import encoded, form_of, write
from earmark.archives.report import ExportReport, Failed, Failures, OnTransfer, TransferProgress
from earmark.archives.values import Manifest, manifest_values, play_values, track_values
from earmark.errors import UsageError
from earmark.operations.base import PlayQuery
from earmark.stores.failures import translated
from earmark.units import iso_utc

if TYPE_CHECKING:
    from earmark.library import Library
    from earmark.operations.base import Operations
    from earmark.stores.base import Reader
    from earmark.types import Track

PAGE_TRACKS = 64
"""Constellations that are read at once."""


def export_library(
    library: Library,
    file: str | os.PathLike[str],
    *,
    form: Form | str | None = None,
    media: bool = True,
    operations: Operations | None = None,
    on_progress: OnTransfer | None = None,
) -> ExportReport:
    """Write a library to an archive: one state of it, whatever is changed meanwhile.

    What has the name already is replaced when the archive is whole, and not before.

    Args:
        library: it may be in use.
        file: its name; `-` is the standard output.
        form: `binary` or `jsonl`; by the ending of the name unless given.
        media: whether the sound travels that the library keeps (`copy` and `preview`).
        operations: plays that travel, too.
        on_progress: called after every track.

    Raises:
        ArchiveError: it cannot be written.
        LibraryError: the library cannot be read.
        OperationsError: the plays cannot be read.
        UsageError: there is no such form.
    """
    began = time.monotonic()
    name = os.fspath(file)
    report = ExportReport(name)
    with library.reading() as reader:
        exporter = _Exporter(library, reader, report, media=media)
        records = exporter.records(operations, on_progress)
        report.size_bytes = write(name, encoded(records, _form(form, name)))
    report.elapsed_s = time.monotonic() - began
    return report


def export_track(
    library: Library, reader: Reader, track: Track, report: ExportReport
) -> Iterator[bytes]:
    """Yield the bytes of an archive of one track, with its sound if the library keeps that.

    What is lost of it is told in the report: of a track whose constellation is damaged, all.

    Args:
        library: that has it.
        reader: one state of the library.
        track: as it is in that state.
        report: what becomes of the track is counted there.

    Raises:
        LibraryError: the library cannot be read.
    """
    exporter = _Exporter(library, reader, report, media=True, only=track)
    return encoded(exporter.records(None, None), Form.BINARY)


def stored_entries(
    reader: Reader, failures: Failures, *, media: bool, only: Track | None = None
) -> Iterator[Entry]:
    """Yield every track of a library with its constellation and its sound, in bounded memory.

    A track whose constellation is damaged is left out, one whose sound is gone comes without it;
    both are added to the failures. `only` one track is yielded if it is given.
    """
    tracks = reader.all_tracks() if only is None else iter([only])
    while page := list(islice(tracks, PAGE_TRACKS)):
        found = Intact(reader).constellations([track.key for track in page])
        for track in page:
            if track.key not in found:
                failures.add(Failed("", track.id, "its constellation is lost or damaged"))
            elif media and track.media_file is not None:
                yield _with_media(reader, track, found[track.key], failures)
            else:
                yield Entry(without_media(track), found[track.key])


def _with_media(reader: Reader, track: Track, packed: bytes, failures: Failures) -> Entry:
    try:
        stream = reader.open_media(track.media_file or "")
    except KeyError:
        failures.add(Failed("", track.id, "its sound is gone: it travels without"))
        return Entry(without_media(track), packed)
    return Entry(track, packed, stream, _length(stream))


def _length(stream: BinaryIO) -> int:
    size = stream.seek(0, 2)
    stream.seek(0)
    return size


@dataclass
class _Exporter:
    """Makes records of one state of a library, and counts them."""

    library: Library
    reader: Reader
    report: ExportReport
    media: bool
    only: Track | None = None

    def records(
        self, operations: Operations | None, on_progress: OnTransfer | None
    ) -> Iterator[Record]:
        """Yield all but the end."""
        manifest = self._manifest(plays=operations is not None)
        yield Record(Kind.MANIFEST, "", manifest_values(manifest))
        failures = self.report.failures
        for entry in stored_entries(self.reader, failures, media=self.media, only=self.only):
            yield from self._of_entry(entry)
            if on_progress is not None:
                on_progress(TransferProgress(self.report.tracks, manifest.tracks))
        if operations is not None:
            for play in operations.plays(PlayQuery()):
                self.report.plays += 1
                yield Record(Kind.PLAY, play.id, play_values(play))

    def _manifest(self, *, plays: bool) -> Manifest:
        import earmark  # noqa: PLC0415 - the package's face, for its version

        counts, params = self.reader.stats(), self.library.params
        return Manifest(
            made_by=f"earmark {earmark.__version__}",
            made_at=iso_utc(datetime.now(UTC)),
            peaks_id=params.peaks_id,
            index_id=params.index_id,
            params=params,
            tracks=counts.tracks if self.only is None else 1,
            duration_s=counts.duration_s if self.only is None else self.only.duration_s,
            media=self.media,
            plays=plays,
        )

    def _of_entry(self, entry: Entry) -> Iterator[Record]:
        """Yield the record of a track and the pieces of its sound."""
        with entry.media or contextlib.nullcontext():
            values = track_values(entry.track, entry.media_bytes if entry.media else None)
            record = Record(Kind.TRACK, entry.track.id, values, entry.constellation)
            try:
                require_fit(record)
            except ValueError as error:
                self.report.failures.add(Failed("", entry.track.id, str(error)))
                return
            yield record
            self.report.tracks += 1
            self.report.duration_s += entry.track.duration_s
            if entry.media is not None:
                yield from self._pieces(entry, entry.media)

    def _pieces(self, entry: Entry, media: BinaryIO) -> Iterator[Record]:
        name = entry.track.media_file or ""
        for part, data in enumerate(self._chunks(media)):
            self.report.media_bytes += len(data)
            yield Record(Kind.MEDIA, name, {"part": part}, data)
        self.report.media_files += 1

    def _chunks(self, media: BinaryIO) -> Iterator[bytes]:
        with translated(self.library.location):
            yield from iter(lambda: media.read(PIECE_BYTES), b"")


def _form(form: Form | str | None, name: str) -> Form:
    try:
        return form_of(name) if form is None else Form(form)
    except ValueError:
        message = f"an archive is one of {', '.join(Form)}, not {form!r}"
        raise UsageError(message) from None
