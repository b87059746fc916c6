"""Our own HTTP client: it knows where it connects to, and when it has had enough."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import httpcore

from earmark.errors import SourceUnavailableError, UnsupportedSourceError
from earmark.sources.network import Guard, PinnedBackend
from earmark.sources.urls import WebAddress, redacted, web_address

if TYPE_CHECKING:
    import ssl

    from earmark.sources.addresses import AddressPolicy

AGENT = "Earmark"
REDIRECTS = frozenset({301, 302, 303, 307, 308})
FAILED = 400
"""Statuses from here on are failures."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a server may ask for."""

    connect_s: float = 10.0
    head_s: float = 20.0
    """From the beginning of a request to the end of the answer's head."""
    stall_s: float = 20.0
    """Without a byte for so long, a stream has broken off."""
    whole_s: float = 60.0
    """For a playlist or a segment, from end of head to end."""
    redirects: int = 5
    text_bytes: int = 1 << 20
    """Of a playlist."""
    segment_bytes: int = 32 << 20


class Response:
    """An answer: a file object that gives bytes as they come."""

    def __init__(
        self, url: str, status: int, headers: Mapping[str, str], body: _Body, guard: Guard
    ) -> None:
        self.url = url
        """Where the redirects led; with its secrets."""
        self.name = redacted(url)
        self.status = status
        self.headers = headers
        """By their names in lower case."""
        self._body = body
        self._guard = guard
        self._left = b""

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes, as soon as there are some; none at the end.

        Raises:
            SourceUnavailableError: the connection failed or stalled.
        """
        if not self._left:
            with translated(self.name):
                self._left = next(self._body.chunks, b"")
        data, self._left = self._left[:size], self._left[size:]
        return data

    def shut(self) -> None:
        """End the connection, from any thread; whoever reads finds its end."""
        self._guard.shut()

    def close(self) -> None:
        """Let go of the connection; closing twice is harmless."""
        self._body.exits.close()


@dataclass(frozen=True, slots=True)
class _Body:
    """What is left of a response, and what has to be let go of in the end."""

    chunks: Iterator[bytes]
    exits: contextlib.ExitStack


class Client:
    """Asks web servers; every connection, also after a redirect, keeps to the policy."""

    def __init__(
        self, policy: AddressPolicy, limits: Limits | None = None, tls: ssl.SSLContext | None = None
    ) -> None:
        """Make a client; `tls` replaces the usual certificates."""
        self.policy = policy
        """Which addresses may be asked."""
        self.limits = limits or Limits()
        self._tls = tls

    def open(self, url: str, headers: Mapping[str, str] | None = None) -> Response:
        """Ask for something that may never end.

        Raises:
            AddressRefusedError: it lies where the policy does not allow to go.
            SourceUnavailableError: no answer, or a failure.
            UnsupportedSourceError: no web address.
        """
        first = web_address(url)
        for _ in range(self.limits.redirects + 1):
            response = self._ask("GET", url, headers or {}, first)
            if response.status not in REDIRECTS:
                return _checked(response)
            target = response.headers.get("location", "")
            response.close()
            if not target:
                raise SourceUnavailableError(redacted(url), "it redirects to nowhere")
            url = urljoin(url, target)
        raise SourceUnavailableError(redacted(url), "it redirects too often")

    def fetch(self, url: str, limit_bytes: int) -> bytes:
        """Return something small as a whole.

        Raises:
            AddressRefusedError: it lies where the policy does not allow to go.
            SourceUnavailableError: no answer, a failure, or it takes too long.
            UnsupportedSourceError: it is larger than `limit_bytes`.
        """
        response = self.open(url)
        with contextlib.closing(response):
            return self.rest(response, limit_bytes)

    def rest(self, response: Response, limit_bytes: int) -> bytes:
        """Return what is left of something small; see `fetch`."""
        response._guard.restrict(self.limits.whole_s)  # noqa: SLF001 - made by this class
        parts, size = [], 0
        while data := response.read(1 << 16):
            parts.append(data)
            size += len(data)
            if size > limit_bytes:
                cause = f"it sends more than the {limit_bytes} bytes that it may"
                raise UnsupportedSourceError(response.name, cause)
        return b"".join(parts)

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """Send something, and return the status of the answer; redirects are not followed.

        Raises:
            AddressRefusedError: the policy does not allow to go there.
            SourceUnavailableError: no answer.
            UnsupportedSourceError: no web address.
        """
        response = self._ask("POST", url, headers, web_address(url), body)
        response.close()
        return response.status

    def _ask(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        first: WebAddress,
        body: bytes | None = None,
    ) -> Response:
        address = web_address(url)
        guard = Guard(self.limits.head_s)
        sent = _headers(address, first, headers, body)
        with contextlib.ExitStack() as exits, translated(redacted(url)):
            backend = PinnedBackend(self.policy, guard)
            pool = exits.enter_context(
                httpcore.ConnectionPool(ssl_context=self._tls, network_backend=backend)
            )
            answer = exits.enter_context(
                pool.stream(
                    method,
                    httpcore.URL(
                        scheme=address.scheme,
                        host=address.host,
                        port=address.port,
                        target=address.target,
                    ),
                    headers=sent,
                    content=body,
                    extensions={"timeout": self._timeouts()},
                )
            )
            guard.relax()
            found = {
                name.decode("latin-1").lower(): value.decode("latin-1")
                for name, value in answer.headers
            }
            left = _Body(answer.iter_stream(), exits.pop_all())
        return Response(url, answer.status, found, left, guard)

    def _timeouts(self) -> dict[str, float]:
        limits = self.limits
        return {
            "connect": limits.connect_s,
            "read": limits.stall_s,
            "write": limits.stall_s,
            "pool": limits.connect_s,
        }


@contextlib.contextmanager
def translated(name: str) -> Generator[None, None, None]:
    """Raise a `SourceUnavailableError` for what goes wrong in a connection."""
    try:
        yield
    except httpcore.TimeoutException as error:
        raise SourceUnavailableError(name, "it does not answer, or has stalled") from error
    except httpcore.ProtocolError as error:
        raise SourceUnavailableError(name, f"it does not keep to HTTP ({error})") from error
    except (httpcore.NetworkError, OSError) as error:
        cause = str(error) or type(error).__name__
        raise SourceUnavailableError(name, f"the connection failed ({cause})") from error


def _headers(
    address: WebAddress, first: WebAddress, headers: Mapping[str, str], body: bytes | None
) -> list[tuple[str, str]]:
    """Return what is sent; credentials of the first address go to nobody else."""
    sent = {
        "Host": address.host_header,
        "User-Agent": AGENT,
        "Accept": "*/*",
        "Accept-Encoding": "identity",
        "Connection": "close",
        **headers,
    }
    credentials = first.authorization if address.origin == first.origin else None
    credentials = address.authorization or credentials
    if credentials:
        sent["Authorization"] = credentials
    if body is not None:
        sent["Content-Length"] = str(len(body))
    return list(sent.items())


def _checked(response: Response) -> Response:
    """Return the response if there is something in it to be read."""
    if response.status >= FAILED:
        response.close()
        raise SourceUnavailableError(response.name, f"it answers with status {response.status}")
    coding = response.headers.get("content-encoding", "identity").strip().lower()
    if coding != "identity":
        response.close()
        raise UnsupportedSourceError(response.name, "it sends compressed what should be sound")
    return response
