"""The outermost layer: every request gets an id, a line in the log, a count, and safe headers."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect

from earmark.ingest import new_id
from earmark.server import problems
from earmark.server.logs import note

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from earmark.server.metrics import Metrics

SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
"""Of every answer that does not say otherwise itself: none is a page, and none may be kept."""

STARTS = frozenset({"http.response.start", "websocket.http.response.start"})
GONE = 499
"""What the log and the metrics call the status of a request whose client went away."""

UNMATCHED = "unmatched"
"""The route of what has none: addresses that a client makes up must not become metrics."""


@dataclass(slots=True)
class _Answer:
    """What became of one request."""

    request_id: str
    began: float = field(default_factory=time.perf_counter)
    status: int = 0


class Recorder:
    """Wraps the whole application."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        """Take what is wrapped."""
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, whatever happens."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        answer = _Answer(new_id())
        scope.setdefault("state", {})["request_id"] = answer.request_id

        async def sending(message: Message) -> None:
            if message["type"] in STARTS:
                answer.status = message["status"]
                _add_headers(message, scope)
            elif message["type"] == "websocket.accept":
                answer.status = 101
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except ClientDisconnect:
            answer.status = GONE
        except Exception as error:  # noqa: BLE001 - the last line of defence before the client
            note("error", level=logging.ERROR, trace=True, request_id=answer.request_id)
            if not answer.status:
                await problems.response(error, answer.request_id)(scope, receive, sending)
        finally:
            self._record(scope, answer)

    def _record(self, scope: Scope, answer: _Answer) -> None:
        route = _route(scope)
        took_s = time.perf_counter() - answer.began
        method = scope.get("method", "WEBSOCKET")
        if route == UNMATCHED:
            method = "ANY"
        self._metrics.requests.labels(method, route, str(answer.status)).inc()
        if scope["type"] == "http":
            self._metrics.latency.labels(route).observe(took_s)
        note(
            "request",
            request_id=answer.request_id,
            method=scope.get("method", "WEBSOCKET"),
            path=scope["path"],
            status=answer.status,
            took_ms=round(1000 * took_s, 1),
            client=scope["client"][0] if scope.get("client") else None,
            key=scope["state"].get("key_id"),
        )


def _add_headers(message: Message, scope: Scope) -> None:
    headers = MutableHeaders(raw=message.setdefault("headers", []))
    for name, value in SECURITY_HEADERS.items():
        headers.setdefault(name, value)
    headers["X-Request-Id"] = scope["state"]["request_id"]
    for name, value in scope["state"].get("rate_headers", {}).items():
        headers[name] = value
    body = scope["state"].get("body")
    if body is not None and not body.is_complete:
        headers["Connection"] = "close"  # else the rest of it would have to be read first


def _route(scope: Scope) -> str:
    path = getattr(scope.get("route"), "path", None)
    return path if isinstance(path, str) else UNMATCHED
