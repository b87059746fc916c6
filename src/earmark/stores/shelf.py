"""Where the segments and media of one block lie: files of a folder, or rows of a database."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import BinaryIO, Protocol

from earmark.stores.blocks import Blocks, BlockSource
from earmark.stores.rows import Row


class Shelf(Protocol):
    """Segments and media, within a transaction of the catalogue."""

    catalogue_name: str
    """What messages call the catalogue."""
    within_catalogue: bool
    """Whether they lie in the catalogue's own file."""
    source: BlockSource

    @property
    def kept(self) -> Collection[str]:
        """Media files of this transaction that stay when it is rolled back."""

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
