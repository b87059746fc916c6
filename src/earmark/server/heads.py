"""HEAD: the head of what GET would answer, as players and those who watch a server ask for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import ClientDisconnect

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

END: Message = {"type": "http.response.body", "body": b"", "more_body": False}


class _NoBodyError(OSError):
    """Ends a stream as the loss of its client would."""


class Heads:
    """Answers HEAD as the routes answer GET, and leaves out the body."""

    def __init__(self, app: ASGIApp) -> None:
        """Take what is wrapped."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return
        is_told = False

        async def sending(message: Message) -> None:
            nonlocal is_told
            if message["type"] == "http.response.start":
                is_told = True
                await send(message)
                await send(END)
            elif message.get("more_body"):
                raise _NoBodyError

        inner = {**scope, "method": "GET"}  # uvicorn goes by the method of the other
        try:
            await self._app(inner, receive, sending)
        except (ClientDisconnect, _NoBodyError):
            if not is_told:
                raise
        finally:
            if "route" in inner:  # what the recorder counts by
                scope["route"] = inner["route"]
