"""Tests of earmark.archives.binary."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zlib
from collections.abc import Iterator

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from earmark.archives.base import MOST_DATA_BYTES, Damage, Kind, Record
from earmark.archives.binary import MARK, read, version_of, written

RECORDS = (
    Record(Kind.MANIFEST, "", {"tracks": 2}),
    Record(Kind.TRACK, "first", {"title": "Ä"}, b"\0\1" * 500),
    Record(Kind.MEDIA, "x.opus", {"part": 0}, MARK * 50),
    Record(Kind.TRACK, "second", {}, bytes(range(256))),
)


def archive(*records: Record) -> bytes:
    """Return the bytes of an archive."""
    return b"".join(written(records or RECORDS))


def read_all(data: bytes) -> list[Record | Damage]:
    """Read an archive, byte by byte if need be."""
    return list(read(io.BytesIO(data)))


def forged(
    body: bytes, unpacked: int, *, stored: int | None = None, crc: int | None = None
) -> bytes:
    """Return a record whose header is right about itself, and says what it is told."""
    length = len(body) if stored is None else stored
    head = struct.pack("<4sccHIII", MARK, b"T", b"\1", 0, length, unpacked, zlib.crc32(body))
    return (
        head
        + struct.pack("<I", zlib.crc32(b"x", zlib.crc32(head)) if crc is None else crc)
        + b"x"
        + body
    )


def test_records_come_back() -> None:
    """As they were, and an end that has counted them."""
    *found, end = read_all(archive())
    assert tuple(found) == RECORDS
    assert isinstance(end, Record)
    assert (end.kind, end.values["track"], end.values["media"]) == (Kind.END, 2, 1)


def test_the_start_has_the_version() -> None:
    """What begins otherwise is another file."""
    assert version_of(archive()[:16]) == 1
    assert version_of(b"EarmarkArchive\x07\0") == 7
    assert version_of(b"EarmarkArchiv") is version_of(b"something else at all") is None


@pytest.mark.parametrize("at", range(0, len(archive()) - 16, 7))
def test_every_flipped_byte_is_found(at: int) -> None:
    """Wherever it is behind the start, there is damage, and no record is another than it was."""
    data = bytearray(archive())
    data[16 + at] ^= 0x10
    found = read_all(bytes(data))
    assert any(isinstance(one, Damage) for one in found)
    assert {one.name for one in found if isinstance(one, Record) and one not in RECORDS} <= {""}


def test_a_damaged_body_costs_one_record() -> None:
    """It is named by its header; all others are there."""
    data = bytearray(archive())
    data[data.index(b"first") + 20] ^= 1
    *found, end = read_all(bytes(data))
    assert [one.name for one in found] == ["", "first", "x.opus", "second"]
    assert [isinstance(one, Damage) for one in found] == [False, True, False, False]
    assert isinstance(end, Record)


def test_a_damaged_header_costs_one_record() -> None:
    """The next mark is looked for; one within sound, without a header's checksum, is none."""
    data = bytearray(archive())
    data[data.index(b"x.opus") - 20] ^= 1
    *found, end = read_all(bytes(data))
    assert [one.name for one in found] == ["", "first", "", "second"]
    assert isinstance(end, Record)


def test_missing_records_are_noticed() -> None:
    """An archive from which a whole record was cut does not agree with its end."""
    data = archive()
    begin, end = data.index(b"first") - 24, data.index(b"x.opus") - 24
    last = read_all(data[:begin] + data[end:])[-1]
    assert last == Damage("the end", "", "it does not agree with the records before it")


@pytest.mark.parametrize("size", range(16, len(archive()), 11))
def test_a_cut_archive_is_truncated(size: int) -> None:
    """Its last item says so, and what is before it is whole."""
    *found, last = read_all(archive()[:size])
    assert isinstance(last, Damage)
    assert last.truncated
    assert tuple(found) == RECORDS[: len(found)]


def test_what_follows_the_end_is_damage() -> None:
    """Two archives, one behind the other, are none."""
    assert read_all(archive() + b"\0")[-1].name == ""
    assert isinstance(read_all(archive() + b"\0")[-1], Damage)


def bombs() -> Iterator[bytes]:
    """Records that would take gigabytes if they were believed."""
    packer = zstandard.ZstdCompressor(1).compressobj(size=1 << 30)
    zeros = b"".join(packer.compress(bytes(1 << 20)) for _ in range(1 << 10)) + packer.flush()
    yield forged(zeros, 1 << 30)
    yield forged(zeros, 1000)
    yield forged(b"", 0, stored=0xFFFFFFFF)
    yield forged(b"\x28\xb5\x2f\xfd\xe0" + b"\xff" * 7 + b"\x7f", 1000)
    yield forged(zstandard.ZstdCompressor().compress(struct.pack("<I", 0xFFFFFFFF)), 4)
    yield forged(zstandard.ZstdCompressor().compress(b"[" * 900_000), 900_000)


def test_lies_about_sizes_cost_no_memory() -> None:
    """What is told is held to the limits before anything is made for it."""
    for bomb in bombs():
        data = archive()[:16] + bomb + archive()[16:]
        tracemalloc.start()
        found = read_all(data)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert isinstance(found[0], Damage)
        assert peak < 2 * MOST_DATA_BYTES


@given(st.binary(max_size=300), st.integers(0, 5000), st.integers(0, 300))
@settings(max_examples=200, deadline=None)
def test_no_bytes_raise(noise: bytes, at: int, gone: int) -> None:
    """Whatever is put in the place of whatever, there are records and damage, and no exception."""
    data = archive()
    at %= len(data)
    found = read_all(data[:at] + noise + data[at + gone :])
    assert all(isinstance(one, Record | Damage) for one in found)


def test_what_no_archive_holds_is_refused() -> None:
    """Names, values and data have limits."""
    for record in (
        Record(Kind.TRACK, "x" * 256, {}),
        Record(Kind.TRACK, "x", {"title": "x" * (1 << 20)}),
        Record(Kind.TRACK, "x", {}, bytes(MOST_DATA_BYTES + 1)),
    ):
        with pytest.raises(ValueError, match="more than"):
            archive(record)
