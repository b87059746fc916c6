"""Addresses of sources: taken apart, and shown without their secrets."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, unquote, urlsplit

from earmark.errors import UnsupportedSourceError
from earmark.texts import is_url

WEB_PORTS = {"http": 80, "https": 443}

_KEPT = "%/:=&?~+!$,;'@()*[]-._"
"""What stands in the path and query of an address as it is."""


def redacted(source: str) -> str:
    """Return a source as it may be shown: without user, password and query.

    Paths are shown as they are.
    """
    if not is_url(source):
        return source
    try:
        parts = urlsplit(source)
        port = "" if parts.port is None else f":{parts.port}"
        host = parts.hostname or ""
    except ValueError:
        return f"{source.partition('://')[0]}://…"
    host = f"[{host}]" if ":" in host else host
    user = "***@" if "@" in parts.netloc else ""
    query = "?***" if parts.query else ""
    return f"{parts.scheme}://{user}{host}{port}{parts.path}{query}"


@dataclass(frozen=True, slots=True)
class WebAddress:
    """An `http` or `https` address, checked."""

    scheme: str
    host: str
    """In ASCII."""
    port: int
    target: str
    """Path and query, in ASCII."""
    authorization: str | None = None
    """Of the header with this name."""

    @property
    def origin(self) -> tuple[str, str, int]:
        """Who gets to see the credentials."""
        return self.scheme, self.host, self.port

    @property
    def host_header(self) -> str:
        """The value of the header `Host`."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == WEB_PORTS[self.scheme] else f"{host}:{self.port}"


def taken_apart(url: str) -> tuple[SplitResult, str, int | None]:
    """Return the parts of an address, its host in ASCII, and its port, if it names one.

    Raises:
        UnsupportedSourceError: it is not well formed.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        host = host if ":" in host else host.encode("idna").decode("ascii")
    except ValueError as error:  # UnicodeError is one
        raise UnsupportedSourceError(redacted(url), "its address is not well formed") from error
    return parts, host, port


def web_address(url: str) -> WebAddress:
    """Take an address apart.

    Raises:
        UnsupportedSourceError: it is not `http` or `https`, or not well formed.
    """
    parts, host, port = taken_apart(url)
    scheme = parts.scheme.lower()
    if scheme not in WEB_PORTS or not host:
        raise UnsupportedSourceError(redacted(url), "it is no http or https address")
    target = quote(parts.path or "/", safe=_KEPT)
    if parts.query:
        target += "?" + quote(parts.query, safe=_KEPT)
    return WebAddress(scheme, host, port or WEB_PORTS[scheme], target, _authorization(parts))


def _authorization(parts: SplitResult) -> str | None:
    if parts.username is None:
        return None
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return "Basic " + base64.b64encode(pair.encode()).decode("ascii")
