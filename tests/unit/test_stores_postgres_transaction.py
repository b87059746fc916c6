from __future__ import annotations

from collections.abc import Iterator

import pytest

from earmark.errors import CorruptCatalogueError, LibraryUnavailableError
from earmark.params import Params
from earmark.stores.postgres.address import parse
from earmark.stores.postgres.home import PostgresHome
from earmark.stores.postgres.transaction import drawn
from earmark.stores.segmented import SegmentedStore
from tests.homes import InPostgres
from tests.postgres import new_schema, server
from tests.proxies import Proxy, proxied
from tests.recordings import landmarks_of, make_recording


@pytest.fixture
def schema() -> str:
    """A schema that is not there yet."""
    return new_schema()


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    """A proxy before the server."""
    with proxied(server().socket) as made:
        yield made


@pytest.fixture
def store(schema: str, proxy: Proxy) -> Iterator[InPostgres]:
    """A library behind it."""
    address = server().address(schema, socket=proxy.folder)
    made = SegmentedStore.create(PostgresHome(parse(address)), Params(), landmarks_of)
    yield made
    made.close()


def test_marks_are_never_drawn_twice() -> None:
    """And fit their column."""
    marks = {drawn() for _ in range(1000)}
    assert len(marks) == 1000
    assert all(0 < mark < 1 << 63 for mark in marks)


@pytest.mark.parametrize("after_sending", [True, False])
def test_a_commit_that_was_cut_short_is_looked_up(
    store: InPostgres, proxy: Proxy, *, after_sending: bool
) -> None:
    """If it reached the server the block succeeded, else it says that nothing was kept."""
    one = make_recording(1)
    with store.home.catalogue() as catalogue:
        catalogue.begin_writing()
        catalogue.insert(one.track, one.constellation)
        catalogue._flush()
        proxy.after_sending = after_sending
        proxy.strike_at = proxy.trips + 1
        if after_sending:
            catalogue.commit()
        else:
            with pytest.raises(LibraryUnavailableError, match="nothing of the change was kept"):
                catalogue.commit()
    with store.read() as reader:
        assert len(list(reader.all_tracks())) == after_sending


def test_a_block_without_changes_leaves_no_trace(store: InPostgres, schema: str) -> None:
    """It is not even committed."""
    before = server().run(f"SELECT * FROM {schema}.state")
    with store.write():
        pass
    assert server().run(f"SELECT * FROM {schema}.state") == before


def test_old_traces_are_dropped(store: InPostgres, schema: str) -> None:
    """Those of the latest commits are kept."""
    server().run(
        f"INSERT INTO {schema}.commits SELECT n, n FROM generate_series(1, 1000) n; "
        f"UPDATE {schema}.state SET next_commit = 1001"
    )
    one = make_recording(1)
    with store.write() as writer:
        writer.insert(one.track, one.constellation, one.landmarks)
    (row,) = server().run(f"SELECT count(*) FROM {schema}.commits")
    assert row == (256,)


def test_a_library_that_lost_its_state_is_damaged(store: InPostgres, schema: str) -> None:
    """It is not taken for an empty one."""
    server().run(f"DELETE FROM {schema}.state")
    with pytest.raises(CorruptCatalogueError, match="lost its state"), store.read():
        pass
