"""Sound that arrives in datagrams: MPEG-TS over UDP, plain or in RTP packets."""

from __future__ import annotations

import contextlib
import socket
from ipaddress import ip_address

from earmark.errors import SourceUnavailableError, UnsupportedSourceError
from earmark.sources.urls import redacted, taken_apart

SCHEMES = ("udp", "rtp")
LARGEST_BYTES = 1 << 16
BUFFER_BYTES = 1 << 20
SYNC = 0x47
"""First byte of a packet of MPEG-TS."""

RTP_HEAD_BYTES = 12
RTP_VERSION = 0x80


class DatagramStream:
    """The bytes of datagrams that arrive at a port of this machine."""

    def __init__(self, url: str, stall_s: float) -> None:
        """Listen at `udp://HOST:PORT`, an address of this machine or a multicast group.

        Raises:
            UnsupportedSourceError: there is no port in it.
            SourceUnavailableError: the port cannot be listened at.
        """
        self.name = redacted(url)
        host, port = _place(url, self.name)
        try:
            self._socket = _listening(host, port)
        except (OSError, ValueError) as error:
            raise SourceUnavailableError(self.name, f"cannot listen there ({error})") from error
        self._socket.settimeout(stall_s)
        self._left = b""

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes, as soon as there are some.

        Raises:
            SourceUnavailableError: nothing arrives.
        """
        while not self._left:
            try:
                datagram = self._socket.recv(LARGEST_BYTES)
            except OSError as error:
                raise SourceUnavailableError(self.name, "nothing arrives") from error
            self._left = payload(datagram)
        data, self._left = self._left[:size], self._left[size:]
        return data

    def shut(self) -> None:
        """End the stream, from any thread."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Let go of the port; closing twice is harmless."""
        self._socket.close()


def payload(datagram: bytes) -> bytes:
    """Return what a datagram carries: all of it, or what follows the head of an RTP packet."""
    if len(datagram) < RTP_HEAD_BYTES or datagram[0] == SYNC or datagram[0] & 0xC0 != RTP_VERSION:
        return datagram
    head = RTP_HEAD_BYTES + 4 * (datagram[0] & 0x0F)
    if datagram[0] & 0x10:  # an extension: its length in words is its second half word
        head += 4 + 4 * int.from_bytes(datagram[head + 2 : head + 4], "big")
    return datagram[head:]


def _place(url: str, name: str) -> tuple[str, int]:
    _, host, port = taken_apart(url)
    if not port:
        raise UnsupportedSourceError(name, "it names no port: udp://HOST:PORT does")
    return host or "0.0.0.0", port  # noqa: S104 - what the user asks for, as in FFmpeg


def _listening(host: str, port: int) -> socket.socket:
    address = ip_address(host)
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6  # noqa: PLR2004
    listening = socket.socket(family, socket.SOCK_DGRAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
        listening.bind((host, port))
        if address.is_multicast and family == socket.AF_INET:
            group = socket.inet_aton(host) + socket.inet_aton("0.0.0.0")  # noqa: S104
            listening.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group)
    except BaseException:
        listening.close()
        raise
    return listening
