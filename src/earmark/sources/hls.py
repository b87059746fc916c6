"""HLS: the segments of a stream, fetched one after the other, as one stream of bytes."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from earmark.errors import SourceUnavailableError, UnsupportedSourceError
from earmark.sources.playlists import (
    MediaPlaylist,
    Segment,
    is_hls,
    lines_of,
    media_playlist,
    variant_of,
)
from earmark.sources.urls import redacted

if TYPE_CHECKING:
    from earmark.sources.client import Client

BEHIND_SEGMENTS = 2
"""A live stream is begun so many segments before its newest."""

STALLED_TARGETS = 4
"""Without a new segment for so many times the longest, a stream has broken off."""

MASTERS = 3
"""Master playlists that may lead to one another."""


class SegmentStream:
    """The bytes of an HLS stream."""

    def __init__(self, client: Client, url: str, lines: list[str]) -> None:
        """Begin with the playlist that was found at an address.

        Raises:
            SourceError: it leads to nothing that can be played.
        """
        self._client = client
        self._closed = threading.Event()
        self._left = b""
        self._url, lines = self._media(url, lines)
        self._name = redacted(self._url)
        self._playlist = media_playlist(lines, self._url, self._name)
        self._next = self._beginning(self._playlist)
        self.is_recording = self._playlist.is_over
        """Whether all of it was there from the beginning."""
        heads = {segment.head_url for segment in self._playlist.segments}
        self.is_fragmented = heads not in ({None}, set())
        """Whether it is MP4 in fragments."""
        self._head_url: str | None = None

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes; none at the end.

        Raises:
            SourceError: a playlist or a segment cannot be had.
        """
        if not self._left:
            self._left = self._segment()
        data, self._left = self._left[:size], self._left[size:]
        return data

    def shut(self) -> None:
        """End the stream, from any thread."""
        self._closed.set()

    def close(self) -> None:
        """End the stream; closing twice is harmless."""
        self._closed.set()

    def _media(self, url: str, lines: list[str]) -> tuple[str, list[str]]:
        """Go from master playlists to the media playlist; return its address and lines."""
        for _ in range(MASTERS):
            variant = variant_of(lines, url)
            if variant is None:
                return url, lines
            url, lines = variant, self._lines(variant)
        raise UnsupportedSourceError(redacted(url), "its playlists lead to one another")

    def _lines(self, url: str) -> list[str]:
        lines = lines_of(self._client.fetch(url, self._client.limits.text_bytes))
        if not is_hls(lines):
            raise SourceUnavailableError(redacted(url), "there is no HLS playlist at the moment")
        return lines

    @staticmethod
    def _beginning(playlist: MediaPlaylist) -> int:
        numbers = [segment.number for segment in playlist.segments]
        if playlist.is_over or not numbers:
            return numbers[0] if numbers else 0
        return max(numbers[0], numbers[-1] + 1 - BEHIND_SEGMENTS)

    def _segment(self) -> bytes:
        """Return the next segment that is not empty, as soon as it is there; nothing at the end."""
        waited_s = 0.0
        while not self._closed.is_set():
            there = [one for one in self._playlist.segments if one.number >= self._next]
            if there:
                self._next = there[0].number + 1
                if self._is_another_format(there[0]):
                    break
                data = self._fetched(there[0])
                if data:
                    return data
                continue
            if self._playlist.is_over:
                break
            pause_s = self._playlist.target_s / 2
            waited_s += pause_s
            if waited_s > STALLED_TARGETS * self._playlist.target_s:
                raise SourceUnavailableError(self._name, "it has no new segments")
            self._closed.wait(pause_s)
            self._renew()
        return b""

    def _is_another_format(self, segment: Segment) -> bool:
        """Whether this does not go on what was read: then the stream has to be opened anew."""
        return self._head_url is not None and segment.head_url != self._head_url

    def _fetched(self, segment: Segment) -> bytes:
        """Return a segment, the first fragment of MP4 with its head."""
        most = self._client.limits.segment_bytes
        data = self._client.fetch(segment.url, most)
        if segment.head_url is not None and self._head_url is None:
            self._head_url = segment.head_url
            data = self._client.fetch(segment.head_url, most) + data
        return data

    def _renew(self) -> None:
        """Ask for the playlist again; one that was begun anew is begun anew here, too."""
        self._playlist = media_playlist(self._lines(self._url), self._url, self._name)
        numbers = [segment.number for segment in self._playlist.segments]
        if numbers and numbers[-1] + 1 < self._next:
            self._next = self._beginning(self._playlist)
