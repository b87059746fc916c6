"""Bodies of requests: how much of them may come, and how slowly, checked while they come."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from starlette.datastructures import Headers

from earmark.errors import TooLargeError, TooSlowError
from earmark.server.options import MEGABYTE

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from earmark.server.options import Limits

USUAL_BYTES = MEGABYTE
"""Of a body, unless its route says otherwise."""


class Body:
    """The body of one request, as it comes."""

    def __init__(self, receive: Receive, headers: Headers, limits: Limits) -> None:
        """Take what gives its pieces."""
        self._receive = receive
        self._limits = limits
        self.came = 0
        """Bytes so far."""
        self._began: float | None = None
        self._stated = _length(headers)
        self.most_bytes = USUAL_BYTES
        self.is_complete = not self._stated and "transfer-encoding" not in headers
        """Whether nothing more of it can come."""

    async def receive(self) -> Message:
        """Give the next message of the client.

        Raises:
            TooLargeError: there is more than the route takes.
            TooSlowError: it does not come in time.
        """
        if self.is_complete:
            return await self._receive()
        self._check(self._stated)
        began = self._began = self._began or time.monotonic()
        try:
            async with asyncio.timeout(self._limits.body_s):
                message = await self._receive()
        except TimeoutError:
            cause = f"nothing came for {self._limits.body_s:g} s"
            raise TooSlowError(cause) from None
        self.came += len(message.get("body", b""))
        self._check(self.came)
        self.is_complete = not message.get("more_body", False)
        if not self.is_complete:
            self._check_pace(time.monotonic() - began)
        return message

    def _check(self, count: int) -> None:
        if count > self.most_bytes:
            message = f"more than {self.most_bytes} bytes are not taken here"
            raise TooLargeError(message)

    def _check_pace(self, took_s: float) -> None:
        beyond_s = took_s - self._limits.body_s
        if beyond_s > 0 and self.came < 1024 * self._limits.least_kb_per_s * beyond_s:
            message = f"a body has to come with {self._limits.least_kb_per_s:g} kB/s or more"
            raise TooSlowError(message)


class Bodies:
    """Watches over the bodies of all requests."""

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        """Take what is wrapped."""
        self._app = app
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on, its body watched."""
        if scope["type"] == "http":
            body = Body(receive, Headers(scope=scope), self._limits)
            scope["state"]["body"] = body
            receive = body.receive
        await self._app(scope, receive, send)


def _length(headers: Headers) -> int:
    """How long the body says it is; HTTP's parser has seen to it that it is a number."""
    text = headers.get("content-length", "0")
    return int(text) if text.isdecimal() else 0
