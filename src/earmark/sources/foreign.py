"""RTMP and RTSP: addresses that FFmpeg opens itself, for callers who allow it.

All else is fetched by Earmark's own client, and only bytes reach FFmpeg. Here FFmpeg connects, so
that less can be promised. The host is resolved and checked before, like any other, and FFmpeg is
handed the address that was checked; but where the connection is encrypted it is handed the name,
which the server has to be told. And an RTSP server may send FFmpeg on to another host, which nobody
checks. So this is for sources that are trusted, and off unless it is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlunsplit

from earmark.audio import Address
from earmark.errors import UnsupportedSourceError
from earmark.sources.urls import redacted, taken_apart

if TYPE_CHECKING:
    from urllib.parse import SplitResult

    from earmark.sources.addresses import AddressPolicy

PORTS = {"rtmp": 1935, "rtmps": 443, "rtsp": 554, "rtsps": 322}
"""Of the schemes that FFmpeg may open."""

ENCRYPTED = ("rtmps", "rtsps")

PROTOCOLS = {
    "rtmp": "rtmp,tcp",
    "rtmps": "rtmps,rtmp,tls,tcp",
    "rtsp": "tcp",
    "rtsps": "tls,tcp",
}
"""What FFmpeg may speak for each: no datagrams, no files, no web."""


def foreign_address(url: str, policy: AddressPolicy, timeout_s: float) -> Address:
    """Check an address, and return what FFmpeg is given for it.

    Args:
        url: with a scheme of `PORTS`, and with its secrets.
        policy: which hosts may be asked.
        timeout_s: how long FFmpeg may wait for the server.

    Raises:
        UnsupportedSourceError: it is not well formed.
        SourceUnavailableError: its name cannot be resolved.
        AddressRefusedError: its host may not be asked.
    """
    parts, host, port = taken_apart(url)
    if not host:
        raise UnsupportedSourceError(redacted(url), "it names no host")
    scheme = parts.scheme.lower()
    allowed, *_ = policy.resolve(host, port or PORTS[scheme])
    place = parts if scheme in ENCRYPTED else _at(parts, allowed)
    is_rtmp = scheme.startswith("rtmp")
    return Address(
        urlunsplit(place),
        redacted(url),
        "live_flv" if is_rtmp else "rtsp",
        PROTOCOLS[scheme],
        # over TCP all sound comes through the one connection that was checked
        {"rtmp_tcurl": _named(parts)} if is_rtmp else {"rtsp_transport": "tcp"},
        timeout_s,
    )


def _at(parts: SplitResult, address: str) -> SplitResult:
    """Return a place by its host's address instead of its name."""
    user, at, _ = parts.netloc.rpartition("@")
    port = "" if parts.port is None else f":{parts.port}"
    host = f"[{address}]" if ":" in address else address
    return parts._replace(netloc=f"{user}{at}{host}{port}")


def _named(parts: SplitResult) -> str:
    """Return what an RTMP server is told that it was called: its name, and the application.

    All of a path but its last part is the application, as FFmpeg has it, up to two parts.
    """
    steps = parts.path.strip("/").split("/")
    application = "/".join(steps[:2]) if len(steps) > 2 else steps[0]  # noqa: PLR2004
    place = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{place}/{application}"
