"""An older SQLite catalogue, and one that may only be read."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path
from typing import NoReturn

import pytest

from earmark.errors import ReadOnlyLibraryError
from earmark.params import Params
from earmark.stores.base import Store
from earmark.stores.segmented import SegmentedStore
from earmark.stores.sqlite.catalogue import Catalogue
from earmark.stores.sqlite.connections import Connections
from earmark.tape import lookup
from tests.catalogues import age
from tests.contract.workers import Place, Shared, add, home_of
from tests.recordings import EVERY_HASH, landmarks_of


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """A folder whose catalogue has only the second version."""
    store = opened(tmp_path)
    add(store, 1, 2)
    store.close()
    age(tmp_path / "catalogue.sqlite", 2)
    return tmp_path


def opened(place: Place) -> Shared:
    """Open, or make, a library."""
    return SegmentedStore.create(home_of(place), Params(), landmarks_of)


def version_of(folder: Path) -> int:
    """Return the version of a folder's catalogue."""
    with contextlib.closing(sqlite3.connect(folder / "catalogue.sqlite")) as link:
        version: int = link.execute("PRAGMA user_version").fetchone()[0]
    return version


def read_keys(store: Store) -> set[int]:
    """Return what the index of a library holds."""
    with store.read() as reader:
        return set(lookup(reader.tapes(EVERY_HASH), EVERY_HASH)[1].tolist())


def refuse(self: Connections) -> NoReturn:  # noqa: ARG001 - whoever asks
    """Stand for a folder that may not be written."""
    location, cause = "library", "it may be read but not written"
    raise ReadOnlyLibraryError(location, cause)


def test_an_older_catalogue_is_migrated_when_it_is_opened(older: Path) -> None:
    """The folder gets the tables that it lacks, which stay empty."""
    store = opened(older)
    assert (read_keys(store), version_of(older)) == ({1, 2}, Catalogue.newest_version())
    add(store, 3)
    with store.home._connections.reading() as link:
        found = link.execute("SELECT id FROM segment_blocks UNION SELECT id FROM media_chunks")
        assert found.fetchall() == []
    store.close()


def test_an_older_catalogue_that_may_only_be_read_is_read(
    older: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing that a reader of a folder needs is missing in it."""
    monkeypatch.setattr(Connections, "writing", refuse)
    store = opened(older)
    assert (read_keys(store), version_of(older)) == ({1, 2}, 2)
    monkeypatch.undo()
    add(store, 3)  # once it may be written, it is migrated first
    assert (read_keys(store), version_of(older)) == ({1, 2, 3}, Catalogue.newest_version())
    store.close()


def test_the_oldest_catalogue_must_be_written(older: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first version lacks what a reader needs: the parameters."""
    age(older / "catalogue.sqlite", 1)
    monkeypatch.setattr(Connections, "writing", refuse)
    with pytest.raises(ReadOnlyLibraryError):
        opened(older)
