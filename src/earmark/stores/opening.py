"""From where a library is said to be to the store that keeps it there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from earmark.audio import is_url
from earmark.errors import UsageError
from earmark.params import Params
from earmark.stores.base import Store
from earmark.stores.postgres.address import is_address

if TYPE_CHECKING:
    from earmark.stores.catalogued import CataloguedStore
    from earmark.stores.mending import LandmarksOf

MEMORY = "memory:"
SQLITE = "sqlite:"


def open_store(
    location: str,
    params: Params | None,
    landmarks_of: LandmarksOf,
    *,
    create: bool,
    for_rebuild: bool,
) -> tuple[Store, Params]:
    """Open a store, or make it, and return it with the parameters of its fingerprints.

    Args:
        location: a folder, `sqlite:///` and a file, `postgresql://` and what follows, or `memory:`.
        params: what its fingerprints are made with; unless given, its own, or the usual ones.
        landmarks_of: what makes an index of its constellations.
        create: make it if there is none.
        for_rebuild: open it even if its index was made with other parameters.

    Raises:
        UsageError: it is the address of something else.
        MissingExtraError: it lies in PostgreSQL, and the extra for that is not installed.
        LibraryError: it cannot be opened; see `CataloguedStore.open`.
    """
    # what opens one kind of store is imported by who wants that
    if location == MEMORY:
        from earmark.stores.memory import MemoryStore  # noqa: PLC0415

        return MemoryStore(), params or Params()
    if is_address(location):
        from earmark.stores.postgres.opening import open_postgres  # noqa: PLC0415

        shared = open_postgres(
            location, params, landmarks_of, create=create, for_rebuild=for_rebuild
        )
        return shared, shared.params
    from earmark.stores.catalogued import Options  # noqa: PLC0415

    options = Options(for_rebuild=for_rebuild)
    kind = _kind_of(location)
    make = kind.create if create else kind.open
    store = make(location, params, landmarks_of, options=options)
    return store, store.params


def _kind_of(location: str) -> type[CataloguedStore]:
    if location.startswith(SQLITE):
        from earmark.stores.sqlite_file import SqliteFileStore  # noqa: PLC0415

        return SqliteFileStore
    if is_url(location):
        message = (
            "a library is a folder, a file (sqlite:///music.db), a database (postgresql://...) or "
            f"{MEMORY!r}; {location!r} is none of them"
        )
        raise UsageError(message)
    from earmark.stores.directory import DirectoryStore  # noqa: PLC0415

    return DirectoryStore
