"""Who asks, and whether they may: keys, sessions, the site a page is from, and how often.

A page of another site can make a browser send requests here, with the cookie of a session. So a
request that changes something, or opens a WebSocket, must come from a page of this very server, or
from no page at all. A server without keys also wants to be asked under a name of its own: else a
site could have its name lead here (DNS rebinding) and pass for this server.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection

from earmark.errors import ForbiddenError, RateLimitedError, RequestError, UnauthorizedError
from earmark.server import problems
from earmark.server.keys import Scope as KeyScope
from earmark.server.logs import note
from earmark.server.rates import client_of

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from earmark.server.context import Context
    from earmark.server.keys import Key
    from earmark.server.options import ServerOptions

COOKIE = "earmark_session"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sent a request."""

    scope: KeyScope | None
    """What they may do; None without a key where one is needed."""
    key: Key | None = None
    session: str | None = None
    """The token, if it is a browser's session."""


class Guard:
    """Lets in who may come in, and refuses the others before anything of theirs is read."""

    def __init__(self, app: ASGIApp, context: Context) -> None:
        """Take what is wrapped."""
        self._app = app
        self._context = context
        self._had_keys = bool(context.keys.every())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Find out who asks."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        state = scope["state"]
        try:
            self._admit(scope)
        except RequestError as error:
            reason = type(error).__name__
            self._context.metrics.refusals.labels(reason).inc()
            note("refused", level=logging.WARNING, reason=reason, request_id=state["request_id"])
            await problems.response(error, state["request_id"])(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _admit(self, scope: Scope) -> None:
        headers, state = Headers(scope=scope), scope["state"]
        address = scope["client"][0] if scope.get("client") else ""
        try:
            caller = self._caller(headers)
        except UnauthorizedError:
            self._spend(client_of(address), state)
            raise
        self._spend(caller.key.id if caller.key else client_of(address), state)
        state["caller"] = caller
        state["key_id"] = caller.key and caller.key.id
        options = self._context.options
        if caller.key is None and caller.scope is not None:
            check_host(headers, options)
        if scope["type"] == "websocket" or scope["method"] not in SAFE:
            check_origin(headers, options)

    def _spend(self, client: str, state: dict[str, object]) -> None:
        if not self._context.options.limits.per_minute:
            return
        allowance = self._context.rates.spend(client)
        state["rate_headers"] = allowance.headers()
        if allowance.retry_after_s is not None:
            message = f"more than {allowance.limit} requests in a minute"
            raise RateLimitedError(message, allowance.retry_after_s)

    def _caller(self, headers: Headers) -> Caller:
        """Find out who it is.

        Raises:
            UnauthorizedError: a key or a session that is not known.
        """
        keys = self._context.keys
        if secret := secret_of(headers):
            key = keys.of_secret(secret)
            if key is None:
                message = "this key is not known; `earmark keys list` shows those that are"
                raise UnauthorizedError(message)
            return Caller(key.scope, key)
        if token := token_of(headers):
            key = keys.of_session(token)
            if key is not None:
                return Caller(key.scope, key, token)
        return Caller(None if self._wants_key() else KeyScope.ADMIN)

    def _wants_key(self) -> bool:
        """Tell whether nobody is let in without a key.

        A server that has had one wants one until it ends, unless it was told to let everybody in:
        who removes the last key shuts it, and does not open it to all.
        """
        has_keys = bool(self._context.keys.every())
        self._had_keys = self._had_keys or has_keys
        return has_keys or (self._had_keys and not self._context.options.allow_anonymous)


def secret_of(headers: Headers) -> str | None:
    """Return the key that a request shows."""
    scheme, _, secret = headers.get("authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else headers.get("x-api-key")


def token_of(headers: Headers) -> str | None:
    """Return the token of a browser's session."""
    try:
        morsel = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return None
    return morsel.value if morsel else None


def check_host(headers: Headers, options: ServerOptions) -> None:
    """Make sure that a server without keys is asked under a name of its own.

    Raises:
        ForbiddenError: it is not.
    """
    if not options.is_loopback and not options.allowed_hosts:
        return  # it was told to let in everybody, and cannot know its names
    name = _split(headers.get("host", ""))[0]
    if name not in {*LOOPBACK_NAMES, options.host, *options.allowed_hosts}:
        message = f"this server does not go by the name {name!r}; --allowed-host adds it"
        raise ForbiddenError(message)


def check_origin(headers: Headers, options: ServerOptions) -> None:
    """Make sure that a request that changes something comes from no page of another site.

    Raises:
        ForbiddenError: it does.
    """
    origin = headers.get("origin")
    if origin is None or origin in options.allowed_origins:
        return
    if origin.partition("://")[2] != headers.get("host"):
        message = f"pages of {origin!r} may not use this server; --allowed-origin lets them"
        raise ForbiddenError(message)


def caller_of(connection: HTTPConnection) -> Caller:
    """Return who sent a request."""
    caller: Caller = connection.scope["state"]["caller"]
    return caller


@dataclass(frozen=True, slots=True)
class Allowing:
    """The dependency of a route that only those may use who may do `wanted`."""

    wanted: KeyScope

    async def __call__(self, connection: HTTPConnection) -> None:
        """Let a caller pass.

        Raises:
            UnauthorizedError: without a key.
            ForbiddenError: with one of too small a scope.
        """
        scope = caller_of(connection).scope
        if scope is None:
            message = "this needs a key: send it as `Authorization: Bearer em_...`"
            raise UnauthorizedError(message)
        if not scope.holds(self.wanted):
            message = f"this needs a key with the scope {self.wanted}, this one has {scope}"
            raise ForbiddenError(message)


def _split(host: str) -> tuple[str, str]:
    """Return the name and the port of a Host header."""
    try:
        parts = urlsplit(f"//{host}")
        return (parts.hostname or "", str(parts.port or ""))
    except ValueError:
        return "", ""
