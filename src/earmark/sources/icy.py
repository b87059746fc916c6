"""Titles that radio servers put between the bytes of their sound: taken out, and told.

After every `icy-metaint` bytes of sound comes one byte, n, and then 16 n bytes of text such as
`StreamTitle='Artist - Title';`, filled up with zeros.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from earmark.audio import ByteStream

HEADER = {"Icy-MetaData": "1"}
"""Asks a server for titles."""

MOST_BYTES = 1 << 24
"""A server that claims to send so much between titles is not believed."""

UNIT_BYTES = 16

_TITLE = re.compile(r"StreamTitle='(.*?)';", re.DOTALL)


def interval_of(header: str | None) -> int | None:
    """Return the bytes of sound between titles, from the header `icy-metaint`; None for none."""
    if header is None or not header.strip().isdecimal():
        return None
    interval = int(header[:12])
    return interval if 0 < interval < MOST_BYTES else None


class TitledStream:
    """The sound alone of a stream with titles."""

    def __init__(
        self, stream: ByteStream, interval: int, on_title: Callable[[str], object]
    ) -> None:
        """Begin at the start of a stream; `on_title` is called with each new title."""
        self._stream = stream
        self._interval = interval
        self._until_title = interval
        self._on_title = on_title
        self._title: str | None = None

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes of sound; none at the end."""
        if not self._until_title:
            if not self._read_title():
                return b""
            self._until_title = self._interval
        data = self._stream.read(min(size, self._until_title)) or b""
        self._until_title -= len(data)
        return data

    def _read_title(self) -> bool:
        """Read what stands between the sound; False at the end of the stream."""
        count = self._exactly(1)
        if not count:
            return False
        size = UNIT_BYTES * count[0]
        text = self._exactly(size)
        found = title_in(text)
        if found is not None and found != self._title:
            self._title = found
            self._on_title(found)
        return len(text) == size

    def _exactly(self, size: int) -> bytes:
        data = b""
        while len(data) < size and (part := self._stream.read(size - len(data))):
            data += part
        return data


def title_in(text: bytes) -> str | None:
    """Return the title in a block of text, as one printable line; None if it has none."""
    try:
        words = text.decode()
    except UnicodeDecodeError:
        words = text.decode("latin-1")
    found = _TITLE.search(words)
    if found is None:
        return None
    return "".join(c if c.isprintable() else " " for c in found[1]).strip()
