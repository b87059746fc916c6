"""From what a user names to a store of plays: a file, or the address of a database."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from earmark.errors import MissingExtraError, OperationsError
from earmark.operations.base import NONE_YET
from earmark.stores.postgres.address import is_address

if TYPE_CHECKING:
    from earmark.operations.postgres import PostgresOperations
    from earmark.operations.sqlite import SqliteOperations


def open_operations(location: str, *, create: bool = True) -> SqliteOperations | PostgresOperations:
    """Open a store of plays.

    Args:
        location: a SQLite file, or the address of a database, such as that of a library there.
        create: make it if there is none.

    Raises:
        MissingExtraError: it is the address of a database whose extra is not installed.
        OperationsError: it cannot be opened, is something else, or is not there.
    """
    if is_address(location):
        return _open_postgres(location, create=create)
    from earmark.operations.sqlite import SqliteOperations  # noqa: PLC0415 - only who needs it pays

    if not create and not _is_there(Path(location)):
        raise OperationsError(location, NONE_YET)
    return SqliteOperations(location)


def _is_there(file: Path) -> bool:
    """Tell whether there is anything to read; SQLite takes an empty file for a new database."""
    try:
        return file.is_dir() or file.stat().st_size > 0
    except OSError:
        return False


def _open_postgres(location: str, *, create: bool) -> PostgresOperations:
    try:
        from earmark.operations.postgres import PostgresOperations  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        if error.name is None or not error.name.startswith("psycopg"):
            raise
        what = "a store of plays in PostgreSQL"
        raise MissingExtraError(what, "postgres") from error
    return PostgresOperations(location, create=create)
