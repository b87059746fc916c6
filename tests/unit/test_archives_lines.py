"""Tests of earmark.archives.lines."""

from __future__ import annotations

import base64
import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earmark.archives.base import Damage, Kind, Record
from earmark.archives.lines import MOST_LINE_BYTES, read, version_of, written

RECORDS = (
    Record(Kind.MANIFEST, "", {"tracks": 1}),
    Record(Kind.TRACK, "first", {"title": "Ä", "path": "\udcff"}, b"\0\1" * 50),
    Record(Kind.MEDIA, "x.opus", {"part": 0}, b"sound"),
)
TEXT = b"".join(written(RECORDS))


def read_all(data: bytes) -> list[Record | Damage]:
    """Read an archive."""
    return list(read(io.BytesIO(data)))


def test_records_come_back() -> None:
    """As they were, and an end that has counted them."""
    *found, end = read_all(TEXT)
    assert tuple(found) == RECORDS
    assert isinstance(end, Record)
    assert (end.kind, end.values["track"]) == (Kind.END, 1)


def test_any_program_can_read_it() -> None:
    """Lines of ASCII, one JSON object each, data in base64."""
    objects = [json.loads(line) for line in TEXT.decode("ascii").splitlines()]
    assert [one["kind"] for one in objects] == ["manifest", "track", "media", "end"]
    assert base64.b64decode(objects[2]["data"]) == b"sound"


def test_the_start_has_the_version() -> None:
    """What begins otherwise is another file."""
    assert version_of(TEXT[:64]) == 1
    assert version_of(TEXT[:64].replace(b'"version":1', b'"version":12')) == 12
    assert version_of(b'{"kind":"track"}') is version_of(b"") is None


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        (b"{}", "is not a valid Kind"),
        (b"[]", "no object"),
        (b'{"kind":7}', "kind is no text"),
        (b'{"kind":"track","data":"*"}', "base64"),
        (b'{"kind":"track","x":NaN}', "no number"),
        (b'{"kind":"track","x":1e999}', "no number"),
        (b"[" * 100_000, "too deeply"),
        (b'{"x":[' + b"0," * 300_000 + b"0]}", "more values"),
        (b"\xff\xfe", "utf-8"),
        (b"x" * MOST_LINE_BYTES, "longer than a line may be"),
    ],
)
def test_a_senseless_line_costs_itself_only(line: bytes, cause: str) -> None:
    """It is named by its number; the lines around it are records."""
    first, *rest = TEXT.splitlines(keepends=True)
    manifest, damage, *found = read_all(b"".join([first, line, b"\n", *rest]))
    assert isinstance(damage, Damage)
    assert damage.place == "line 2"
    assert cause in damage.cause
    assert (manifest, *found[:2]) == RECORDS


@pytest.mark.parametrize("size", range(1, len(TEXT), 9))
def test_a_cut_archive_is_truncated(size: int) -> None:
    """Its last item says so, and what is before it is whole."""
    *found, last = read_all(TEXT[:size])
    assert isinstance(last, Damage)
    assert last.truncated
    assert tuple(found) == RECORDS[: len(found)]


def test_a_changed_value_is_noticed() -> None:
    """The lines do not agree with the end then."""
    assert isinstance(read_all(TEXT.replace(b'"tracks":1', b'"tracks":2'))[-1], Damage)


@given(st.binary(max_size=100), st.integers(0, 1000), st.integers(0, 100))
@settings(max_examples=200, deadline=None)
def test_no_bytes_raise(noise: bytes, at: int, gone: int) -> None:
    """Whatever is put in the place of whatever, there are records and damage, and no exception."""
    at %= len(TEXT)
    found = read_all(TEXT[:at] + noise + TEXT[at + gone :])
    assert all(isinstance(one, Record | Damage) for one in found)
