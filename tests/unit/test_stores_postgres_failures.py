from __future__ import annotations

import psycopg
import pytest

from earmark.errors import (
    CorruptCatalogueError,
    LibraryBusyError,
    LibraryError,
    LibraryUnavailableError,
    ReadOnlyLibraryError,
    StorageFullError,
)
from earmark.stores.postgres.address import parse
from earmark.stores.postgres.failures import translated

ADDRESS = parse("postgresql://me:geheim@host/db")


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("53100", StorageFullError),
        ("42501", ReadOnlyLibraryError),
        ("25006", ReadOnlyLibraryError),
        ("55P03", LibraryBusyError),
        ("53300", LibraryUnavailableError),
        ("57P01", LibraryUnavailableError),
        ("57P03", LibraryUnavailableError),
        ("08006", LibraryUnavailableError),
        ("XX001", CorruptCatalogueError),
        ("57014", LibraryError),
        ("42601", LibraryError),
    ],
)
def test_every_state_has_its_meaning(state: str, expected: type[LibraryError]) -> None:
    """A full disk, no rights, a shutdown and the rest become Earmark's own errors."""
    error = psycopg.errors.lookup(state)("said by the server")
    with pytest.raises(LibraryError) as caught, translated(ADDRESS):
        raise error
    assert type(caught.value) is expected
    assert "said by the server" in str(caught.value)


def test_a_lost_connection_has_no_state() -> None:
    """What the client itself finds out is told as such."""
    error = psycopg.OperationalError("server closed the connection unexpectedly")
    with pytest.raises(LibraryUnavailableError), translated(ADDRESS):
        raise error


def test_no_message_tells_a_password() -> None:
    """Even where the client repeats the address."""
    error = psycopg.ProgrammingError("cannot parse postgresql://me:geheim@host/db")
    with pytest.raises(LibraryError) as caught, translated(ADDRESS):
        raise error
    assert "geheim" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert "me@host" in str(caught.value)


def test_other_errors_are_left_alone() -> None:
    """What is not PostgreSQL's is somebody else's."""
    with pytest.raises(ZeroDivisionError), translated(ADDRESS):
        raise ZeroDivisionError
