"""A library in a folder: a SQLite catalogue, and immutable, memory-mapped segments beside it.

A block writes its segment and media files first, whole and durable, under names that nobody knows;
the commit makes them exist. What a crash leaves unnamed is swept away by a later writer.

    catalogue.sqlite    decides what exists (with `-wal` and `-shm` beside it while it is in use)
    segments/           the index, in immutable files
    media/              sound that tracks name
    writer.lock         held while a block writes
    writer.queue        the door to it
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from earmark.stores.blocks import BlockSource, MappedFile, NoSource
from earmark.stores.failures import translated
from earmark.stores.files import Files, publish
from earmark.stores.home import PATIENCE_S
from earmark.stores.location import Location
from earmark.stores.rows import Row
from earmark.stores.segment import segment_name
from earmark.stores.sqlite.home import SqliteHome

if TYPE_CHECKING:
    from earmark.stores.sqlite.catalogue import Catalogue
    from earmark.stores.sqlite.connections import Connections

_OURS = {
    "catalogue.sqlite",
    "catalogue.sqlite-wal",
    "catalogue.sqlite-shm",
    "catalogue.sqlite-journal",
    "segments",
    "media",
    "writer.lock",
    "writer.queue",
}


def folder_home(
    place: Location, files: Files | None = None, patience_s: float = PATIENCE_S
) -> SqliteHome:
    """Return the home of a library in a folder.

    Args:
        place: a folder.
        files: how files are touched.
        patience_s: how long to wait for another writer.
    """
    return SqliteHome(place, Folder(place.on_disk(), files or Files()), patience_s)


class Folder:
    """The paths of one library."""

    lock_prefix = "writer"

    def __init__(self, root: Path, files: Files) -> None:
        self.root = self.locks = root
        self.files = files
        self.catalogue = root / "catalogue.sqlite"
        self.segments = root / "segments"
        self.media = root / "media"

    def make(self) -> None:
        """Make the folders that are not there."""
        for path in (self.root, self.segments, self.media):
            self.files.make_folder(path)

    def make_catalogue(self) -> None:
        """Make an empty file for the catalogue, unless there is one."""
        if not self.has_catalogue():
            self.files.close(self.files.create(self.catalogue))

    def has_catalogue(self) -> bool:
        """Tell whether there is a catalogue, perhaps an empty one."""
        return self.catalogue.exists()

    def is_foreign(self) -> bool:
        """Tell whether something lies there that no Earmark put there."""
        if not self.root.is_dir():
            return self.root.exists() or self.root.is_symlink()
        return not self.has_catalogue() and not set(self.files.names(self.root)) <= _OURS

    def settle(self) -> None:
        """Return when the catalogue's name would survive a loss of power."""
        self.files.sync_folder(self.root)

    def shelf(self, catalogue: Catalogue, connections: Connections) -> FolderShelf:  # noqa: ARG002
        """Return what a block reads and writes here."""
        return FolderShelf(self, catalogue)

    def sweep(self, catalogue: Catalogue, media: Iterable[str], *, all_media: bool) -> None:
        """Delete the files that the catalogue does not name; see `Ground`."""
        live = {row["id"] for row in catalogue.segments()}
        if all_media:
            media = self.media_names() - catalogue.media_names()
        self.sweep_segments(live)
        self.sweep_media(set(media))

    def segment(self, number: int) -> Path:
        """Return the path of a segment."""
        return self.segments / segment_name(number)

    def free_segment(self, number: int) -> int:
        """Return the first number from this one on of which there is no segment file.

        One may be left from a commit that failed, and may yet turn out to have succeeded.
        """
        taken = set(self.files.names(self.segments))
        return next(free for free in count(number) if segment_name(free) not in taken)

    def media_file(self, name: str) -> Path:
        """Return the path of a media file.

        Raises:
            KeyError: no media file can have this name.
        """
        if name in {"", ".."} or name != Path(name).name:
            raise KeyError(name)
        return self.media / name

    def sweep_segments(self, live: set[int]) -> None:
        """Delete every segment file but these; readers that have one open keep it."""
        kept = {segment_name(number) for number in live}
        self._sweep(self.segments, set(self.files.names(self.segments)) - kept)

    def sweep_media(self, names: set[str]) -> None:
        """Delete these media files."""
        self._sweep(self.media, names)

    def media_names(self) -> set[str]:
        """Return the files of the media folder; an empty one may have been lost on a way.

        Raises:
            LibraryError: it cannot be read.
        """
        with translated(str(self.root)), contextlib.suppress(FileNotFoundError):
            return set(self.files.names(self.media))
        return set()

    def _sweep(self, folder: Path, names: set[str]) -> None:
        for name in sorted(names):
            self.files.delete(folder / name)


class FolderShelf:
    """Files: written whole and durable under names that nobody knows before the commit."""

    within_catalogue = False
    source: BlockSource = NoSource()

    def __init__(self, folder: Folder, catalogue: Catalogue) -> None:
        self.catalogue_name = folder.catalogue.name
        self.kept: set[str] = set()
        self._folder = folder
        self._catalogue = catalogue

    def segment(self, row: Row) -> MappedFile:
        """Open a segment's file.

        Raises:
            FileNotFoundError: it is gone: merged away, or lost.
            OSError: it cannot be opened.
        """
        return MappedFile.open(self._folder.files, self._folder.segment(row["id"]))

    def publish(self, chunks: Iterable[bytes]) -> tuple[int, int]:
        """Write a segment's file; return its number and its length in bytes.

        Raises:
            OSError: it cannot be written.
        """
        number = self._folder.free_segment(self._catalogue.next_segment())
        return number, publish(self._folder.files, self._folder.segment(number), chunks)

    def keep_media(self, name: str, chunks: Iterable[bytes]) -> int:
        """Write a media file; return its length in bytes.

        Raises:
            OSError: it cannot be written.
        """
        self.kept.add(name)
        return publish(self._folder.files, self._folder.media_file(name), chunks)

    def open_media(self, name: str) -> BinaryIO:
        """Open a media file for reading.

        Raises:
            KeyError: there is none of this name.
            OSError: it cannot be read.
        """
        try:
            return self._folder.files.stream(self._folder.media_file(name))
        except (FileNotFoundError, ValueError):  # the latter: no file can have this name
            raise KeyError(name) from None

    def media_names(self) -> set[str]:
        """Return the files of the media folder."""
        return self._folder.media_names()
