"""Where segments and media lie: the one thing in which a folder and a single file differ.

A `Home` is the place of a library, a `Shelf` what one block of it reads and writes there.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol

from earmark.stores.blocks import Blocks, BlockSource
from earmark.stores.rows import Row

if TYPE_CHECKING:
    from earmark.stores.catalogue import Catalogue
    from earmark.stores.connections import Connections


class Shelf(Protocol):
    """Segments and media, within a transaction of the catalogue."""

    catalogue_name: str
    """What messages call the catalogue."""
    within_catalogue: bool
    """Whether they lie in the catalogue's own file."""
    source: BlockSource

    def segment(self, row: Row) -> Blocks:
        """Return the bytes of a segment that the catalogue lists.

        Raises:
            FileNotFoundError: they are gone: merged away, or lost.
            OSError: they cannot be opened.
        """

    def publish(self, chunks: Iterable[bytes]) -> tuple[int, int]:
        """Keep a new segment; return its number, that no other has, and its length in bytes.

        Raises:
            OSError, LibraryError: it cannot be written.
        """

    def keep_media(self, name: str, chunks: Iterable[bytes]) -> int:
        """Keep a media file and return its length in bytes.

        Raises:
            OSError, LibraryError: it cannot be written.
        """

    def open_media(self, name: str) -> BinaryIO:
        """Open a media file for reading; it stays open when the transaction ends.

        Raises:
            KeyError: no media file has this name.
            OSError, LibraryError: it cannot be read.
        """

    def media_names(self) -> set[str]:
        """Return every media file that is there, whole.

        Raises:
            LibraryError: they cannot be listed.
        """


class Home(Protocol):
    """The place of one library."""

    catalogue: Path
    """The SQLite file."""
    locks: Path
    """The folder of its lock files."""
    lock_prefix: str
    """What their names begin with."""

    def is_foreign(self) -> bool:
        """Tell whether something lies there that no Earmark put there."""

    def has_catalogue(self) -> bool:
        """Tell whether there is a catalogue, perhaps an empty one."""

    def make(self) -> None:
        """Make the folders that are not there.

        Raises:
            OSError: that is not possible.
        """

    def make_catalogue(self) -> None:
        """Make an empty file for the catalogue, unless there is one; under the writer lock.

        Raises:
            OSError: that is not possible.
        """

    def settle(self) -> None:
        """Return when the names of what was made would survive a loss of power."""

    def shelf(self, catalogue: Catalogue, connections: Connections) -> Shelf:
        """Return what a block reads and writes here, with a transaction begun."""

    def sweep(self, catalogue: Catalogue, media: Iterable[str], *, all_media: bool) -> None:
        """Delete what lies there and the catalogue does not name.

        Args:
            catalogue: without a transaction, under the writer lock.
            media: media files that no track names any more.
            all_media: look for others, too.

        Raises:
            OSError, LibraryError: that is not possible.
        """
