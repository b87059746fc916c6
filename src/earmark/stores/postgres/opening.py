"""The way in: what is loaded only where something lies in PostgreSQL."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from earmark.errors import MissingExtraError

if TYPE_CHECKING:
    from earmark.stores.postgres.address import Address
    from earmark.stores.postgres.home import PostgresHome


def postgres_home(address: Address) -> PostgresHome:
    """Return the home of a library in PostgreSQL.

    Raises:
        MissingExtraError: the extra `postgres` is not installed.
    """
    with extra_for("a library in PostgreSQL"):
        from earmark.stores.postgres.home import PostgresHome  # noqa: PLC0415 - an extra
    return PostgresHome(address)


@contextlib.contextmanager
def extra_for(what: str) -> Iterator[None]:
    """Tell which extra is missing if psycopg cannot be imported in the block.

    Raises:
        MissingExtraError: it cannot.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name is None or not error.name.startswith("psycopg"):
            raise
        raise MissingExtraError(what, "postgres") from error
