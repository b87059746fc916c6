"""The readable form of an archive: a line of JSON for each record, as other programs read it.

Every line is one object in ASCII, with its `kind` first: `manifest`, `track`, `media`, `play` or
`end`. A record's values stand beside it, its data as base64 under `data`: a track's packed
constellation (`packing.py`), or a piece of sound. The manifest says `"archive": "earmark"` and its
`version`. The last line has the number of lines of each kind, and the SHA-256 of all bytes before.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from earmark.archives.base import (
    FORMAT,
    MOST_DATA_BYTES,
    MOST_VALUES_BYTES,
    Damage,
    Kind,
    Record,
    Tally,
    dumped,
    loaded,
    require_fit,
)

MOST_LINE_BYTES = MOST_VALUES_BYTES + MOST_DATA_BYTES * 4 // 3 + 4096

_MOST_MARKS = MOST_VALUES_BYTES // 4
"""Commas, brackets and braces of a line: a line of nothing else would become many objects. Base64
has none."""

_START = b'{"kind":"manifest","archive":"earmark","version":'
_DATA = b',"data":"'


def written(records: Iterable[Record]) -> Iterator[bytes]:
    """Yield the lines of an archive with these records; its end is added.

    Raises:
        ValueError: a record is larger than an archive holds.
    """
    tally = Tally()
    for record in records:
        line = _line(record)
        tally.counts[record.kind] += 1
        tally.sha256.update(line)
        yield line
    yield _line(tally.end())


def version_of(start: bytes) -> int | None:
    """Return the version of an archive that begins so; none if it has not this form."""
    digits, comma, _ = start.removeprefix(_START).partition(b",")
    if not start.startswith(_START) or not comma or not digits.isdigit():
        return None
    return int(digits)


def read(stream: BinaryIO) -> Iterator[Record | Damage]:
    """Yield the records of an archive, its end included, and `Damage` for a line that is none.

    Raises:
        OSError: the stream cannot be read.
    """
    tally = Tally()
    number, whole = 0, True
    for line in _lines(stream, tally):
        number += 1
        proof = tally.end()
        found = _record(line, number)
        if isinstance(found, Record) and found.kind is Kind.END:
            if whole and found != proof:
                found = Damage("the end", "", "it does not agree with the lines before it")
            yield found
            if stream.read(1):
                yield Damage(f"line {number + 1}", "", "something follows the end")
            return
        if isinstance(found, Damage):
            whole = False
            if found.truncated:
                yield found
                return
        else:
            tally.counts[found.kind] += 1
        tally.sha256.update(line)
        yield found
    yield Damage(f"line {number}", "", "the archive ends there, too early", truncated=True)


def _lines(stream: BinaryIO, tally: Tally) -> Iterator[bytes]:
    """Yield the lines; of one that is too long its beginning, without its end."""
    while line := stream.readline(MOST_LINE_BYTES):
        yield line
        rest = line
        while len(rest) == MOST_LINE_BYTES and not rest.endswith(b"\n"):
            rest = stream.readline(MOST_LINE_BYTES)
            tally.sha256.update(rest)


def _line(record: Record) -> bytes:
    require_fit(record)
    head: dict[str, Any] = {"kind": record.kind.value}
    if record.kind is Kind.MANIFEST:
        head |= {"archive": "earmark", "version": FORMAT}
    elif record.name:
        head["name"] = record.name
    text = dumped({**head, **record.values})
    if record.data:
        text = text[:-1] + _DATA + base64.b64encode(record.data) + b'"}'
    return text + b"\n"


def _record(line: bytes, number: int) -> Record | Damage:
    place = f"line {number}"
    if not line.endswith(b"\n"):
        if len(line) == MOST_LINE_BYTES:
            return Damage(place, "", "it is longer than a line may be")
        return Damage(place, "", "the archive ends there, too early", truncated=True)
    name = ""
    try:
        values = _loaded(line)
        name = _text(values, "name")
        data = base64.b64decode(_text(values, "data"), validate=True)
        kind = Kind(_text(values, "kind"))
    except (ValueError, binascii.Error) as error:
        return Damage(place, name, str(error))
    for key in ("kind", "name", "data", "archive"):
        values.pop(key, None)
    if kind is Kind.MANIFEST:
        values.pop("version", None)
    return Record(kind, name, values, data)


def _loaded(line: bytes) -> dict[str, Any]:
    if sum(map(line.count, (b",", b"[", b"{"))) > _MOST_MARKS:
        message = "it has more values than a line may have"
        raise ValueError(message)
    return loaded(line)


def _text(values: dict[str, Any], key: str) -> str:
    value = values.get(key, "")
    if not isinstance(value, str):
        message = f"its {key} is no text"
        raise ValueError(message)  # noqa: TRY004 - what a damaged archive says
    return value
