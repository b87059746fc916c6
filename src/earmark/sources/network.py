"""Connections for httpcore: to addresses that were checked, and with manners for radio servers."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import httpcore

if TYPE_CHECKING:
    import ssl

    from earmark.sources.addresses import AddressPolicy

OLD_STATUS, NEW_STATUS = b"ICY ", b"HTTP/1.0 "
"""How SHOUTcast begins its answer, and how HTTP does."""


class Guard:
    """What one request's connection has to keep to; closes it from any thread."""

    def __init__(self, head_s: float) -> None:
        """Begin a request whose answer must have its head after so many seconds."""
        self._deadline: float | None = time.monotonic() + head_s
        self._socket: socket.socket | None = None

    def relax(self) -> None:
        """Note that the head is there."""
        self._deadline = None

    def restrict(self, whole_s: float) -> None:
        """Let all that is left take so many seconds."""
        self._deadline = time.monotonic() + whole_s

    def watch(self, stream: httpcore.NetworkStream) -> None:
        """Remember the socket, to be able to shut it."""
        self._socket = stream.get_extra_info("socket")

    def shut(self) -> None:
        """End the connection, and whatever waits for it."""
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def left_s(self, timeout: float | None) -> float | None:
        """Return how long a read may wait.

        Raises:
            httpcore.ReadTimeout: the time is up.
        """
        if self._deadline is None:
            return timeout
        left = self._deadline - time.monotonic()
        if left <= 0:
            message = "it takes too long to answer"
            raise httpcore.ReadTimeout(message)
        return left if timeout is None else min(left, timeout)


class PinnedBackend(httpcore.NetworkBackend):
    """Connects to the addresses that a policy allows, and to nothing else."""

    def __init__(self, policy: AddressPolicy, guard: Guard) -> None:
        self._policy = policy
        self._guard = guard
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Resolve, check and connect; of several addresses the first that answers."""
        *others, last = self._policy.resolve(host, port)
        for address in others:
            with contextlib.suppress(httpcore.ConnectError, httpcore.ConnectTimeout):
                return self._connect(address, port, timeout, local_address, socket_options)
        return self._connect(last, port, timeout, local_address, socket_options)

    def _connect(
        self,
        address: str,
        port: int,
        timeout: float | None,
        local_address: str | None,
        socket_options: Iterable[Any] | None,
    ) -> httpcore.NetworkStream:
        stream = self._plain.connect_tcp(address, port, timeout, local_address, socket_options)
        return _RadioStream(stream, self._guard)


class _RadioStream(httpcore.NetworkStream):
    """A connection that takes SHOUTcast's first line for HTTP's."""

    def __init__(self, stream: httpcore.NetworkStream, guard: Guard) -> None:
        self._stream = stream
        self._guard = guard
        self._is_new = True
        guard.watch(stream)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data = self._stream.read(max_bytes, self._guard.left_s(timeout))
        if self._is_new:
            self._is_new = False
            if data.startswith(OLD_STATUS):
                return NEW_STATUS + data[len(OLD_STATUS) :]
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, timeout)

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        inner = self._stream.start_tls(ssl_context, server_hostname, timeout)
        return _RadioStream(inner, self._guard)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - httpcore's own signature
        return self._stream.get_extra_info(info)
