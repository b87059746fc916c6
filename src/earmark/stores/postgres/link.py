"""One connection to PostgreSQL, lent to one block at a time: statements together, in one trip."""

from __future__ import annotations

import contextlib
import logging
import os
import select
import socket
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import pq
from psycopg.rows import dict_row

from earmark.errors import LibraryUnavailableError, UsageError
from earmark.stores.postgres.address import Address
from earmark.stores.postgres.failures import translated

# of the errors after the first one of a trip, which is raised; without this they go to stderr
logging.getLogger("psycopg").addHandler(logging.NullHandler())

Row = dict[str, Any]

_LONGEST_NAME = 63

PATIENCE_OF_NETWORK = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}
"""Of a connection whose address says nothing else, in seconds; the last one in milliseconds."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A statement and its values."""

    statement: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a statement gave."""

    rows: list[Row]
    count: int
    """Rows that it returned or changed."""


class Link:
    """A connection without a transaction of its own: `BEGIN` and `COMMIT` are statements.

    Every error of PostgreSQL becomes a `LibraryError`.
    """

    def __init__(self, address: Address) -> None:
        """Connect.

        Raises:
            LibraryUnavailableError: the server does not answer, or does not let this user in.
            UsageError: the address is none that PostgreSQL's client understands.
        """
        self._address = address
        self._leaving = False
        # after a trip that failed, psycopg takes statements for prepared that are not
        self._is_spoilt = False
        self._connection = self._connected()

    @property
    def is_lost(self) -> bool:
        """Whether the connection is of no use any more."""
        return self._connection.closed

    @property
    def is_reusable(self) -> bool:
        """Whether another block may have it: nothing goes on there that it would wait for."""
        idle = self._connection.info.transaction_status is pq.TransactionStatus.IDLE
        return not self.is_lost and not self._is_spoilt and (idle or self._leaving)

    def ask(self, *asked: Asked) -> list[Answer]:
        """Send statements together and return what they gave: one trip to the server.

        Raises:
            LibraryError: one of them failed; those after it were not carried out.
        """
        with self._translated():
            self._settle()
            if len(asked) == 1:
                return [_answer(self._sent(asked[0]))]
            self._is_spoilt = True
            with self._connection.pipeline():
                cursors = [self._sent(one) for one in asked]
            self._is_spoilt = False
            return [_answer(cursor) for cursor in cursors]

    def copy(self, statement: str, types: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Write rows in PostgreSQL's binary format.

        Raises:
            LibraryError: they could not be written.
            Exception: whatever the rows raise, as it is.
        """
        with self._translated():
            self._settle()
            with self._connection.cursor() as cursor, cursor.copy(statement) as copy:
                copy.set_types(types)
                for row in rows:
                    copy.write_row(row)

    def leave(self) -> None:
        """End the transaction without waiting for the answer, which the next statement takes."""
        open_states = {pq.TransactionStatus.INTRANS, pq.TransactionStatus.INERROR}
        if self._connection.info.transaction_status not in open_states:
            return
        with contextlib.suppress(psycopg.Error):  # the server ends what a lost connection began
            self._connection.pgconn.send_query(b"ROLLBACK")
            self._connection.pgconn.flush()
            self._leaving = True

    def reconnect(self) -> None:
        """Begin anew after a loss.

        Raises:
            LibraryUnavailableError: the server does not answer.
        """
        self.close()
        self._leaving = self._is_spoilt = False
        self._connection = self._connected()

    def close(self) -> None:
        """Let go of the connection; closing twice is harmless."""
        self._connection.close()

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        """Raise a `LibraryError` for every error of the block; a connection that ends is let go."""
        try:
            with translated(self._address):
                yield
        except LibraryUnavailableError:
            self._connection.close()
            raise

    def _connected(self) -> psycopg.Connection[Row]:
        with translated(self._address):
            told = _options_of(self._address)
            usual: Mapping[str, Any] = {**PATIENCE_OF_NETWORK, "application_name": _own_name()}
            made = psycopg.Connection.connect(
                **{**usual, **told, "client_encoding": "utf8"},
                autocommit=True,
                row_factory=dict_row,
            )
            # what lies in the database is under Earmark's own limits; a plan is worth its making
            made.prepare_threshold = 2
            return made

    def _settle(self) -> None:
        """Take the answer to what `leave` sent."""
        if not self._leaving:
            return
        self._leaving = False
        while result := self._result():
            if result.status == pq.ExecStatus.FATAL_ERROR:
                raise psycopg.OperationalError(result.get_error_message())

    def _result(self) -> pq.abc.PGresult | None:
        """Wait for the next result, without keeping other threads from working."""
        answers = select.poll()
        answers.register(self._connection.pgconn.socket, select.POLLIN)
        while self._connection.pgconn.is_busy():
            answers.poll()
            self._connection.pgconn.consume_input()
        return self._connection.pgconn.get_result()

    def _sent(self, asked: Asked) -> psycopg.Cursor[Row]:
        cursor = self._connection.cursor(binary=True)
        return cursor.execute(asked.statement, asked.values)


def _answer(cursor: psycopg.Cursor[Row]) -> Answer:
    rows = cursor.fetchall() if cursor.description else []
    return Answer(rows, cursor.rowcount)


def _options_of(address: Address) -> Mapping[str, Any]:
    """Return what an address says, for the client.

    Raises:
        UsageError: it is none that PostgreSQL's client understands.
    """
    try:
        return psycopg.conninfo.conninfo_to_dict(address.url)
    except psycopg.ProgrammingError:
        message = (
            f"{address.shown} is no address that PostgreSQL understands; what follows ? is "
            "NAME=VALUE, with & between two, and names that it knows, such as sslmode"
        )
        raise UsageError(message) from None  # what was raised may repeat a password


def _own_name() -> str:
    """Return what this process is called where the server lists its connections."""
    return f"earmark process {os.getpid()} on {socket.gethostname()}"[:_LONGEST_NAME]
