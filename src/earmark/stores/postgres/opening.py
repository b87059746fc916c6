"""The way in: what is loaded only where a library lies in PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from earmark.errors import MissingExtraError

if TYPE_CHECKING:
    from earmark.params import Params
    from earmark.stores.mending import LandmarksOf
    from earmark.stores.postgres.store import PostgresStore


def open_postgres(
    location: str,
    params: Params | None,
    landmarks_of: LandmarksOf,
    *,
    create: bool,
    for_rebuild: bool,
) -> PostgresStore:
    """Open a library in PostgreSQL, or make one.

    Raises:
        MissingExtraError: the extra `postgres` is not installed.
        LibraryError: as for `PostgresStore.create` and `PostgresStore.open`.
    """
    try:
        from earmark.stores.postgres.store import Options, PostgresStore  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        if error.name is None or not error.name.startswith("psycopg"):
            raise
        what = "a library in PostgreSQL"
        raise MissingExtraError(what, "postgres") from error
    make = PostgresStore.create if create else PostgresStore.open
    return make(location, params, landmarks_of, Options(for_rebuild=for_rebuild))
