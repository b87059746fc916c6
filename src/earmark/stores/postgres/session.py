"""What a block of a library in PostgreSQL is given: its reader, or its writer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import BinaryIO

from earmark.errors import LibraryError
from earmark.stores.base import Problem
from earmark.stores.indexing import IndexWriter
from earmark.stores.layout import segment_chunks
from earmark.stores.limits import media_name
from earmark.stores.mending import Findings, Inspector
from earmark.stores.merging import MergePolicy, SegmentSize
from earmark.stores.postgres.catalogue import Catalogue
from earmark.stores.postgres.media import Media
from earmark.stores.postgres.pieces import Pieces
from earmark.stores.session import DirectoryReader, DirectoryWriter
from earmark.stores.snapshot import IndexSnapshot
from earmark.tape import Draft


class PostgresReader(DirectoryReader):
    """One committed state of a library."""

    def __init__(
        self,
        media: Media,
        catalogue: Catalogue,
        snapshot: IndexSnapshot,
        index_error: LibraryError | None,
    ) -> None:
        super().__init__(None, catalogue, snapshot, index_error)
        self._media = media

    def open_media(self, name: str) -> BinaryIO:
        """Open a track's `media_file` for reading; all of it is fetched.

        Raises:
            KeyError: there is no such file (any more).
        """
        return self._media.open(name)


class PostgresWriter(DirectoryWriter):
    """A reader that collects changes."""

    def __init__(
        self,
        media: Media,
        catalogue: Catalogue,
        snapshot: IndexSnapshot,
        index_error: LibraryError | None,
    ) -> None:
        super().__init__(None, catalogue, snapshot, index_error)
        self._media = media

    def open_media(self, name: str) -> BinaryIO:
        """Open a track's `media_file` for reading; all of it is fetched.

        Raises:
            KeyError: there is no such file (any more).
        """
        return self._media.open(name)

    def attach_media(self, chunks: Iterable[bytes], suffix: str) -> str:
        """Keep a media file and return its name.

        Raises:
            StorageFullError: there is no room for it.
            Exception: whatever the chunks raise, as it is.
        """
        name = media_name(suffix)
        size_bytes = self._media.attach(name, chunks)
        self.attached.add(name)
        self._catalogue.insert_media(name, size_bytes)
        return name


class PostgresIndexWriter(IndexWriter):
    """Adds and replaces segments, whose bytes lie beside the list of them."""

    def __init__(
        self, pieces: Pieces, catalogue: Catalogue, index_id: str, policy: MergePolicy
    ) -> None:
        super().__init__(None, catalogue, index_id, policy)
        self._pieces = pieces

    def _publish(self, draft: Draft) -> None:
        number = self._catalogue.next_segment()
        written = self._pieces.write(number, segment_chunks(draft, self._index_id))
        size = SegmentSize(number, len(draft.keys), 0, draft.postings, int(draft.starts[-1]))
        self._catalogue.insert_segment(size, written)


class PostgresInspector(Inspector):
    """Looks for damage in a library in PostgreSQL."""

    def _check_media(self, found: Findings) -> None:
        for track_id, name in self._catalogue.lost_media():
            found.problems.append(Problem("media", track_id, f"its file {name} is not whole"))
