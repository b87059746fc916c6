"""A library in one SQLite file: `sqlite:///music.db`.

The catalogue is that of a folder, with the segments and the media as rows (`tables`). A commit of
SQLite is all that a change needs: nothing lies beside the file that could be left behind. While the
library is in use, SQLite keeps `-wal` and `-shm` files beside it; the writer's lock stands there,
too.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from earmark.stores.blocks import CACHE_BYTES
from earmark.stores.files import Files
from earmark.stores.home import PATIENCE_S
from earmark.stores.location import Location
from earmark.stores.sqlite.home import SqliteHome
from earmark.stores.sqlite.tables import Tables

if TYPE_CHECKING:
    from earmark.stores.sqlite.catalogue import Catalogue
    from earmark.stores.sqlite.connections import Connections

_MAGIC = b"SQLite format 3\0"


def file_home(
    place: Location,
    files: Files | None = None,
    patience_s: float = PATIENCE_S,
    cache_bytes: int = CACHE_BYTES,
) -> SqliteHome:
    """Return the home of a library in a single file.

    Args:
        place: a file.
        files: how files are touched.
        patience_s: how long to wait for another writer.
        cache_bytes: how much of the index is kept in memory, beside its directories.
    """
    ground = SingleFile(place.on_disk(), files or Files(), cache_bytes)
    return SqliteHome(place, ground, patience_s)


class SingleFile:
    """The place of one library."""

    def __init__(self, path: Path, files: Files, cache_bytes: int) -> None:
        """Use a file.

        Args:
            path: of the file.
            files: how files are touched.
            cache_bytes: how much is kept of the segments' words.
        """
        self.catalogue = path
        self.locks = path.parent
        self.lock_prefix = path.name
        self._files = files
        self._cache_bytes = cache_bytes

    def is_foreign(self) -> bool:
        """Tell whether something else than a database lies there."""
        if not self.catalogue.is_file():
            return self.catalogue.exists() or self.catalogue.is_symlink()
        with self._files.stream(self.catalogue) as stream:
            return stream.read(len(_MAGIC)) not in {b"", _MAGIC}

    def has_catalogue(self) -> bool:
        """Tell whether there is a file, perhaps an empty one."""
        return self.catalogue.exists()

    def make(self) -> None:
        """Make the folder that the file is to lie in."""
        self._files.make_folder(self.locks)

    def make_catalogue(self) -> None:
        """Make an empty file, unless there is one."""
        if not self.has_catalogue():
            self._files.close(self._files.create(self.catalogue))

    def settle(self) -> None:
        """Return when the file's name would survive a loss of power."""
        self._files.sync_folder(self.locks)

    def shelf(self, catalogue: Catalogue, connections: Connections) -> Tables:
        """Return what a block reads and writes here."""
        return Tables(self.catalogue.name, catalogue, connections, self._cache_bytes)

    def sweep(self, catalogue: Catalogue, media: Iterable[str], *, all_media: bool) -> None:
        """Do nothing: what is not committed is not there."""
