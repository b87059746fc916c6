from __future__ import annotations

from dataclasses import replace

import pytest

from earmark.errors import LibraryError, LibraryUnavailableError
from earmark.stores.postgres.address import Address, parse
from earmark.stores.postgres.link import Asked
from earmark.stores.postgres.pool import Pool, PoolOptions
from tests.postgres import new_schema, server
from tests.proxies import proxied

PID = Asked("SELECT pg_backend_pid() AS pid", {})
HASTY = PoolOptions(most=2, patience_s=0.02, reconnect_s=0.2)


@pytest.fixture
def address() -> Address:
    """Where a server is."""
    return parse(server().address(new_schema()))


def pid_of(pool: Pool) -> int:
    """Return which process of the server a block talks to."""
    with pool.lent() as link:
        return int(link.ask(PID)[0].rows[0]["pid"])


def test_connections_are_used_again(address: Address) -> None:
    """The one that was given back is lent next."""
    pool = Pool(address, PoolOptions())
    assert pid_of(pool) == pid_of(pool)
    pool.close()


def test_there_are_only_so_many(address: Address) -> None:
    """Who comes too late waits for a while, and is told."""
    pool = Pool(address, HASTY)
    with (
        pool.lent(),
        pool.lent(),
        pytest.raises(LibraryUnavailableError, match="2 connections"),
        pool.lent(),
    ):
        pass
    pid_of(pool)
    pool.close()


def test_a_closed_pool_lends_nothing(address: Address) -> None:
    """What was lent before is closed when it comes back; closing twice is harmless."""
    pool = Pool(address, HASTY)
    with pool.lent() as link:
        pool.close()
        link.ask(PID)
    assert link.is_lost
    pool.close()
    with pytest.raises(LibraryError, match="closed"), pool.lent():
        pass


def test_a_server_that_was_never_there_is_not_waited_for() -> None:
    """The first connection fails at once."""
    pool = Pool(parse("postgresql://me@%2Fnowhere/db"), replace(HASTY, reconnect_s=1000))
    with pytest.raises(LibraryUnavailableError, match="cannot be reached"), pool.lent():
        pass
    pool.close()


def test_after_a_loss_all_are_made_anew(address: Address) -> None:
    """Those that are idle are not tried one by one."""
    with proxied(server().socket) as proxy:
        there = parse(server().address(address.schema, socket=proxy.folder))
        pool = Pool(there, PoolOptions())
        with pool.lent() as first:
            before = {pid_of(pool), first.ask(PID)[0].rows[0]["pid"]}
            proxy.cut()
            pool.renew(first)
            after = {pid_of(pool), first.ask(PID)[0].rows[0]["pid"]}
        assert not before & after
        pool.close()
