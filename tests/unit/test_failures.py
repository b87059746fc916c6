"""Foreign errors become Earmark's at the edge of the store."""

from __future__ import annotations

import errno
import sqlite3

import pytest

from earmark.errors import (
    CorruptCatalogueError,
    LibraryBusyError,
    LibraryError,
    ReadOnlyLibraryError,
    StorageFullError,
)
from earmark.stores.failures import translated


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (errno.ENOSPC, StorageFullError),
        (errno.EDQUOT, StorageFullError),
        (errno.EFBIG, StorageFullError),
        (errno.EROFS, ReadOnlyLibraryError),
        (errno.EACCES, ReadOnlyLibraryError),
        (errno.EIO, LibraryError),
    ],
)
def test_errors_of_the_system(number: int, expected: type[LibraryError]) -> None:
    """Each error number has its type, and names the library."""
    with pytest.raises(LibraryError, match="library here") as caught, translated("here"):
        raise OSError(number, "as the system says")
    assert type(caught.value) is expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (sqlite3.SQLITE_FULL, StorageFullError),
        (sqlite3.SQLITE_READONLY, ReadOnlyLibraryError),
        (sqlite3.SQLITE_BUSY, LibraryBusyError),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, LibraryBusyError),
        (sqlite3.SQLITE_CORRUPT, CorruptCatalogueError),
        (sqlite3.SQLITE_NOTADB, CorruptCatalogueError),
        (sqlite3.SQLITE_IOERR, LibraryError),
    ],
)
def test_errors_of_sqlite(code: int, expected: type[LibraryError]) -> None:
    """Each result code, extended or not, has its type."""
    error = sqlite3.OperationalError("as SQLite says")
    error.sqlite_errorcode = code
    with pytest.raises(LibraryError, match="as SQLite says") as caught, translated("here"):
        raise error
    assert type(caught.value) is expected


def test_other_errors_pass() -> None:
    """What is neither the system's nor SQLite's is left alone."""
    with pytest.raises(KeyError), translated("here"):
        raise KeyError
