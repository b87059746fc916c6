"""From where a library lies to the store that keeps it there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from earmark.params import Params
from earmark.stores.base import Store
from earmark.stores.location import Kind, Location

if TYPE_CHECKING:
    from earmark.stores.home import Home
    from earmark.stores.mending import LandmarksOf


def open_store(
    place: Location,
    params: Params | None,
    landmarks_of: LandmarksOf,
    *,
    create: bool,
    for_rebuild: bool,
) -> tuple[Store, Params]:
    """Open a store, or make it, and return it with the parameters of its fingerprints.

    Args:
        place: where it is.
        params: what its fingerprints are made with; unless given, its own, or the usual ones.
        landmarks_of: what makes an index of its constellations.
        create: make it if there is none.
        for_rebuild: open it even if its index was made with other parameters.

    Raises:
        MissingExtraError: it lies in PostgreSQL, and the extra for that is not installed.
        LibraryError: it cannot be opened; see `SegmentedStore.open`.
    """
    # what opens one kind of store is imported by who wants that
    if place.kind is Kind.MEMORY:
        from earmark.stores.memory import MemoryStore  # noqa: PLC0415

        return MemoryStore(), params or Params()
    from earmark.stores.segmented import Options, SegmentedStore  # noqa: PLC0415

    make = SegmentedStore.create if create else SegmentedStore.open
    store = make(home_at(place), params, landmarks_of, Options(for_rebuild=for_rebuild))
    return store, store.params


def home_at(place: Location) -> Home:
    """Return the home that lies, or may be made, at a place on a disk or in a database.

    Raises:
        MissingExtraError: it lies in PostgreSQL, and the extra for that is not installed.
    """
    if place.database:
        from earmark.stores.postgres.opening import postgres_home  # noqa: PLC0415

        return postgres_home(place.database)
    if place.kind is Kind.FILE:
        from earmark.stores.sqlite.single_file import file_home  # noqa: PLC0415

        return file_home(place)
    from earmark.stores.sqlite.folder import folder_home  # noqa: PLC0415

    return folder_home(place)
