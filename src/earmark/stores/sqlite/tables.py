"""Segments and media as rows of the catalogue: all of a library in one SQLite file.

A segment's bytes are the same as in a file of its own, cut into blocks of 4096; a media file's are
cut into chunks of 65536. What belongs to a segment or a media file that goes is deleted in the same
transaction; the room that it took is used again.
"""

from __future__ import annotations

import contextlib
import io
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import numpy as np

from earmark.stores.blocks import BLOCK_BYTES, BlockSource, FetchedBlocks, pieces
from earmark.stores.rows import Row
from earmark.stores.sqlite.catalogue import Catalogue

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from earmark.stores.sqlite.connections import Connections

CHUNK_BYTES = 1 << 16
"""Of a media file in one row: a preview is a few of them."""
_NUMBER_BITS = 32
"""Of a block's number within its id; the segment's stands above it."""


class Tables:
    """A shelf in the catalogue's own file, for one transaction."""

    within_catalogue = True
    kept = frozenset[str]()

    def __init__(
        self, name: str, catalogue: Catalogue, connections: Connections, cache_bytes: int
    ) -> None:
        """Read and write rows.

        Args:
            name: of the file, for messages.
            catalogue: with a transaction begun.
            connections: for media, which may stay open longer than the transaction.
            cache_bytes: how much is kept of the segments' words.
        """
        self.catalogue_name = name
        self.source: BlockSource = TableSource(catalogue, cache_bytes)
        self._catalogue = catalogue
        self._connections = connections

    def segment(self, row: Row) -> FetchedBlocks:
        """Return a segment of which nothing was fetched yet."""
        return FetchedBlocks(row["id"], row["size_bytes"])

    def publish(self, chunks: Iterable[bytes]) -> tuple[int, int]:
        """Insert a segment; return its number and its length in bytes.

        Raises:
            LibraryError: it cannot be written.
        """
        number = self._catalogue.next_segment()
        counted = _Counted(chunks)
        blocks = enumerate(pieces(counted, BLOCK_BYTES), number << _NUMBER_BITS)
        self._catalogue.insert_blocks(blocks)
        return number, counted.size

    def keep_media(self, name: str, chunks: Iterable[bytes]) -> int:
        """Insert a media file; return its length in bytes.

        Raises:
            LibraryError: it cannot be written.
        """
        size = 0
        for place, chunk in enumerate(pieces(chunks, CHUNK_BYTES)):
            self._catalogue.insert_media_chunk(name, place, chunk)
            size += len(chunk)
        return size

    def open_media(self, name: str) -> BinaryIO:
        """Open a media file for reading, on a connection of its own.

        One that is not committed yet is copied into a file without a name.

        Raises:
            KeyError: there is none of this name.
            LibraryError: it cannot be read.
        """
        try:
            stream = MediaStream(name, self._catalogue.location, self._connections)
        except KeyError:
            return self._copied_media(name)
        return cast("BinaryIO", io.BufferedReader(stream, CHUNK_BYTES))

    def media_names(self) -> set[str]:
        """Return every media file whose chunks are all there.

        Raises:
            LibraryError: they cannot be listed.
        """
        return self._catalogue.whole_media()

    def _copied_media(self, name: str) -> BinaryIO:
        if self._catalogue.media_size(name) is None or not self._catalogue.is_writing:
            raise KeyError(name)
        copy = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
        place = 0
        while chunk := self._catalogue.media_chunk(name, place):
            copy.write(chunk)
            place += 1
        copy.seek(0)
        return cast("BinaryIO", copy)


class TableSource:
    """Blocks of segments, as one transaction has them; see `blocks.BlockSource`."""

    def __init__(self, catalogue: Catalogue, budget_bytes: int) -> None:
        self.budget_bytes = budget_bytes
        self._catalogue = catalogue

    def fetch(self, wanted: Mapping[int, NDArray[np.intp]]) -> Iterator[tuple[int, int, bytes]]:
        """Yield (segment, block, bytes) of these blocks, by one query.

        Raises:
            LibraryError: they cannot be read.
        """
        runs = [run for segment, numbers in wanted.items() for run in _runs(segment, numbers)]
        for block, data in self._catalogue.blocks(runs):
            yield block >> _NUMBER_BITS, block & ((1 << _NUMBER_BITS) - 1), data

    def stream(self, segment: int) -> Iterator[bytes]:
        """Yield the blocks of a segment in order.

        Raises:
            LibraryError: they cannot be read.
        """
        return self._catalogue.block_stream(segment)


class MediaStream(io.RawIOBase):
    """A media file, read a chunk at a time from a transaction of its own."""

    def __init__(self, name: str, location: str, connections: Connections) -> None:
        """Begin to read.

        Raises:
            KeyError: there is none of this name.
            LibraryError: the catalogue cannot be read.
        """
        self._name = name
        self._at = 0
        with contextlib.ExitStack() as stack:
            self._catalogue = Catalogue(stack.enter_context(connections.reading()), location)
            stack.callback(self._catalogue.rollback)
            self._catalogue.begin()
            size = self._catalogue.media_size(name)
            if size is None:
                raise KeyError(name)
            self._size = size
            self._held = stack.pop_all()

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a byte; beyond the end there is nothing to read.

        Raises:
            ValueError: that is before the beginning.
        """
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if base + offset < 0:
            message = f"there is nothing at {base + offset}"
            raise ValueError(message)
        self._at = base + offset
        return self._at

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - whatever can be written to
        """Read up to the end of a chunk.

        Raises:
            LibraryError: it cannot be read.
        """
        place, skipped = divmod(self._at, CHUNK_BYTES)
        room = memoryview(buffer).cast("B")
        found = self._catalogue.media_chunk(self._name, place)[skipped : skipped + len(room)]
        room[: len(found)] = found
        self._at += len(found)
        return len(found)

    def close(self) -> None:
        """End the transaction."""
        if not self.closed:
            held = getattr(self, "_held", None)  # none if it was never opened
            if held:
                held.close()
        super().close()


class _Counted:
    """Chunks that are counted as they go by."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = chunks
        self.size = 0

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self.size += len(chunk)
            yield chunk


def _runs(segment: int, numbers: NDArray[np.intp]) -> list[tuple[int, int]]:
    """Return the first and the last id of blocks that follow one another."""
    gaps = np.flatnonzero(np.diff(numbers) > 1)
    base = segment << _NUMBER_BITS
    first = base + numbers[np.append(0, gaps + 1)]
    last = base + numbers[np.append(gaps, len(numbers) - 1)]
    return list(zip(first.tolist(), last.tolist(), strict=True))
