"""Media files in PostgreSQL: kept in rows of 256 kB, and read by way of a file without a name."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterable
from typing import BinaryIO, cast

from earmark.errors import LibraryError
from earmark.stores.blocks import pieces
from earmark.stores.limits import is_storable_text
from earmark.stores.postgres.transaction import Transaction

_CHUNK_BYTES = 256 << 10
_CHUNKS_AT_ONCE = 16
_MOST_IN_MEMORY_BYTES = 4 << 20


class Media:
    """The media files of one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def attach(self, name: str, chunks: Iterable[bytes]) -> int:
        """Write what is in a file, and return how many bytes that is.

        Raises:
            LibraryError: it cannot be written.
            Exception: whatever the chunks raise, as it is; nothing is kept then.
        """
        size = 0
        try:
            for number, data in enumerate(pieces(chunks, _CHUNK_BYTES)):
                self._transaction.run("insert_media_chunk", name=name, number=number, data=data)
                size += len(data)
        except LibraryError:
            raise
        except Exception:
            self._transaction.run("delete_media_chunks", name=name)
            raise
        return size

    def open(self, name: str) -> BinaryIO:
        """Open a file for reading; the stream can seek, and stays good.

        Raises:
            KeyError: there is no such file (any more).
            OSError: there is no room for a copy of it.
        """
        if not is_storable_text(name) or not self._transaction.rows("media_size", name=name):
            raise KeyError(name)
        with contextlib.ExitStack() as stack:
            copy = tempfile.SpooledTemporaryFile(_MOST_IN_MEMORY_BYTES)  # noqa: SIM115 - the caller's
            stack.callback(copy.close)
            self._fill(copy, name)
            copy.seek(0)
            stack.pop_all()
        return cast("BinaryIO", copy)

    def _fill(self, copy: tempfile.SpooledTemporaryFile[bytes], name: str) -> None:
        begin = 0
        while rows := self._transaction.rows(
            "media_chunks", name=name, begin=begin, end=begin + _CHUNKS_AT_ONCE
        ):
            for row in rows:
                copy.write(row["data"])
            begin += _CHUNKS_AT_ONCE
