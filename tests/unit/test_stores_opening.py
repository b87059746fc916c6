"""What is said of a library's place decides which store keeps it."""

from __future__ import annotations

from pathlib import Path

import pytest

from earmark.params import Params, PeakParams
from earmark.stores.location import located
from earmark.stores.memory import MemoryStore
from earmark.stores.opening import open_store
from tests.recordings import landmarks_of


def test_each_kind_of_place_has_its_home(tmp_path: Path) -> None:
    """A folder holds a catalogue, a file is one."""
    for place, catalogue in (("{}/a", "a/catalogue.sqlite"), ("sqlite:///{}/b", "b")):
        where = located(place.format(tmp_path))
        store, _ = open_store(where, None, landmarks_of, create=True, for_rebuild=False)
        store.close()
        assert store.place == where
        assert (tmp_path / catalogue).is_file()


def test_a_library_in_memory_has_no_home() -> None:
    """It is a store of its own kind."""
    store, _ = open_store(located("memory:"), None, landmarks_of, create=True, for_rebuild=False)
    assert isinstance(store, MemoryStore)


@pytest.mark.parametrize("place", ["{}/music.earmark", "sqlite:///{}/music.db"])
def test_a_library_keeps_its_parameters(tmp_path: Path, place: str) -> None:
    """Who opens a library without any is told those that it was made with."""
    location = place.format(tmp_path)
    made_with = Params(peaks=PeakParams(low_bin=20))
    for params in (made_with, None):
        store, own = open_store(
            located(location), params, landmarks_of, create=True, for_rebuild=False
        )
        store.close()
        assert own == made_with
