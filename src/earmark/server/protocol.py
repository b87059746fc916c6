"""HTTP as uvicorn speaks it, with limits on the head of a request: its size, and its time.

Uvicorn itself waits for ever and keeps whatever comes: whoever sends a byte now and then would hold
a connection for nothing (a slow loris), and an endless header would fill the memory.
"""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_HEAD_BYTES = 1 << 16
READ_BYTES = 1 << 18
"""What asyncio reads at once: the beginning of the body may come together with the head."""


class WithinTime(HttpToolsProtocol):
    """Gives up on a client whose head does not come in time, or does not end."""

    head_s: ClassVar[float]

    _deadline: asyncio.TimerHandle | None = None
    _head_bytes = 0

    def connection_made(self, transport: Any) -> None:  # noqa: ANN401 - as uvicorn has it
        """Wait for the head of the first request."""
        super().connection_made(transport)
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        self._has_head()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Count what comes before a head has ended."""
        if self._deadline is not None:
            self._head_bytes += len(data)
            if self._head_bytes > MOST_HEAD_BYTES + READ_BYTES:
                self._give_up()
                return
        super().data_received(data)

    def on_message_begin(self) -> None:
        """Wait for the head of the next request."""
        self._wait_for_head()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The head is there."""
        self._has_head()
        super().on_headers_complete()

    def _wait_for_head(self) -> None:
        self._has_head()
        loop = asyncio.get_running_loop()
        self._head_bytes = 0
        self._deadline = loop.call_later(self.head_s, self._give_up)

    def _has_head(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        self.transport.close()


def protocol_within(head_s: float) -> type[WithinTime]:
    """Return the protocol that waits so long."""
    return type("WithinTime", (WithinTime,), {"head_s": head_s})
