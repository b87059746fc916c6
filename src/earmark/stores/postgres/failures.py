"""Where the errors of PostgreSQL become Earmark's own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from earmark.errors import (
    CorruptCatalogueError,
    LibraryBusyError,
    LibraryError,
    LibraryUnavailableError,
    ReadOnlyLibraryError,
    StorageFullError,
)
from earmark.stores.postgres.address import Address

_OF_STATE: dict[str, tuple[type[LibraryError], str]] = {
    "25006": (ReadOnlyLibraryError, "its server is a standby, or read-only"),
    "42501": (ReadOnlyLibraryError, "its user has not the right to do this"),
    "42P01": (LibraryError, "a table of it is gone"),
    "53100": (StorageFullError, "there is no room left on its server's disk"),
    "53200": (LibraryError, "its server has no memory left"),
    "55P03": (LibraryBusyError, "another writer did not finish in time"),
    "XX001": (CorruptCatalogueError, "its server found damaged data"),
    "XX002": (CorruptCatalogueError, "its server found a damaged index"),
}
"""By SQLSTATE."""

_OF_CLASS: dict[str, tuple[type[LibraryError], str]] = {
    "08": (LibraryUnavailableError, "the connection to its server broke off"),
    "53": (LibraryUnavailableError, "its server has too much to do"),
    "57": (LibraryUnavailableError, "its server ended the connection"),
}
"""By the first two characters of it. 57P01 to 57P03 are shutdown, crash and start."""

_CANCELLED = "57014"


@contextmanager
def translated(address: Address) -> Iterator[None]:
    """Raise a `LibraryError` for every error of PostgreSQL and of its client in the block."""
    try:
        yield
    except psycopg.Error as error:
        said = str(error)
        cause = error if address.without_secrets(said) == said else None  # a traceback shows it
        raise of_postgres(address, error) from cause


def of_postgres(address: Address, error: psycopg.Error) -> LibraryError:
    """Return what an error of PostgreSQL means for a library."""
    kind, cause = _meaning(error)
    said = " ".join(address.without_secrets(str(error)).split())
    return kind(address.shown, f"{cause} ({said})")


def _meaning(error: psycopg.Error) -> tuple[type[LibraryError], str]:
    state = error.sqlstate or ""
    if state in _OF_STATE:
        return _OF_STATE[state]
    if state[:2] in _OF_CLASS and state != _CANCELLED:
        return _OF_CLASS[state[:2]]
    if not state and isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        return LibraryUnavailableError, "its server cannot be reached"
    return LibraryError, "its server refused a statement"
