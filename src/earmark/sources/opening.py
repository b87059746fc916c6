"""From what a user names as a source to the bytes of its sound."""

from __future__ import annotations

import os
import stat
import sys
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from earmark.audio import Address, ByteStream
from earmark.errors import SourceUnavailableError, UnsupportedSourceError
from earmark.sources.client import Client, Response
from earmark.sources.datagrams import SCHEMES, DatagramStream
from earmark.sources.foreign import PORTS, foreign_address
from earmark.sources.frames import first_frame
from earmark.sources.hls import SegmentStream
from earmark.sources.icy import HEADER, TitledStream, interval_of
from earmark.sources.playlists import first_entry, is_hls, is_playlist, lines_of
from earmark.sources.urls import WEB_PORTS, redacted
from earmark.texts import is_url

STANDARD_INPUT = "-"
HEAD_BYTES = 4096
"""Of an answer: tells a playlist from sound, and where a frame begins."""
PLAYLISTS = 3
"""Playlists that may lead to one another."""


class Connection(Protocol):
    """Something open that can be ended from another thread."""

    def shut(self) -> None:
        """End it: whoever reads finds its end, or an error."""

    def close(self) -> None:
        """Let go of it; closing twice is harmless."""


@dataclass(frozen=True, slots=True)
class LiveSource:
    """What a user wants to be listened to."""

    name: str
    """What it is called in events."""
    place: str
    """A path, an address, or `-`; with its secrets."""

    @classmethod
    def parse(cls, text: str) -> LiveSource:
        """Read `PLACE` or `NAME=PLACE`.

        A path with `=` in it needs a name; without one, a place is called what it is, without its
        secrets.
        """
        name, equals, place = text.partition("=")
        if equals and name and place and not is_url(text) and not Path(text).exists():
            return cls(name, place)
        return cls("standard input" if text == STANDARD_INPUT else redacted(text), text)

    @property
    def is_live(self) -> bool:
        """Whether it comes at its own pace, so that the clock on the wall tells when it sounds."""
        return is_url(self.place) or self.place == STANDARD_INPUT or _is_fifo(self.place)

    def began_at(self, duration_s: float | None) -> float:
        """Return the POSIX time at which the sound began of what was just opened.

        What is live begins now. A recording was over, as far as can be known, when its file was
        changed last: so whatever wrote it is dated rightly, today and tomorrow alike, and nothing
        is dated ahead of the clock.

        Args:
            duration_s: how long a recording says it is, if it does.
        """
        now = time.time()
        if self.is_live:
            return now
        try:
            over = min(now, Path(self.place).stat().st_mtime)
        except OSError:
            over = now
        return max(0.0, over - (duration_s or 0.0))

    @property
    def comes_again(self) -> bool:
        """Whether it may be there again after its end."""
        return is_url(self.place) or _is_fifo(self.place)


@dataclass(slots=True)
class Feed:
    """An open source."""

    name: str
    stream: ByteStream
    """Gives the bytes of the sound as they come."""
    connection: Connection
    is_fragmented: bool = False
    """Whether it is MP4 in fragments, which are played as they come."""
    is_recording: bool = False
    """Whether it has an end already, and would be the same once more."""

    def shut(self) -> None:
        """End it, from any thread."""
        self.connection.shut()

    def close(self) -> None:
        """Let go of it; closing twice is harmless."""
        self.connection.close()


class Opener:
    """Opens sources; what is fetched goes through one client."""

    def __init__(self, client: Client, *, ffmpeg_urls: bool = False) -> None:
        """Use a client; see `foreign` for what it means that FFmpeg may open addresses itself."""
        self._client = client
        self._ffmpeg_urls = ffmpeg_urls

    def foreign(self, source: LiveSource) -> Address | None:
        """Return the address of a source that FFmpeg is to open itself; None for all others.

        Raises:
            SourceError: it is one, but may not be opened.
        """
        if not self._ffmpeg_urls or source.place.partition("://")[0].lower() not in PORTS:
            return None
        return foreign_address(source.place, self._client.policy, self._client.limits.stall_s)

    def open(self, source: LiveSource, on_title: Callable[[str], object]) -> Feed:
        """Open a source.

        Args:
            source: what to open.
            on_title: called with what the server says that it plays.

        Raises:
            SourceError: it cannot be opened.
        """
        place = source.place
        if not is_url(place):
            return _opened_file(source)
        scheme = place.partition("://")[0].lower()
        if scheme in SCHEMES:
            datagrams = DatagramStream(place, self._client.limits.stall_s)
            return Feed(source.name, datagrams, datagrams)
        if scheme not in WEB_PORTS:
            raise UnsupportedSourceError(redacted(place), _help(scheme))
        return self._opened_web(source, on_title)

    def _opened_web(self, source: LiveSource, on_title: Callable[[str], object]) -> Feed:
        url = source.place
        for _ in range(PLAYLISTS):
            response = self._client.open(url, HEADER)
            head = _head_of(response)
            if not is_playlist(head, response.headers.get("content-type", "")):
                _refuse_recording(response)
                return _titled(source, _Prefixed(head, response), response, on_title)
            with closing(response):
                data = head + self._client.rest(response, self._client.limits.text_bytes)
            lines = lines_of(data)
            if is_hls(lines):
                segments = SegmentStream(self._client, response.url, lines)
                kinds = (segments.is_fragmented, segments.is_recording)
                return Feed(source.name, segments, segments, *kinds)
            url = first_entry(lines, response.url, response.name)
        raise UnsupportedSourceError(redacted(url), "its playlists lead to one another")


def _refuse_recording(response: Response) -> None:
    """Refuse a file on a server: it comes as fast as it can, and again and again.

    Raises:
        UnsupportedSourceError: it has a length, and is a file by what the server tells of it.
    """
    headers = response.headers
    is_file = "last-modified" in headers or headers.get("accept-ranges", "").lower() == "bytes"
    if is_file and "content-length" in headers:
        response.close()
        cause = "it is no stream but a recording; fetch it, and let `earmark scan` look through it"
        raise UnsupportedSourceError(response.name, cause)


def _help(scheme: str) -> str:
    """Say what helps with a scheme that Earmark does not speak itself."""
    other = "--ffmpeg-urls lets FFmpeg open it, or " if scheme in PORTS else ""
    return f"{scheme} is not spoken; {other}pipe it in: ffmpeg -i ADDRESS -f wav - | earmark …"


def _titled(
    source: LiveSource, stream: ByteStream, response: Response, on_title: Callable[[str], object]
) -> Feed:
    interval = interval_of(response.headers.get("icy-metaint"))
    if interval is not None:
        stream = TitledStream(stream, interval, on_title)
    head = _head_of(stream)
    return Feed(source.name, _Prefixed(head[first_frame(head) :], stream), response)


def _head_of(response: ByteStream) -> bytes:
    """Read the beginning of a stream."""
    head = b""
    while len(head) < HEAD_BYTES and (part := response.read(HEAD_BYTES - len(head))):
        head += part
    return head


class _Prefixed:
    """A stream of which some was read already."""

    def __init__(self, head: bytes, stream: ByteStream) -> None:
        self._head = head
        self._stream = stream

    def read(self, size: int) -> bytes:
        if self._head:
            data, self._head = self._head[:size], self._head[size:]
            return data
        return self._stream.read(size) or b""


class _File:
    """A file, a named pipe or standard input."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        self._file = file
        self._name = name
        self._is_shut = False

    def read(self, size: int) -> bytes:
        if self._is_shut:
            return b""
        try:
            return os.read(self._file.fileno(), size)
        except OSError as error:
            raise SourceUnavailableError(
                self._name, f"it cannot be read: {_said(error)}"
            ) from error

    def shut(self) -> None:
        self._is_shut = True

    def close(self) -> None:
        self._is_shut = True
        if self._file is not sys.stdin.buffer:
            self._file.close()


def _opened_file(source: LiveSource) -> Feed:
    if source.place == STANDARD_INPUT:
        standard = _File(sys.stdin.buffer, source.name)
        return Feed(source.name, standard, standard)
    path = Path(source.place)
    try:
        mode = path.stat().st_mode
        if not (stat.S_ISREG(mode) or stat.S_ISFIFO(mode)):
            cause = "it is a folder" if stat.S_ISDIR(mode) else "it is no file and no named pipe"
            raise UnsupportedSourceError(source.name, cause)
        file = path.open("rb")
    except (OSError, ValueError) as error:
        raise SourceUnavailableError(source.name, f"it cannot be opened: {_said(error)}") from error
    pipe = _File(file, source.name)
    return Feed(source.name, file if stat.S_ISREG(mode) else pipe, pipe)


def _said(error: OSError | ValueError) -> str:
    """Return what the system says, as part of a sentence."""
    return (getattr(error, "strerror", None) or str(error)).lower()


def _is_fifo(place: str) -> bool:
    try:
        return stat.S_ISFIFO(Path(place).stat().st_mode)
    except (OSError, ValueError):
        return False
