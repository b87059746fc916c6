"""Connections to a library's SQLite catalogue: made, lent to one block at a time, used again.

The catalogue is in WAL mode: readers and the writer do not wait for each other. In a folder that
may not be written, SQLite can use the `-wal` and `-shm` files that a writer keeps there, but it
cannot make them; when no writer lives, the catalogue is opened `immutable` instead. SQLite would
not notice changes then, so such a connection is used only under the shared writer lock, while no
`-wal` file exists, and is dropped once the catalogue's file has changed.

A library's folder may be replaced by another while it is in use. Each connection knows which file
it was made to; one to a file that is no more at the catalogue's path is not lent again.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from earmark.errors import LibraryError, ReadOnlyLibraryError
from earmark.stores.failures import SQLITE_ERRORS, of_sqlite, primary_code, translated
from earmark.stores.lock import WriterLock

SQLITE_VERSION = sqlite3.sqlite_version

_PATIENCE_S = 30.0
_ATTEMPTS = 20
_SETTINGS = """
PRAGMA synchronous = FULL;
PRAGMA fullfsync = ON;
PRAGMA checkpoint_fullfsync = ON;
PRAGMA cache_size = -16384;
PRAGMA journal_size_limit = 67108864;
PRAGMA cell_size_check = ON;
"""

_Stamp = tuple[int, int, int]
Place = tuple[int, int]
NOWHERE: Place = (0, 0)


class Link(sqlite3.Connection):
    """A connection that knows its file."""

    place: Place = NOWHERE
    """Device and number of the file."""


@dataclass(frozen=True, slots=True)
class _Connection:
    link: Link
    stamp: _Stamp | None = None
    """State of the file when it was opened as immutable; none for an ordinary connection."""


class Connections:
    """The connections of one store to its catalogue."""

    def __init__(self, path: Path, location: str, lock: WriterLock) -> None:
        self._path = path
        self._location = location
        self._lock = lock
        self._idle: list[_Connection] = []
        self._guard = threading.Lock()
        self._closed = False

    @contextlib.contextmanager
    def reading(self) -> Iterator[Link]:
        """Lend a connection for a block that reads.

        Raises:
            LibraryError: the catalogue cannot be opened.
        """
        with contextlib.ExitStack() as stack:
            connection = self._ordinary() or self._any(stack)
            try:
                yield connection.link
            finally:
                self._give_back(connection)

    @contextlib.contextmanager
    def writing(self) -> Iterator[Link]:
        """Lend a connection for a block that writes, under the exclusive lock.

        Raises:
            ReadOnlyLibraryError: the catalogue may not be written.
        """
        connection = self._ordinary()
        if connection is None:
            raise ReadOnlyLibraryError(self._location, "it may be read but not written")
        try:
            yield connection.link
        finally:
            self._give_back(connection)

    def place(self) -> Place:
        """Return which file is at the catalogue's path; none is another than all that were."""
        try:
            state = self._path.stat()
        except OSError:
            return NOWHERE
        return state.st_dev, state.st_ino

    def may_write(self) -> bool:
        """Tell whether permissions let SQLite write; too many open files are another matter."""
        beside = [self._path.with_name(f"{self._path.name}{end}") for end in ("", "-wal", "-shm")]
        paths = [self._path.parent, *(path for path in beside if os.access(path, os.F_OK))]
        return all(os.access(path, os.W_OK) for path in paths)

    def close(self) -> None:
        """Close what is idle now, and the rest when its block ends."""
        with self._guard:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.link.close()

    def _any(self, stack: contextlib.ExitStack) -> _Connection:
        """Return a connection for a folder without write permission; writers may come and go."""
        for _ in range(_ATTEMPTS):
            with contextlib.ExitStack() as held:
                with translated(self._location):
                    held.enter_context(self._lock.shared())
                if not self._has_wal():
                    stack.enter_context(held.pop_all())
                    return self._immutable()
            if connection := self._ordinary():
                return connection
        cause = "its last writer left it unfinished; open it once with permission to write"
        raise ReadOnlyLibraryError(self._location, cause)

    def _ordinary(self) -> _Connection | None:
        """Return a connection that locks as SQLite does; none if the folder does not let it."""
        self._drop_replaced()
        if connection := self._take(None):
            return connection
        try:
            link = self._connect("mode=rw")
        except SQLITE_ERRORS as error:
            code = primary_code(error)
            if code == sqlite3.SQLITE_READONLY:
                return None
            if code == sqlite3.SQLITE_CANTOPEN and not self.may_write():
                return None
            raise of_sqlite(self._location, error) from error
        return _Connection(link)

    def _immutable(self) -> _Connection:
        stamp = self._stamp()
        self._drop_all_but(stamp)
        with translated(self._location):
            return self._take(stamp) or _Connection(self._connect("mode=ro&immutable=1"), stamp)

    def _drop_all_but(self, stamp: _Stamp) -> None:
        """Close the idle immutable connections that were opened on another state of the file."""
        with self._guard:
            stale = [one for one in self._idle if one.stamp not in {None, stamp}]
            self._idle = [one for one in self._idle if one not in stale]
        for connection in stale:
            connection.link.close()

    def _drop_replaced(self) -> None:
        """Close the idle connections to a file that is no more at this path."""
        place = self.place()
        with self._guard:
            stale = [one for one in self._idle if one.link.place != place]
            self._idle = [one for one in self._idle if one not in stale]
        for connection in stale:
            connection.link.close()

    def _connect(self, options: str) -> Link:
        """Connect to the file that is at the path before and after."""
        while True:
            place = self.place()
            link = self._connected(options)
            link.place = place
            if self.place() == place:
                return link
            link.close()

    def _connected(self, options: str) -> Link:
        """Connect, and read so much that what is wrong comes to light."""
        link = sqlite3.connect(
            f"file:{quote(os.fsencode(self._path))}?{options}",
            uri=True,
            timeout=_PATIENCE_S,
            isolation_level=None,
            check_same_thread=False,
            factory=Link,
        )
        try:
            for line in _SETTINGS.strip().splitlines():
                link.execute(line)
            link.execute("SELECT count(*) FROM sqlite_schema")
        except SQLITE_ERRORS:
            link.close()
            raise
        link.row_factory = sqlite3.Row
        return link

    def _take(self, stamp: _Stamp | None) -> _Connection | None:
        with self._guard:
            if self._closed:
                raise LibraryError(self._location, "it was closed")
            found = next((one for one in self._idle if one.stamp == stamp), None)
            if found:
                self._idle.remove(found)
        return found

    def _give_back(self, connection: _Connection) -> None:
        with self._guard:
            if not self._closed and not connection.link.in_transaction:
                self._idle.append(connection)
                return
        connection.link.close()

    def _has_wal(self) -> bool:
        return self._path.with_name(f"{self._path.name}-wal").exists()

    def _stamp(self) -> _Stamp:
        with translated(self._location):
            state = self._path.stat()
        return state.st_ino, state.st_size, state.st_mtime_ns
