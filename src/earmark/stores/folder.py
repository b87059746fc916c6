"""The paths of a library's folder.

Where everything lies:

    catalogue.sqlite    decides what exists (with `-wal` and `-shm` beside it while it is in use)
    segments/           the index, in immutable files
    media/              sound that tracks name
    writer.lock         held while a block writes
    writer.queue        the door to it
"""

from __future__ import annotations

import contextlib
from itertools import count
from pathlib import Path

from earmark.stores.failures import translated
from earmark.stores.files import Files

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


class Folder:
    """The paths of one library."""

    def __init__(self, root: Path, files: Files) -> None:
        self.root = root
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


def segment_name(number: int) -> str:
    """Return the file name of a segment."""
    return f"{number:08}.segment"
