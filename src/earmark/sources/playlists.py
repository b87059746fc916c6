"""Playlists: the simple ones that name a stream (M3U, PLS), and those of HLS (RFC 8216)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urljoin

from earmark.errors import UnsupportedSourceError

HLS_HEAD = b"#EXTM3U"
MOST_LINES = 20_000

ENOUGH_BPS = 48_000
"""Of several variants the smallest with at least so many bits per second is listened to."""

_MARK = re.compile(r"#EXT-X-[A-Z-]+")
_ATTRIBUTE = re.compile(r'([A-Z0-9-]+)=("[^"]*"|[^,]*)')
_PLS_FILE = re.compile(r"^\s*file\d*\s*=\s*(\S+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a stream."""

    number: int
    """Rises from piece to piece."""
    url: str
    duration_s: float
    head_url: str | None = None
    """Of a fragment of MP4: what has to come before the first."""


@dataclass(frozen=True, slots=True)
class MediaPlaylist:
    """The pieces of a stream that there are at the moment."""

    segments: tuple[Segment, ...]
    target_s: float
    """No piece is longer."""
    is_over: bool
    """No more will come."""


def is_playlist(head: bytes, content_type: str) -> bool:
    """Whether what begins like this, or says that it is of this type, is a playlist."""
    kind = content_type.partition(";")[0].strip().lower()
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return text.startswith((b"#extm3u", b"[playlist]")) or (
        kind.endswith(("mpegurl", "scpls", "pls+xml")) and text.startswith((b"http", b"#"))
    )


def lines_of(data: bytes) -> list[str]:
    """Return the lines of a playlist that are not empty."""
    text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
    return [line.strip() for line in text.splitlines()[:MOST_LINES] if line.strip()]


def is_hls(lines: list[str]) -> bool:
    """Whether these are the lines of an HLS playlist."""
    return any(line.startswith("#EXT-X-") for line in lines)


def first_entry(lines: list[str], base: str, name: str) -> str:
    """Return the address of the first stream that a simple playlist names.

    Raises:
        UnsupportedSourceError: it names none.
    """
    for line in lines:
        found = _PLS_FILE.match(line)
        if found:
            return urljoin(base, str(found[1]))
        if not line.startswith(("#", "[")) and "=" not in line.partition("://")[0]:
            return urljoin(base, line)
    raise UnsupportedSourceError(name, "it is a playlist that names no stream")


def variant_of(lines: list[str], base: str) -> str | None:
    """Return the address of the stream to listen to if this is a master playlist, else None.

    Sound by itself goes before sound with pictures; then the smallest that is good enough.
    """
    alone, variants = [], []
    for line, after in zip(lines, [*lines[1:], ""]):
        attributes = _attributes(line)
        if line.startswith("#EXT-X-MEDIA:") and attributes.get("TYPE") == "AUDIO":
            alone += [urljoin(base, attributes["URI"])] if "URI" in attributes else []
        if line.startswith("#EXT-X-STREAM-INF:") and after and not after.startswith("#"):
            variants.append((_whole(attributes.get("BANDWIDTH")), urljoin(base, after)))
    if alone:
        return alone[0]
    if not variants:
        return None
    good = [one for one in variants if one[0] >= ENOUGH_BPS]
    return min(good)[1] if good else max(variants)[1]


def media_playlist(lines: list[str], base: str, name: str) -> MediaPlaylist:
    """Read a media playlist.

    Raises:
        UnsupportedSourceError: it is encrypted, or in ranges of bytes.
    """
    number, target_s, duration_s, is_over = 0, 10.0, 0.0, False
    head_url: str | None = None
    segments: list[Segment] = []
    for line in lines:
        _refuse_what_is_not_read(line, name)
        value = line.partition(":")[2]
        if line.startswith("#EXT-X-MEDIA-SEQUENCE:"):
            number = _whole(value)
        elif line.startswith("#EXT-X-TARGETDURATION:"):
            target_s = min(max(_number(value, target_s), 0.5), 60.0)
        elif line.startswith("#EXTINF:"):
            duration_s = _number(value.partition(",")[0], 0.0)
        elif line.startswith("#EXT-X-MAP:"):
            head_url = urljoin(base, _attributes(line).get("URI", ""))
        elif line == "#EXT-X-ENDLIST":
            is_over = True
        elif not line.startswith("#"):
            place = number + len(segments)
            segments.append(Segment(place, urljoin(base, line), duration_s, head_url))
    return MediaPlaylist(tuple(segments), target_s, is_over)


def _refuse_what_is_not_read(line: str, name: str) -> None:
    mark = _MARK.match(line)
    tag = mark[0] if mark else ""
    if tag == "#EXT-X-KEY" and _attributes(line).get("METHOD") != "NONE":
        raise UnsupportedSourceError(name, "its segments are encrypted")
    if tag == "#EXT-X-BYTERANGE" or (tag == "#EXT-X-MAP" and "BYTERANGE" in _attributes(line)):
        raise UnsupportedSourceError(name, "its segments are parts of one file")


def _attributes(line: str) -> dict[str, str]:
    return {key: value.strip('"') for key, value in _ATTRIBUTE.findall(line.partition(":")[2])}


def _whole(text: str | None) -> int:
    digits = (text or "").strip()[:18]
    return int(digits) if digits.isdecimal() else 0


def _number(text: str, default: float) -> float:
    try:
        value = float(text)
    except ValueError:
        return default
    return value if 0 <= value < 1e6 else default  # noqa: PLR2004 - no piece lasts for weeks
