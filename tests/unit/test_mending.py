"""The inspector finds what is wrong in an index that is intact byte by byte."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from earmark.params import Params
from earmark.stores.location import located
from earmark.stores.segmented import SegmentedStore
from earmark.stores.sqlite.folder import folder_home
from earmark.tape import lookup
from tests.homes import OnDisk
from tests.recordings import EVERY_HASH, landmarks_of, make_recording


@pytest.fixture
def store(tmp_path: Path) -> Iterator[OnDisk]:
    """A library of three tracks."""
    made = SegmentedStore.create(folder_home(located(tmp_path)), Params(), landmarks_of)
    with made.write() as writer:
        for seed in (1, 2, 3):
            one = make_recording(seed)
            writer.insert(one.track, one.constellation, one.landmarks)
    yield made
    made.close()


def change_catalogue(store: OnDisk, statement: str, *values: object) -> None:
    """Change the catalogue behind Earmark's back."""
    with sqlite3.connect(Path(store.location) / "catalogue.sqlite") as link:
        link.execute(statement, values)
        link.execute("UPDATE state SET generation = generation + 1")
    link.close()


def keys_found(store: OnDisk) -> set[int]:
    """Return the keys that lookups give."""
    with store.read() as reader:
        return set(lookup(reader.tapes(EVERY_HASH), EVERY_HASH)[1].tolist())


def test_a_track_outside_the_index_is_found_and_mended(store: OnDisk) -> None:
    """A live track that no segment serves is a problem, and repair indexes it."""
    change_catalogue(store, "DELETE FROM segments")
    assert {problem.cause for problem in store.check()} == {"no segment holds this track"}
    assert all(one.mended for one in store.repair())
    assert (store.check(deep=True), keys_found(store)) == ([], {1, 2, 3})


def test_a_wrong_number_of_postings_is_found_and_mended(store: OnDisk) -> None:
    """An index that does not agree with a constellation is made anew from it."""
    other = make_recording(9, landmarks=10).constellation
    change_catalogue(
        store,
        "UPDATE constellations SET packed = ?, crc32 = ? WHERE key = 2",
        other,
        zlib.crc32(other),
    )
    assert store.check() == []
    (problem,) = store.check(deep=True)
    assert "postings of key 2 instead of 10" in problem.cause
    store.repair()
    assert store.check(deep=True) == []


def test_a_constellation_that_cannot_be_unpacked_is_lost(store: OnDisk) -> None:
    """Bytes with the right checksum that are no constellation are named, too."""
    noise = b"none"
    change_catalogue(
        store,
        "UPDATE constellations SET packed = ?, crc32 = ? WHERE key = 2",
        noise,
        zlib.crc32(noise),
    )
    (repair,) = store.repair()
    assert (repair.problem.what, repair.mended) == ("constellation", False)
    assert repair.problem.name == make_recording(2).track.id


def test_a_missing_constellation_is_lost(store: OnDisk) -> None:
    """A track whose constellation's row is gone is named."""
    change_catalogue(store, "DELETE FROM constellations WHERE key = 2")
    (repair,) = store.repair()
    assert (repair.problem.what, repair.mended) == ("constellation", False)
    assert repair.problem.name == make_recording(2).track.id


def test_a_repair_of_nothing_writes_nothing(store: OnDisk) -> None:
    """A sound library keeps its segments."""
    folder = Path(store.location) / "segments"
    before = sorted(folder.iterdir())
    assert store.repair() == []
    assert sorted(folder.iterdir()) == before
