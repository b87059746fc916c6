"""A library in PostgreSQL whose connection or server dies at any moment: never half a track."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from earmark.errors import LibraryUnavailableError
from earmark.params import Params
from earmark.stores.merging import MergePolicy
from earmark.stores.postgres.address import parse
from earmark.stores.postgres.home import PostgresHome, PostgresOptions
from earmark.stores.postgres.pool import PoolOptions
from earmark.stores.segmented import Options, SegmentedStore
from tests.contract.actions import Action, add, held, held_by, remove
from tests.homes import InPostgres
from tests.postgres import Server, new_schema, private_server, server
from tests.proxies import Proxy, proxied
from tests.recordings import landmarks_of
from tests.soak.server_loop import Replaced, Restarted, run

OPTIONS = Options(policy=MergePolicy(fan_in=3))
PATIENT = PostgresOptions(patience_s=20, pool=PoolOptions(reconnect_s=20))


def opened(address: str) -> InPostgres:
    """Open, or make, the library of a test."""
    home = PostgresHome(parse(address), PATIENT)
    return SegmentedStore.create(home, Params(), landmarks_of, OPTIONS)


HISTORY: list[Action] = [add(3), remove(1), lambda store: store.rebuild()]
EXPECTED = [
    {"Piece 1", "Piece 2"},
    {"Piece 1", "Piece 2", "Piece 3"},
    {"Piece 2", "Piece 3"},
    {"Piece 2", "Piece 3"},
]
"""What a library holds before the history and after each of its actions."""


@pytest.fixture
def schema() -> str:
    """The schema of a library of two tracks in two segments, so that the next brings a merge."""
    name = new_schema()
    _fill(server(), name)
    return name


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    """A proxy before the server."""
    with proxied(server().socket) as made:
        yield made


def _fill(where: Server, schema: str) -> None:
    store = opened(where.address(schema))
    add(1)(store)
    add(2)(store)
    store.close()


def _strike_through_history(
    where: Server, proxy: Proxy, schema: str, strike_at: int, *, after_sending: bool
) -> int:
    """Let misfortune strike at one trip of the history; return how many trips there were.

    An action that is acknowledged is done, one that fails in the proper way is done or not done.
    """
    witness = opened(where.address(schema))
    store = opened(where.address(schema, socket=proxy.folder))
    proxy.trips, proxy.strike_at, proxy.after_sending = 0, strike_at, after_sending
    for number, act in enumerate(HISTORY):
        try:
            act(store)
        except LibraryUnavailableError as error:
            found = held_by(witness)
            assert found in EXPECTED[number : number + 2]
            if "nothing of the change was kept" in str(error):
                assert found == EXPECTED[number]
            if found != EXPECTED[number + 1] or number == len(HISTORY) - 1:
                act(store)
        assert held_by(store) == held_by(witness) == EXPECTED[number + 1]
    assert witness.check(deep=True) == []
    store.close()
    witness.close()
    return proxy.trips


@pytest.mark.parametrize("after_sending", [False, True])
@pytest.mark.parametrize("first", range(1, 7))
def test_a_connection_may_be_cut_at_any_trip(
    proxy: Proxy, first: int, *, after_sending: bool
) -> None:
    """Whatever was acknowledged is there, and nothing of what was refused."""
    trips, strike_at = 1000, first
    while strike_at <= trips:
        schema = new_schema()
        _fill(server(), schema)
        trips = _strike_through_history(
            server(), proxy, schema, strike_at, after_sending=after_sending
        )
        strike_at += 12


@pytest.mark.parametrize("strike_at", range(2, 40, 5))
def test_a_server_may_end_a_connection_at_any_trip(
    proxy: Proxy, schema: str, strike_at: int
) -> None:
    """An administrator ends every connection: the same holds."""
    proxy.misfortune = lambda: _end_all(server())
    _strike_through_history(server(), proxy, schema, strike_at, after_sending=True)


def _end_all(where: Server) -> None:
    where.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
    )


def test_a_server_may_be_killed_at_any_trip() -> None:
    """Killed and started again, it holds what it acknowledged."""
    with private_server() as own, proxied(own.socket) as proxy:

        def restart() -> None:
            own.kill()
            proxy.cut()
            own.start()

        proxy.misfortune = restart
        for strike_at in (3, 14, 20):
            schema = new_schema()
            _fill(own, schema)
            _strike_through_history(own, proxy, schema, strike_at, after_sending=True)


def test_reading_goes_on_where_nothing_changed(proxy: Proxy, schema: str) -> None:
    """A view whose connection is cut at any of its trips gives all its answers."""
    store = opened(server().address(schema, socket=proxy.folder))
    for strike_at in range(1, 8):
        proxy.trips, proxy.strike_at = 0, strike_at
        assert held_by(store) == EXPECTED[0]
    assert proxy.trips >= proxy.strike_at
    store.close()


def test_a_view_that_is_lost_is_not_mixed_with_a_later_one(proxy: Proxy, schema: str) -> None:
    """If the library changed while the connection was lost, the view ends with an error."""
    store = opened(server().address(schema, socket=proxy.folder))
    other = opened(server().address(schema))
    with store.read() as reader:
        assert held(reader) == EXPECTED[0]
        add(3)(other)
        proxy.cut()
        with pytest.raises(LibraryUnavailableError, match="changed meanwhile"):
            reader.track("?")
    assert held_by(store) == EXPECTED[1]
    store.close()
    other.close()


def test_idle_connections_that_died_are_replaced(schema: str) -> None:
    """After a restart every block begins as ever, however many connections were kept."""
    store = opened(server().address(schema))
    with store.read(), store.read(), store.read():
        pass
    _end_all(server())
    with store.read() as first, store.read() as second:
        assert held(first) == held(second) == EXPECTED[0]
    store.close()


def test_a_server_that_is_gone_is_told() -> None:
    """A library whose server does not come back is an error, and so is one that is not there."""
    with private_server() as own:
        schema = new_schema()
        _fill(own, schema)
        hasty = PostgresHome(
            parse(own.address(schema)), replace(PATIENT, pool=PoolOptions(reconnect_s=0.2))
        )
        store = SegmentedStore.open(hasty, None, landmarks_of)
        own.kill()
        with pytest.raises(LibraryUnavailableError), store.read():
            pass
        with pytest.raises(LibraryUnavailableError), store.write():
            pass
        with pytest.raises(LibraryUnavailableError):
            opened(own.address(schema))
        own.start()
        assert held_by(store) == EXPECTED[0]
        store.close()


def test_a_standby_takes_over_without_a_loss() -> None:
    """With synchronous replication, what was acknowledged is there: a short run of the soak."""
    with private_server() as own:
        pair = Replaced(own)
        try:
            assert run(pair, rounds=2, seed=5).total() == 2
        finally:
            pair.stop()


def test_a_server_that_is_killed_loses_nothing() -> None:
    """A short run of the soak in `tests/soak/server_loop.py`."""
    with private_server() as own:
        assert run(Restarted(own), rounds=4, seed=7).total() == 4
