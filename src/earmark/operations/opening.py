"""From what a user names to a store of plays: a file, or the address of a database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from earmark.errors import OperationsError, UsageError
from earmark.operations.base import NONE_YET
from earmark.stores.location import Kind, Location, located
from earmark.stores.postgres.opening import extra_for

if TYPE_CHECKING:
    import os
    from pathlib import Path

    from earmark.operations.postgres import PostgresOperations
    from earmark.operations.sqlite import SqliteOperations


def open_operations(
    location: str | os.PathLike[str], *, create: bool = True
) -> SqliteOperations | PostgresOperations:
    """Open a store of plays.

    Args:
        location: a SQLite file, or the address of a database, such as that of a library there.
        create: make it if there is none.

    Raises:
        MissingExtraError: it is the address of a database whose extra is not installed.
        OperationsError: it cannot be opened, is something else, or is not there.
        UsageError: it is the address of something that Earmark does not keep plays in.
    """
    place = located(location)
    if place.kind is Kind.MEMORY:
        message = f"plays are kept in a file or a database; {place.shown} is neither"
        raise UsageError(message)
    if place.database:
        with extra_for("a store of plays in PostgreSQL"):
            from earmark.operations.postgres import PostgresOperations  # noqa: PLC0415 - an extra

        return PostgresOperations(place, create=create)
    return _in_file(place, create=create)


def _in_file(place: Location, *, create: bool) -> SqliteOperations:
    from earmark.operations.sqlite import SqliteOperations  # noqa: PLC0415 - only who needs it pays

    path = place.on_disk()
    if not create and not _is_there(path):
        raise OperationsError(str(path), NONE_YET)
    return SqliteOperations(path)


def _is_there(file: Path) -> bool:
    """Tell whether there is anything to read; SQLite takes an empty file for a new database."""
    try:
        return file.is_dir() or file.stat().st_size > 0
    except OSError:
        return False
