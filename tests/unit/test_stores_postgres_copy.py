from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from earmark.params import Params
from earmark.stores.base import Store
from earmark.stores.merging import MergePolicy
from earmark.stores.postgres.address import parse
from earmark.stores.postgres.copy import CopyState
from earmark.stores.postgres.home import PostgresHome
from earmark.stores.segmented import Options, SegmentedStore
from earmark.tape import lookup
from tests.homes import InPostgres
from tests.postgres import new_schema, server
from tests.proxies import proxied
from tests.recordings import EVERY_HASH, landmarks_of, make_recording

LONG_S = 600.0


@pytest.fixture
def schema() -> str:
    """A schema that is not there yet."""
    return new_schema()


@pytest.fixture
def store(schema: str, tmp_path: Path) -> Iterator[InPostgres]:
    """A library of nine tracks whose index is copied."""
    made = opened(server().address(schema), tmp_path)
    add(made, *range(9))
    made.close()
    made = opened(server().address(schema), tmp_path)
    yield made
    made.close()


def opened(address: str, folder: Path) -> InPostgres:
    """Open, or make, a library with a copy in a folder."""
    home = PostgresHome(parse(f"{address}&copy={folder}"))
    options = Options(policy=MergePolicy(fan_in=3))
    return SegmentedStore.create(home, Params(), landmarks_of, options)


def add(store: Store, *seeds: int) -> None:
    """Insert the recordings of these numbers, each in its own block."""
    for seed in seeds:
        one = make_recording(seed)
        with store.write() as writer:
            writer.insert(one.track, one.constellation, one.landmarks)


def indexed(store: Store) -> set[int]:
    """Return the keys that the index leads to."""
    with store.read() as reader:
        return set(lookup(reader.tapes(EVERY_HASH), EVERY_HASH)[1].tolist())


def test_a_query_reads_the_index_from_the_copy(
    store: InPostgres, schema: str, tmp_path: Path
) -> None:
    """Once it is whole, no trip fetches anything of the index, not even for a new process."""
    state = store.home.copied(LONG_S)
    assert state is not None
    assert state.is_whole
    with proxied(server().socket) as proxy:
        address = server().address(schema, socket=proxy.folder)
        other = opened(address, tmp_path)
        other.home.copied(LONG_S)
        with other.read() as reader:
            reader.frames()
        with other.read() as reader:
            before = proxy.trips
            reader.list_lengths(EVERY_HASH)
            assert len(set(lookup(reader.tapes(EVERY_HASH), EVERY_HASH)[1].tolist())) == 9
            assert proxy.trips == before
        other.close()


def test_what_is_removed_is_gone_at_once(store: InPostgres) -> None:
    """The copy answers nothing that is out of date, whether it has caught up or not."""
    store.home.copied(LONG_S)
    other = SegmentedStore.open(
        PostgresHome(parse(store.location.partition("&copy")[0])), None, landmarks_of
    )
    with other.write() as writer:
        writer.remove([1])
    assert indexed(store) == set(range(2, 10))
    add(other, 20)
    assert indexed(store) == set(range(2, 11))
    other.close()


def test_a_copy_follows(store: InPostgres, tmp_path: Path) -> None:
    """New segments come, those that were merged away go."""
    store.home.copied(LONG_S)
    add(store, 30, 31)
    indexed(store)
    state = store.home.copied(LONG_S)
    with store.read() as reader:
        tapes = reader.stats().tapes
    assert state == CopyState(tapes, tapes)
    assert len(list(tmp_path.glob("*/*.segment"))) == tapes


def test_a_copy_may_be_deleted(store: InPostgres, tmp_path: Path) -> None:
    """What is not there is read from the server."""
    store.home.copied(LONG_S)
    for path in tmp_path.glob("*/*.segment"):
        path.unlink()
    again = opened(store.location.partition("&copy")[0], tmp_path)
    assert indexed(again) == set(range(1, 10))
    again.close()


def test_a_copy_that_cannot_be_made_is_told(schema: str, tmp_path: Path) -> None:
    """The library works without it."""
    (tmp_path / "file").write_text("in the way")
    store = opened(server().address(schema), tmp_path / "file")
    add(store, 1)
    assert indexed(store) == {1}
    state = store.home.copied(LONG_S)
    assert state is not None
    assert not state.is_whole or state.error
    store.close()


def test_a_copy_is_only_made_where_it_is_asked_for(schema: str) -> None:
    """Else there is none."""
    store = SegmentedStore.create(
        PostgresHome(parse(server().address(schema))), Params(), landmarks_of
    )
    assert store.home.copied() is None
    store.close()
