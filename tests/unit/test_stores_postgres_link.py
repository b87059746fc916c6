from __future__ import annotations

from collections.abc import Iterator

import pytest

from earmark.errors import LibraryError, LibraryUnavailableError, UsageError
from earmark.stores.postgres.address import parse
from earmark.stores.postgres.link import Asked, Link
from tests.postgres import new_schema, server
from tests.proxies import Proxy, proxied

BEGIN, ROLLBACK = Asked("BEGIN", {}), Asked("ROLLBACK", {})


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    """A proxy before the server."""
    with proxied(server().socket) as made:
        yield made


@pytest.fixture
def link(proxy: Proxy) -> Iterator[Link]:
    """A connection through it."""
    made = Link(parse(server().address(new_schema(), socket=proxy.folder)))
    yield made
    made.close()


def number(value: int) -> Asked:
    """Ask for a number."""
    return Asked("SELECT %(value)s::bigint AS number", {"value": value})


def test_an_option_that_postgresql_does_not_know_is_the_users_error() -> None:
    """It is told in words of ours, without a password."""
    with pytest.raises(UsageError, match="such as sslmode") as caught:
        Link(parse("postgresql://me:secret@127.0.0.1:1/db?odd=1"))
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_statements_go_together(link: Link, proxy: Proxy) -> None:
    """However many there are, it is one trip."""
    link.ask(number(0))
    before = proxy.trips
    answers = link.ask(*(number(value) for value in range(50)))
    assert [answer.rows for answer in answers] == [[{"number": value}] for value in range(50)]
    assert proxy.trips == before + 1


def test_leaving_takes_no_trip_of_its_own(link: Link, proxy: Proxy) -> None:
    """The transaction is over, and what comes next finds the connection as new."""
    link.ask(BEGIN, number(1))
    link.leave()
    link.leave()
    assert link.is_reusable
    assert link.ask(number(2))[0].rows == [{"number": 2}]
    status = "SELECT pg_current_xact_id_if_assigned() IS NULL AS number"
    assert link.ask(Asked(status, {}))[0].rows == [{"number": True}]
    assert proxy.trips


def test_a_connection_in_a_transaction_is_not_lent_again(link: Link) -> None:
    """Neither is one on which a trip failed: its prepared statements are not as they seem."""
    link.ask(BEGIN, number(1))
    assert not link.is_reusable
    with pytest.raises(LibraryError):
        link.ask(number(1), Asked("NONSENSE", {}))
    link.leave()
    assert not link.is_reusable
    link.reconnect()
    assert link.is_reusable


def test_rows_are_written_in_binary(link: Link) -> None:
    """And whatever they raise comes through, with nothing written."""
    link.ask(BEGIN, Asked("CREATE TEMP TABLE one (a bigint, b bytea)", {}))
    link.copy("COPY one FROM STDIN (FORMAT binary)", ("int8", "bytea"), [(1, b"\0\\"), (2, None)])
    assert link.ask(Asked("SELECT * FROM one", {}))[0].rows == [
        {"a": 1, "b": b"\0\\"},
        {"a": 2, "b": None},
    ]
    with pytest.raises(ZeroDivisionError):
        link.copy("COPY one FROM STDIN (FORMAT binary)", ("int8", "bytea"), _failing())
    link.leave()


def _failing() -> Iterator[tuple[int, bytes]]:
    yield 3, b""
    raise ZeroDivisionError


def test_a_lost_connection_is_told_and_made_anew(link: Link, proxy: Proxy) -> None:
    """The error says so, and the link is of use again after it."""
    link.ask(number(1))
    proxy.cut()
    with pytest.raises(LibraryUnavailableError):
        link.ask(number(1))
    assert link.is_lost
    link.reconnect()
    assert link.ask(number(3))[0].rows == [{"number": 3}]
