"""One block's transaction: it begins again where that changes nothing, and ends for certain.

A connection may be lost at any moment: the server is restarted, or another takes its place.

- A transaction that cannot begin is begun again on another connection.
- One that reads goes on, on another connection, if the library is still as it was when it began;
  every commit leaves a mark of its own, so that is certain.
- One that writes is gone with its connection. Only where it was lost while it committed is it not
  clear what became of it; then the next connection waits for the lock, which the old one holds as
  long as it lives on in the server, and looks for the mark.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, TypeVar

from earmark.errors import CorruptCatalogueError, LibraryBusyError, LibraryUnavailableError
from earmark.stores.postgres.address import Address
from earmark.stores.postgres.link import Answer, Asked, Link, Row
from earmark.stores.postgres.pool import Pool
from earmark.stores.postgres.schema import quoted
from earmark.stores.postgres.sql import QUERIES

T = TypeVar("T")

_MARK_BITS = 63
_COMMITS_KEPT = 256


@dataclass(frozen=True, slots=True)
class State:
    """What a snapshot was made under."""

    peaks_id: str
    index_id: str
    generation: int
    """Drawn anew whenever the segments or their dead change."""
    mark: int
    """Drawn anew by every commit."""
    next_key: int
    next_segment: int
    next_change: int
    next_commit: int


class Transaction:
    """Statements of one block, by their names, over a connection that may be replaced.

    Attributes:
        state: of the library when it began; a writer replaces it by what it leaves.
        is_reading: whether it only reads, so that nothing it has read can change.
    """

    state: State

    def __init__(self, pool: Pool, link: Link, address: Address, patience_s: float) -> None:
        """Use a connection that was lent.

        Args:
            pool: that lent it.
            link: the connection.
            address: of the library.
            patience_s: how long to wait for another writer.
        """
        self._pool = pool
        self._link = link
        self._address = address
        self._patience_s = patience_s
        self._quoted = quoted(address.schema)
        self.is_reading = False
        self._began: State | None = None

    def begin(self) -> State:
        """Begin to read; everything read until `rollback` belongs to the returned state."""
        self._again(self._begin_reading)
        return self.state

    def begin_writing(self) -> State:
        """Begin to write, alone.

        Raises:
            LibraryBusyError: another writer did not finish in time.
            ReadOnlyLibraryError: the library may not be written.
        """
        self._again(self._begin_writing)
        return self.state

    def commit(self) -> None:
        """Make the changes durable and visible.

        Raises:
            LibraryUnavailableError: the connection broke off; the message says what is known.
        """
        if self.state == self._began:
            self.rollback()
            return
        mark = drawn()
        left = replace(self.state, mark=mark, next_commit=self.state.next_commit + 1)
        number = self.state.next_commit
        try:
            self._link.ask(
                self.asked("end_block", **_columns(left)),
                self.asked("note_commit", number=number, mark=mark),
                self.asked("forget_commits", number=number - _COMMITS_KEPT),
                self.asked("commit"),
            )
        except LibraryUnavailableError as error:
            if not self._link.is_lost:
                raise
            self._find_out(mark, error)
        self.state = self._began = left

    def rollback(self) -> None:
        """Forget the changes, or end reading, without waiting for the answer."""
        self.is_reading = False
        self._began = None
        self._link.leave()

    def ask(self, *asked: Asked) -> list[Answer]:
        """Send statements together: one trip. What reads survives the loss of its connection.

        Raises:
            LibraryError: one of them failed.
        """
        try:
            return self._link.ask(*asked)
        except LibraryUnavailableError as error:
            if not self.is_reading or not self._link.is_lost:
                raise
            self._resume(error)
        return self._link.ask(*asked)

    def rows(self, name: str, /, **values: Any) -> list[Row]:  # noqa: ANN401 - what a column takes
        """Return the rows of one statement."""
        return self.ask(self.asked(name, **values))[0].rows

    def run(self, name: str, /, **values: Any) -> int:  # noqa: ANN401 - what a column takes
        """Carry out one statement, and return how many rows it changed."""
        return self.ask(self.asked(name, **values))[0].count

    def copy(self, name: str, types: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Write rows by the `COPY` of this name."""
        self._link.copy(self.asked(name).statement, types, rows)

    def asked(self, name: str, /, **values: Any) -> Asked:  # noqa: ANN401 - what a column takes
        """Return the statement of this name, to be sent with others."""
        return Asked(QUERIES[name].replace("{schema}", self._quoted), values)

    def _begin_reading(self) -> None:
        _, states = self._link.ask(self.asked("begin_reading"), self.asked("state"))
        self._is_in(states.rows)
        self.is_reading = True

    def _begin_writing(self) -> None:
        patience_ms = str(max(1, round(1000 * self._patience_s)))
        try:
            *_, states = self._link.ask(
                self.asked("begin_writing"),
                self.asked("prepare_writing", patience_ms=patience_ms),
                self.asked("writer_lock", schema=self._address.schema),
                self.asked("state_to_write"),
            )
        except LibraryBusyError as error:
            raise LibraryBusyError(self._address.shown, self._who_is_writing()) from error
        self._is_in(states.rows)

    def _who_is_writing(self) -> str:
        self._link.ask(self.asked("rollback"))
        (holders,) = self._link.ask(self.asked("lock_holder", schema=self._address.schema))
        who = [
            f"{row['application_name'] or 'another'} (process {row['pid']} of its server)"
            for row in holders.rows
        ]
        return f"{', '.join(who) or 'another writer'} did not finish within {self._patience_s:g} s"

    def _is_in(self, rows: Sequence[Row]) -> None:
        if len(rows) != 1:
            raise CorruptCatalogueError(self._address.shown, "it has lost its state")
        self.state = self._began = State(**rows[0])

    def _again(self, begin: Callable[[], T]) -> T:
        """Begin, on a new connection if the old one was lost."""
        deadline = time.monotonic() + self._pool.reconnect_s
        while True:
            try:
                return begin()
            except LibraryUnavailableError:
                if not self._link.is_lost or time.monotonic() > deadline:
                    raise
            self._pool.renew(self._link)

    def _resume(self, error: LibraryUnavailableError) -> None:
        """Go on to read on a new connection, if there is no difference.

        Raises:
            LibraryUnavailableError: there is one.
        """
        before = self.state
        self._pool.renew(self._link)
        self._again(self._begin_reading)
        if self.state != before:
            self.rollback()
            cause = f"{error.cause}, and the library was changed meanwhile; try again"
            raise LibraryUnavailableError(self._address.shown, cause) from error

    def _find_out(self, mark: int, error: LibraryUnavailableError) -> None:
        """Return if a block whose commit was cut short succeeded.

        Raises:
            LibraryUnavailableError: it did not, or that cannot be known.
        """
        try:
            self._pool.renew(self._link)
            self._again(self._begin_writing)
            (found,) = self._link.ask(self.asked("was_committed", mark=mark))
        except Exception as unknown:
            cause = f"{error.cause} while it was written; whether the change was kept is not known"
            raise LibraryUnavailableError(self._address.shown, cause) from unknown
        self._link.leave()
        if not found.rows[0]["found"]:
            cause = f"{error.cause}; nothing of the change was kept"
            raise LibraryUnavailableError(self._address.shown, cause) from error


def drawn() -> int:
    """Draw a number that nobody draws again: for marks, never for answers."""
    return secrets.randbits(_MARK_BITS) | 1


def _columns(state: State) -> dict[str, Any]:
    return {
        name: value for name, value in asdict(state).items() if name not in {"peaks_id", "index_id"}
    }
