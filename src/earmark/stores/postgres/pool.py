"""Connections of one process to its library: made when they are needed, lent, used again.

When the server was restarted or another took its place, all of them are lost at once. So the
first one that is found lost takes the idle ones with it, and a new one is made.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from earmark.errors import LibraryError, LibraryUnavailableError
from earmark.stores.postgres.address import Address
from earmark.stores.postgres.link import Link

T = TypeVar("T")

_FIRST_PAUSE_S = 0.05
_LONGEST_PAUSE_S = 1.0


@dataclass(frozen=True, slots=True)
class PoolOptions:
    """How many connections there may be, and how long to wait."""

    most: int = 20
    """Connections of one process; PostgreSQL allows 100 to all unless it is told otherwise."""
    patience_s: float = 30.0
    """How long to wait for one of them when all are lent."""
    reconnect_s: float = 10.0
    """How long to try to connect again after a connection was lost: a restart takes a second or
    two, another server that takes over several."""


class Pool:
    """The connections; any number of threads may use it."""

    def __init__(self, address: Address, options: PoolOptions) -> None:
        self._address = address
        self._options = options
        self._free = threading.BoundedSemaphore(options.most)
        self._guard = threading.Lock()
        self._idle: list[Link] = []
        self._closed = False
        self._known = False

    @property
    def reconnect_s(self) -> float:
        """How long to try to connect again after a loss."""
        return self._options.reconnect_s

    @contextlib.contextmanager
    def lent(self) -> Iterator[Link]:
        """Lend a connection for a block.

        Raises:
            LibraryUnavailableError: none was free in time, or none can be made.
        """
        if not self._free.acquire(timeout=self._options.patience_s):
            cause = f"all {self._options.most} connections of this process are in use"
            raise LibraryUnavailableError(self._address.shown, cause)
        try:
            link = self._take() or self._made()
            try:
                yield link
            finally:
                self._give_back(link)
        finally:
            self._free.release()

    def renew(self, link: Link) -> None:
        """Connect anew after a loss, with patience; what is idle is taken for lost, too.

        Raises:
            LibraryUnavailableError: the server was not there again in time.
        """
        self._drop_idle()
        self._patiently(link.reconnect)

    def close(self) -> None:
        """Close what is idle now, and the rest when its block ends."""
        with self._guard:
            self._closed = True
        self._drop_idle()

    def _take(self) -> Link | None:
        with self._guard:
            if self._closed:
                raise LibraryError(self._address.shown, "it was closed")
            return self._idle.pop() if self._idle else None

    def _made(self) -> Link:
        """Connect; with patience, if the server has been there before."""
        link = self._patiently(lambda: Link(self._address)) if self._known else Link(self._address)
        self._known = True
        return link

    def _patiently(self, connect: Callable[[], T]) -> T:
        deadline = time.monotonic() + self._options.reconnect_s
        pause_s = _FIRST_PAUSE_S
        while True:
            try:
                return connect()
            except LibraryUnavailableError:
                if time.monotonic() + pause_s > deadline:
                    raise
            time.sleep(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)

    def _give_back(self, link: Link) -> None:
        link.leave()
        with self._guard:
            if not self._closed and link.is_reusable:
                self._idle.append(link)
                return
        link.close()

    def _drop_idle(self) -> None:
        with self._guard:
            idle, self._idle = self._idle, []
        for link in idle:
            link.close()
