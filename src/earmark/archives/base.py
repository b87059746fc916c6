"""What an archive is made of, whatever its form: records, one after the other.

An archive begins with its manifest and ends with a record that proves it complete. Between them
stand the tracks, each followed by the pieces of its sound if it travels, and behind these the
plays. A reader gives records as they come and, where one is damaged, a `Damage` in its place: what
is whole can be used, whatever lies before or behind it.

The limits below keep a hostile archive from taking more memory than they say.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

FORMAT = 1
"""Version of both forms; raised when an older Earmark would misread what a newer one writes."""

MOST_VALUES_BYTES = 1 << 20
"""Of the JSON of a record: a track's metadata takes about 600."""

MOST_DATA_BYTES = 32 << 20
"""Of the bytes of a record: a packed constellation of 150 hours."""

PIECE_BYTES = 1 << 20
"""Sound travels in pieces of so many bytes; the last may be shorter."""

MOST_NAME_BYTES = 255


class Kind(StrEnum):
    """What a record is."""

    MANIFEST = "manifest"
    TRACK = "track"
    MEDIA = "media"
    PLAY = "play"
    END = "end"


class Form(StrEnum):
    """How an archive is written."""

    BINARY = "binary"
    """Compact: zstandard-compressed records, each with its checksum."""
    JSONL = "jsonl"
    """Readable: a line of JSON for each record."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record of an archive."""

    kind: Kind
    name: str
    """The id of a track or play, the name of a media file; empty otherwise."""
    values: Mapping[str, Any]
    data: bytes = b""
    """The packed constellation of a track, or a piece of a media file."""


@dataclass(frozen=True, slots=True)
class Damage:
    """What stands where a record cannot be read."""

    place: str
    """Such as `record 17` or `line 17`."""
    name: str
    """The name of the record; empty if that is lost, too."""
    cause: str
    truncated: bool = False
    """Whether the archive ends here, before its end."""


@dataclass(slots=True)
class Tally:
    """What proves an archive complete: its records by kind, and the digest of all their bytes."""

    counts: Counter[Kind] = field(default_factory=Counter)
    sha256: Any = field(default_factory=hashlib.sha256)

    def end(self) -> Record:
        """Return the last record of what was counted so far."""
        counts = {kind.value: self.counts[kind] for kind in Kind if kind is not Kind.END}
        return Record(Kind.END, "", {**counts, "sha256": self.sha256.hexdigest()})


def dumped(values: Mapping[str, Any]) -> bytes:
    """Write values as compact JSON in ASCII.

    Raises:
        ValueError: they are longer than a record may be.
    """
    text = json.dumps(values, ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode()
    if len(text) > MOST_VALUES_BYTES:
        message = f"its metadata takes {len(text):,} bytes, more than {MOST_VALUES_BYTES:,}"
        raise ValueError(message)
    return text


def loaded(text: bytes) -> dict[str, Any]:
    """Undo `dumped`.

    Raises:
        ValueError: it is no JSON object of finite numbers, or nested too deeply.
    """
    try:
        values = json.loads(text.decode(), parse_constant=_refuse, parse_float=_finite)
    except RecursionError:
        message = "its JSON is nested too deeply"
        raise ValueError(message) from None
    if not isinstance(values, dict):
        message = "its JSON is no object"
        raise ValueError(message)  # noqa: TRY004 - what a damaged archive says, no caller's mistake
    return values


def require_fit(record: Record) -> None:
    """Refuse a record that no archive holds.

    Raises:
        ValueError: its name, its values or its data are too long.
    """
    dumped(record.values)
    if len(record.name.encode()) > MOST_NAME_BYTES:
        message = f"its name takes more than {MOST_NAME_BYTES} bytes"
        raise ValueError(message)
    if len(record.data) > MOST_DATA_BYTES:
        message = f"its sound takes {len(record.data):,} bytes, more than {MOST_DATA_BYTES:,}"
        raise ValueError(message)


def _refuse(name: str) -> float:
    message = f"{name} is no number of JSON"
    raise ValueError(message)


def _finite(text: str) -> float:
    value = float(text)
    return value if math.isfinite(value) else _refuse(text)
