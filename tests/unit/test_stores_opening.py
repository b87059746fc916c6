"""What is said of a library's place decides which store keeps it."""

from __future__ import annotations

from pathlib import Path

import pytest

from earmark.errors import UsageError
from earmark.params import Params, PeakParams
from earmark.stores.directory import DirectoryStore
from earmark.stores.memory import MemoryStore
from earmark.stores.opening import open_store
from earmark.stores.sqlite_file import SqliteFileStore
from tests.recordings import landmarks_of


def kind_at(location: str) -> type:
    """Make a library, and return the kind of its store."""
    store, _ = open_store(location, None, landmarks_of, create=True, for_rebuild=False)
    store.close()
    return type(store)


def test_each_kind_of_place_has_its_store(tmp_path: Path) -> None:
    """A path is a folder, an address of SQLite a file, and a word stands for memory."""
    assert kind_at(str(tmp_path / "music.earmark")) is DirectoryStore
    assert kind_at(f"sqlite:///{tmp_path}/music.db") is SqliteFileStore
    assert kind_at("memory:") is MemoryStore


@pytest.mark.parametrize("location", ["http://localhost/", "sqlitee:///music.db"])
def test_an_address_of_something_else_is_refused(location: str) -> None:
    """An unknown address is no folder's name."""
    with pytest.raises(UsageError, match="is none of them"):
        kind_at(location)


@pytest.mark.parametrize("place", ["{}/music.earmark", "sqlite:///{}/music.db"])
def test_a_library_keeps_its_parameters(tmp_path: Path, place: str) -> None:
    """Who opens a library without any is told those that it was made with."""
    location = place.format(tmp_path)
    made_with = Params(peaks=PeakParams(low_bin=20))
    for params in (made_with, None):
        store, own = open_store(location, params, landmarks_of, create=True, for_rebuild=False)
        store.close()
        assert own == made_with
