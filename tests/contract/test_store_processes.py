"""Several processes share one library."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from earmark.errors import LibraryBusyError
from earmark.params import Params
from earmark.stores.files import Files
from earmark.stores.location import located
from earmark.stores.segmented import SegmentedStore
from earmark.stores.sqlite.folder import folder_home
from tests.contract import workers
from tests.contract.workers import Place, Shared, add, answer, held, opened, places, working
from tests.postgres import new_schema, server
from tests.recordings import landmarks_of


@pytest.fixture(params=["directory", "sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """Where the library lies: one kind of store after the other."""
    if request.param == "postgres":
        return server().address(new_schema())
    return places(tmp_path / "library")[request.param]


@pytest.fixture
def store(place: Place) -> Iterator[Shared]:
    """A library with two tracks."""
    made = opened(place)
    add(made, 1, 2)
    yield made
    made.close()


def test_readers_elsewhere_see_whole_states(place: Place, store: Shared) -> None:
    """While tracks come and go in pairs and are merged, other processes never see half of it."""
    with working(workers.watch, place) as first, working(workers.watch, place) as second:
        assert answer(first) == answer(second) == "watching"
        for seed in range(10, 26, 2):
            keys = add(store, seed, seed + 1)
            if seed % 4 == 0:
                with store.write() as writer:
                    writer.remove(keys)
        store.rebuild()
        for watcher in (first, second):
            watcher.send("stop")
            sizes = answer(watcher)
            assert isinstance(sizes, list), sizes
            assert {size % 2 for size in sizes} == {0}


def test_a_removal_is_seen_elsewhere_at_once(place: Place, store: Shared) -> None:
    """A view that begins in another process after the removal's commit is without the track."""
    (key,) = add(store, 3)
    with working(workers.look, place) as other:
        other.send(1)
        assert answer(other) == (1, {1, 2, key})
        with store.write() as writer:
            writer.remove([key])
        other.send(2)
        assert answer(other) == (2, {1, 2})


def test_two_writers_take_turns(place: Place, store: Shared) -> None:
    """What two processes add at once is all there, under different keys."""
    with working(workers.add_ten, place) as first, working(workers.add_ten, place) as second:
        first.send(100)
        second.send(200)
        keys = [*_keys(answer(first)), *_keys(answer(second))]
    with store.read() as reader:
        assert held(reader) == {1, 2, *keys}
    assert len(set(keys)) == 20


@pytest.mark.usefixtures("store")
def test_a_busy_library_names_its_writer(place: Place) -> None:
    """Who cannot write is told which process does, and reads meanwhile."""
    hasty = opened(place, patience_s=0.05)
    with working(workers.hold, place) as other:
        pid = answer(other)
        with pytest.raises(LibraryBusyError, match=rf"process {pid}\b"), hasty.write():
            pass
        with hasty.read() as reader:
            assert held(reader) == {1, 2}
    hasty.close()


def test_a_snapshot_outlives_its_files(place: Place, store: Shared) -> None:
    """A view keeps its answers when another store merges its segments away and deletes them."""
    other = opened(place)
    with store.read() as reader:
        add(other, 3)
        other.rebuild()
        with other.read() as later:
            assert later.stats().tapes == 1
        assert held(reader) == {1, 2}
    other.close()


def test_a_file_that_goes_while_a_view_begins_is_no_error(tmp_path: Path) -> None:
    """If a merge strikes between catalogue and segment files, the view is begun anew."""
    folder = tmp_path / "library"
    store = opened(folder)
    add(store, 1, 2)

    class Overtaken(Files):
        """Another writer rebuilds just before a segment is opened for the first time."""

        struck = False

        def open(self, path: Path) -> int:
            if not self.struck:
                self.struck = True
                store.rebuild()
            return super().open(path)

    files = Overtaken()
    late = SegmentedStore.open(folder_home(located(folder), files), Params(), landmarks_of)
    with late.read() as reader:
        assert held(reader) == {1, 2}
    assert files.struck
    late.close()
    store.close()


def _keys(sent: object) -> list[int]:
    assert isinstance(sent, list)
    return sent
