"""What the stores with a catalogue share: an older catalogue, and one that may only be read."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path
from typing import NoReturn

import pytest

from earmark.errors import ReadOnlyLibraryError
from earmark.params import Params
from earmark.stores.catalogue import Catalogue
from earmark.stores.catalogued import CataloguedStore, Options
from earmark.stores.connections import Connections
from earmark.stores.files import Files
from earmark.tape import lookup
from tests.contract.workers import Place, add, kind_of, places
from tests.recordings import EVERY_HASH, landmarks_of

TABLES = "segment_blocks", "media_chunks"


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """A folder whose catalogue has only the second version."""
    store = opened(tmp_path)
    add(store, 1, 2)
    store.close()
    with contextlib.closing(sqlite3.connect(tmp_path / "catalogue.sqlite")) as link, link:
        for table in TABLES:
            link.execute(f"DROP TABLE {table}")
        link.execute("PRAGMA user_version = 2")
    return tmp_path


def opened(place: Place) -> CataloguedStore:
    """Open, or make, a library."""
    return kind_of(place).create(place, Params(), landmarks_of)


def version_of(folder: Path) -> int:
    """Return the version of a folder's catalogue."""
    with contextlib.closing(sqlite3.connect(folder / "catalogue.sqlite")) as link:
        version: int = link.execute("PRAGMA user_version").fetchone()[0]
    return version


def read_keys(store: CataloguedStore) -> set[int]:
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
    with store._connections.reading() as link:
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
    with contextlib.closing(sqlite3.connect(older / "catalogue.sqlite")) as link, link:
        link.execute("PRAGMA user_version = 1")
    monkeypatch.setattr(Connections, "writing", refuse)
    with pytest.raises(ReadOnlyLibraryError):
        opened(older)


def test_a_store_without_a_home_is_no_store() -> None:
    """Who derives a store says where it lies."""
    with pytest.raises(NotImplementedError):
        CataloguedStore("somewhere", None, landmarks_of, Files(), Options())


@pytest.mark.parametrize("kind", ["directory", "sqlite"])
def test_a_merge_that_fails_leaves_the_commit(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever goes wrong in the merge after a block, the block has ended well."""
    store = opened(places(tmp_path / "library")[kind])

    def fail(*_: object) -> NoReturn:
        raise MemoryError

    monkeypatch.setattr("earmark.stores.catalogued.IndexWriter.merge_step", fail)
    add(store, 1)
    assert read_keys(store) == {1}
    store.close()
