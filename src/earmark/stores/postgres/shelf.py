"""Where segments and media lie in PostgreSQL: beside the catalogue, under the same commit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import BinaryIO

from earmark.stores.blocks import Blocks, BlockSource, FetchedBlocks
from earmark.stores.postgres.catalogue import Catalogue
from earmark.stores.postgres.copy import IndexCopy
from earmark.stores.postgres.media import Media
from earmark.stores.postgres.pieces import Pieces
from earmark.stores.rows import Row


class PostgresShelf:
    """What one block reads and writes there; see `stores.shelf.Shelf`."""

    catalogue_name = "catalogue"
    within_catalogue = False
    kept = frozenset[str]()

    def __init__(self, catalogue: Catalogue, cache_bytes: int, copy: IndexCopy | None) -> None:
        """Read and write within the catalogue's transaction.

        Args:
            catalogue: with a transaction begun.
            cache_bytes: how much is kept of the segments' words.
            copy: a copy of the index beside the process.
        """
        self._copy = copy
        self._catalogue = catalogue
        self._pieces = Pieces(catalogue.transaction, cache_bytes)
        self._media = Media(catalogue.transaction)
        self.source: BlockSource = self._pieces

    def segment(self, row: Row) -> Blocks:
        """Return a segment from the copy, or one of which nothing was fetched yet."""
        copied = self._copy.blocks(row) if self._copy else None
        return copied or FetchedBlocks(row["id"], row["size_bytes"])

    def publish(self, chunks: Iterable[bytes]) -> tuple[int, int]:
        """Write a segment; return its number and its length in bytes."""
        number = self._catalogue.next_segment()
        return number, self._pieces.write(number, chunks)

    def keep_media(self, name: str, chunks: Iterable[bytes]) -> int:
        """Write a media file; return its length in bytes."""
        return self._media.attach(name, chunks)

    def open_media(self, name: str) -> BinaryIO:
        """Open a media file for reading; all of it is fetched.

        Raises:
            KeyError: there is none of this name.
            OSError: there is no room for a copy of it.
        """
        return self._media.open(name)

    def media_names(self) -> set[str]:
        """Return every media file whose chunks are all there."""
        return self._catalogue.whole_media()
