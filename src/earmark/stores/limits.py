"""What every backend can hold: all of them refuse the same, whatever lies beneath."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator

from earmark.errors import UsageError
from earmark.types import Track

LARGEST = (1 << 63) - 1
"""Integers have 64 bits, one of them the sign."""

_PLAIN_SUFFIX = re.compile(r"(\.[A-Za-z0-9]{1,16})+")


def require_storable(track: Track) -> None:
    """Refuse a track that a catalogue cannot hold.

    Raises:
        UsageError: a text has NUL or half a surrogate pair in it, or an integer is beyond 64 bits.
    """
    for name, text in _texts(track):
        if text is not None and not is_storable_text(text):
            message = f"the {name} {text!r} is no text: it has NUL or half a surrogate pair in it"
            raise UsageError(message)
    for name, number in _integers(track):
        if number is not None and not -LARGEST - 1 <= number <= LARGEST:
            message = f"the {name} {number} is beyond 64 bits"
            raise UsageError(message)


def is_storable_text(text: str) -> bool:
    """Tell whether every database can hold this text."""
    if "\0" in text:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def media_name(suffix: str) -> str:
    """Return a new name for a media file; a suffix that is not plain is left out."""
    return uuid.uuid4().hex + (suffix if _PLAIN_SUFFIX.fullmatch(suffix) else "")


def _texts(track: Track) -> Iterator[tuple[str, str | None]]:
    yield "id", track.id  # metadata has whole characters only
    yield "time of adding", track.added_at
    yield "media file", track.media_file


def _integers(track: Track) -> Iterator[tuple[str, int | None]]:
    yield "year", track.metadata.year
    yield "size in bytes", track.source.size_bytes
    yield "time of modification", track.source.modified_ns
    yield "count of peaks", track.peaks
    yield "count of corrupt packets", track.corrupt_packets
