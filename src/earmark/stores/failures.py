"""Where the errors of the operating system and of SQLite become Earmark's own."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from earmark.errors import (
    CorruptCatalogueError,
    LibraryBusyError,
    LibraryError,
    ReadOnlyLibraryError,
    StorageFullError,
)

SQLITE_ERRORS = (sqlite3.Error, UnicodeDecodeError)
"""What Python's SQLite module raises for a database; the second one for texts that are damaged."""

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_NO_PERMISSION = {errno.EACCES, errno.EPERM, errno.EROFS}

_OF_SQLITE: dict[int, tuple[type[LibraryError], str]] = {
    sqlite3.SQLITE_FULL: (StorageFullError, "there is no room left on its disk"),
    sqlite3.SQLITE_READONLY: (ReadOnlyLibraryError, "it may be read but not written"),
    sqlite3.SQLITE_PERM: (ReadOnlyLibraryError, "it may be read but not written"),
    sqlite3.SQLITE_BUSY: (LibraryBusyError, "another program holds its catalogue"),
    sqlite3.SQLITE_LOCKED: (LibraryBusyError, "another program holds its catalogue"),
    sqlite3.SQLITE_CORRUPT: (CorruptCatalogueError, "its catalogue is damaged"),
    sqlite3.SQLITE_NOTADB: (CorruptCatalogueError, "its catalogue is no database any more"),
}


@contextmanager
def translated(location: str) -> Iterator[None]:
    """Raise a `LibraryError` for every `OSError` and SQLite error of the block."""
    try:
        yield
    except OSError as error:
        raise of_system(location, error) from error
    except SQLITE_ERRORS as error:
        raise of_sqlite(location, error) from error


def of_system(location: str, error: OSError) -> LibraryError:
    """Return what an error of the operating system means for a library."""
    if error.errno in _NO_ROOM:
        return StorageFullError(location, "there is no room left on its disk")
    if error.errno in _NO_PERMISSION:
        return ReadOnlyLibraryError(location, f"it may not be written ({error.strerror})")
    return LibraryError(location, f"its disk says: {(error.strerror or str(error)).lower()}")


def of_sqlite(location: str, error: sqlite3.Error | UnicodeDecodeError) -> LibraryError:
    """Return what an error of SQLite means for a library."""
    if isinstance(error, UnicodeDecodeError) or "decode to UTF-8" in str(error):
        return CorruptCatalogueError(location, f"its catalogue holds damaged text ({error})")
    kind, cause = _OF_SQLITE.get(primary_code(error), (LibraryError, "its catalogue failed"))
    return kind(location, f"{cause} ({error})")


def primary_code(error: Exception) -> int:
    """Return SQLite's primary result code, -1 where the error came from Python's module."""
    return getattr(error, "sqlite_errorcode", -1) & 0xFF
