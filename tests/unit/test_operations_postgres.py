"""What is particular about plays in PostgreSQL; the rest is in tests/contract."""

from __future__ import annotations

from datetime import timedelta, timezone

import pytest

from earmark.errors import OperationsError, UsageError
from earmark.operations.base import PlayQuery
from earmark.operations.postgres import PostgresOperations
from tests.live import moment
from tests.plays import play
from tests.postgres import new_schema, server
from tests.proxies import proxied


def test_a_lost_connection_costs_no_play() -> None:
    """What was to be written is written on another one."""
    schema = new_schema()
    with proxied(server().socket) as proxy:
        store = PostgresOperations(server().address(schema, socket=proxy.folder))
        for number in range(4):
            proxy.strike_at, proxy.after_sending = proxy.trips + 1, number % 2 == 0
            store.write(play(number))
        proxy.strike_at = proxy.trips + 1
        assert list(store.plays(PlayQuery())) == [play(number) for number in range(4)]
        store.close()


def test_times_come_back_in_utc() -> None:
    """Whatever zone the play was told in, and whatever zone the server has."""
    schema = new_schema()
    server().run(f"CREATE ROLE {schema} LOGIN SUPERUSER")
    server().run(f"ALTER ROLE {schema} SET timezone = 'Asia/Kolkata'")
    there = timezone(timedelta(hours=-5))
    with PostgresOperations(server().address(schema, user=schema)) as store:
        store.write(play(started_at=moment(0).astimezone(there)))
        (found,) = store.plays(PlayQuery(since=moment(0), until=moment(1)))
    assert found.started_at.isoformat() == moment(0).isoformat()


def test_a_store_is_made_only_where_it_is_wanted() -> None:
    """Asking for plays that nobody wrote makes nothing."""
    schema = new_schema()
    with pytest.raises(OperationsError, match="there is none"):
        PostgresOperations(server().address(schema), create=False)
    assert server().run(f"SELECT 1 FROM pg_namespace WHERE nspname = '{schema}'") == []


def test_somebody_elses_schema_is_refused() -> None:
    """And left as it is."""
    schema = new_schema()
    server().run(f"CREATE SCHEMA {schema}")
    server().run(f"CREATE TABLE {schema}.plays (cat text)")
    with pytest.raises(OperationsError, match="another program's"):
        PostgresOperations(server().address(schema))


def test_errors_are_of_the_operations_store() -> None:
    """Text that no database holds, a server that is gone; an address is the caller's mistake."""
    with PostgresOperations(server().address(new_schema())) as store:
        for text in ("a\0b", "\ud800"):
            with pytest.raises(OperationsError):
                store.write(play(station=text))
        assert list(store.plays(PlayQuery())) == []
    with pytest.raises(OperationsError, match="cannot be reached"):
        PostgresOperations("postgresql://me:geheim@%2Fnowhere/db")
    for wrong in ("postgresql://host/db?schema=a.b", "plays.sqlite"):
        with pytest.raises(UsageError):
            PostgresOperations(wrong)
