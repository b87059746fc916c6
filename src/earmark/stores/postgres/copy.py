"""A copy of a library's index beside the process that reads it: its segments as files.

A segment never changes, and its mark says which one it is. So a file that is there is right, one
that is not is read from the server until it is, and nothing that is answered is ever out of date:
which segments there are, and which of their tracks are gone, every block asks the server itself.
The copy may be deleted at any time; several processes of one machine may share it.
"""

from __future__ import annotations

import contextlib
import hashlib
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from earmark.errors import LibraryBusyError, LibraryError
from earmark.stores.blocks import Blocks, BlockSource, MappedFile
from earmark.stores.failures import translated
from earmark.stores.files import Files, publish
from earmark.stores.lock import WriterLock
from earmark.stores.rows import Row

_SUFFIX = ".segment"
_PAUSE_S = 0.5
"""Between two looks whether another process has done the work."""

Listed: TypeAlias = Callable[
    [], contextlib.AbstractContextManager[tuple[Sequence[Row], BlockSource]]
]
"""Begins a view of an index: its segments, and where their bytes come from."""


@dataclass(frozen=True, slots=True)
class CopyState:
    """How far a copy has come."""

    segments: int
    """That the index had when the copy was last compared with it."""
    copied: int
    """Those of them that are files here."""
    error: str | None = None
    """Why the last attempt to go on failed."""

    @property
    def is_whole(self) -> bool:
        """Whether queries read nothing of the index from the server."""
        return self.copied == self.segments


class IndexCopy:
    """The files of one library; filled by a thread of its own.

    Attributes:
        state: how far it has come.
        version: rises when there are segments here that were not.
    """

    def __init__(self, folder: Path, library: str, files: Files | None = None) -> None:
        """Use a folder below this one; it is made when the first segment comes.

        Args:
            folder: that the user named; several libraries may share it.
            library: where the library lies.
            files: how files are touched.
        """
        name = hashlib.sha256(library.encode()).hexdigest()[:16]
        self._folder = folder / name
        self._files = files or Files()
        self._lock = WriterLock(self._folder, library, 0.0)
        self._location = library
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = threading.Event()
        self._again = False
        self._seen: set[str] = set()
        self.state = CopyState(0, 0)
        self.version = 0

    def blocks(self, row: Row) -> Blocks | None:
        """Return the bytes of a segment that the catalogue lists, if they are here."""
        with contextlib.suppress(OSError):
            found = MappedFile.open(self._files, self._path(row))
            if found.size() == row["size_bytes"]:
                return found
        return None

    def follow(self, listed: Listed) -> None:
        """Copy what is not here yet, in the background.

        Args:
            listed: begins a view of the index.
        """
        with self._guard:
            self._again = True
            if self._closed.is_set() or self._thread:
                return
            self._thread = threading.Thread(
                target=self._work, args=(listed,), name="earmark-copy", daemon=True
            )
            self._thread.start()

    def wait(self, timeout_s: float | None) -> CopyState:
        """Return how far the copy is, when nothing is under way or the time is up."""
        thread = self._thread
        if thread:
            thread.join(timeout_s)
        return self.state

    def close(self) -> None:
        """Stop copying; what is there stays."""
        self._closed.set()
        self.wait(None)

    def _work(self, listed: Listed) -> None:
        """Copy until nobody has asked for more."""
        while self._is_asked():
            try:
                with translated(self._location):
                    self._files.make_folder(self._folder)
                    with self._lock.exclusive(), listed() as (rows, source):
                        self._copy(rows, source)
            except LibraryBusyError:  # another process copies the same
                self._closed.wait(_PAUSE_S)
                self._again = True
            except LibraryError as error:
                self.state = CopyState(self.state.segments, self.state.copied, error.cause)

    def _is_asked(self) -> bool:
        with self._guard:
            asked, self._again = self._again and not self._closed.is_set(), False
            if not asked:
                self._thread = None
            return asked

    def _copy(self, rows: Sequence[Row], source: BlockSource) -> None:
        there = set(self._files.names(self._folder))
        missing = [row for row in rows if self._path(row).name not in there]
        self.state = CopyState(len(rows), len(rows) - len(missing))
        for row in sorted(missing, key=lambda row: -int(row["size_bytes"])):
            publish(self._files, self._path(row), self._unless_closed(source.stream(row["id"])))
            self.state = CopyState(len(rows), self.state.copied + 1)
            self.version += 1
        kept = {self._path(row).name for row in rows}
        if kept != self._seen:  # another process may have copied them
            self._seen = kept
            self.version += 1
        for name in sorted(there - kept):
            if name.endswith((_SUFFIX, ".part")):
                self._files.delete(self._folder / name)

    def _unless_closed(self, chunks: Iterable[bytes | memoryview]) -> Iterator[bytes | memoryview]:
        for chunk in chunks:
            if self._closed.is_set():
                raise LibraryError(self._location, "it was closed")
            yield chunk

    def _path(self, row: Row) -> Path:
        return self._folder / f"{row['id']:08}-{row['mark']:016x}{_SUFFIX}"
