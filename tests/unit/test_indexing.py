"""Changes of the segment list belong to the catalogue's transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from earmark.params import Params
from earmark.stores.blocks import MappedFile
from earmark.stores.files import Files
from earmark.stores.indexing import IndexWriter
from earmark.stores.merging import MergePolicy
from earmark.stores.segment import Segment
from earmark.stores.snapshot import IndexSnapshot
from earmark.stores.sqlite.catalogue import Catalogue
from earmark.stores.sqlite.folder import Folder, FolderShelf
from earmark.tape import lookup
from earmark.types import Landmarks
from tests.recordings import EVERY_HASH, make_recording


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A folder for segments."""
    made = Folder(tmp_path, Files())
    made.make()
    return made


@pytest.fixture
def catalogue() -> Iterator[Catalogue]:
    """A new catalogue in memory, with a transaction begun."""
    link = sqlite3.connect(":memory:", isolation_level=None)
    link.row_factory = sqlite3.Row
    made = Catalogue(link, "library")
    made.begin_new(Params())
    made.begin_writing()
    yield made
    link.close()


def writer(folder: Folder, catalogue: Catalogue, policy: MergePolicy | None = None) -> IndexWriter:
    """Return a writer."""
    return IndexWriter(FolderShelf(folder, catalogue), catalogue, "i-1", policy or MergePolicy())


def recordings(*keys: int) -> list[tuple[int, Landmarks]]:
    """Make recordings with these keys."""
    return [(key, make_recording(key).landmarks) for key in keys]


def snapshot(folder: Folder, catalogue: Catalogue) -> IndexSnapshot:
    """Open what the catalogue lists."""
    numbers = [row["id"] for row in catalogue.segments()]
    segments = [opened(folder, number) for number in numbers]
    return IndexSnapshot(1, segments, catalogue.dead())


def opened(folder: Folder, number: int) -> Segment:
    """Open a segment's file."""
    blocks = MappedFile.open(Files(), folder.segment(number))
    return Segment(blocks, "a segment", "library", number, "i-1")


def live(state: IndexSnapshot) -> set[int]:
    """Return the keys that lookups give."""
    return set(lookup(state.tapes(EVERY_HASH), EVERY_HASH)[1].tolist())


def test_a_block_becomes_one_segment(folder: Folder, catalogue: Catalogue) -> None:
    """What comes together lies together."""
    writer(folder, catalogue).add(recordings(1, 2, 3))
    (row,) = catalogue.segments()
    assert (row["tracks"], live(snapshot(folder, catalogue))) == (3, {1, 2, 3})
    assert row["size_bytes"] == folder.segment(row["id"]).stat().st_size


def test_a_large_block_becomes_several(folder: Folder, catalogue: Catalogue) -> None:
    """No segment is larger than the policy allows."""
    writer(folder, catalogue, MergePolicy(max_new_postings=80)).add(recordings(*range(1, 6)))
    assert [row["tracks"] for row in catalogue.segments()] == [2, 2, 1]


def test_a_rollback_leaves_its_file_alone(folder: Folder, catalogue: Catalogue) -> None:
    """A segment that was not committed counts for nothing, and the next has another name."""
    writer(folder, catalogue).add(recordings(1))
    catalogue.rollback()
    catalogue.begin_writing()
    writer(folder, catalogue).add(recordings(2))
    assert live(snapshot(folder, catalogue)) == {2}
    assert len(folder.files.names(folder.segments)) == 2


def test_a_merge_joins_and_buries(folder: Folder, catalogue: Catalogue) -> None:
    """Merged segments lose their dead, and the dead are forgotten."""
    index = writer(folder, catalogue, MergePolicy(fan_in=3))
    for key in range(1, 5):
        index.add(recordings(key))
    index.bury([2])
    assert index.merge_step(snapshot(folder, catalogue), set())
    assert (len(catalogue.segments()), catalogue.dead()) == (1, [])
    assert live(snapshot(folder, catalogue)) == {1, 3, 4}


def test_a_merge_leaves_damage_alone(folder: Folder, catalogue: Catalogue) -> None:
    """A damaged segment is noted, and the merge goes around it if there is still one to do."""
    index = writer(folder, catalogue, MergePolicy(fan_in=3))
    for key in range(1, 5):
        index.add(recordings(key))
    spoiled = folder.segment(2)
    spoiled.write_bytes(spoiled.read_bytes()[:-1] + b"\xff")
    damaged: set[int] = set()
    assert index.merge_step(snapshot(folder, catalogue), damaged)
    assert damaged == {2}
    assert {row["id"] for row in catalogue.segments()} == {2, 5}


def test_no_merge_is_done_without_need(folder: Folder, catalogue: Catalogue) -> None:
    """Two segments are not too many."""
    index = writer(folder, catalogue)
    index.add(recordings(1))
    index.add(recordings(2))
    assert not index.merge_step(snapshot(folder, catalogue), set())
