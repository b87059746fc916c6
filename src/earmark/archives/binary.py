"""The compact form of an archive: zstandard-compressed records with checksums.

The file begins with 16 bytes, all numbers being little-endian:

    offset  bytes  field
         0     14  `EarmarkArchive`
        14      2  version, 1

Records follow, each with a header of its own:

    offset  bytes  field
         0      4  mark, AB 45 6D 52
         4      1  kind: M manifest, T track, S piece of sound, P play, E end
         5      1  length of the name in bytes, n
         6      2  zero
         8      4  length of the body as it is stored
        12      4  length of the body unpacked
        16      4  CRC-32 of the body as it is stored
        20      4  CRC-32 of the bytes before this field and of the name
        24      n  name, UTF-8: of a track or play its id, of a piece of sound its media file
      24+n         the body: one zstandard frame that tells its unpacked length

Unpacked, a body is

         0      4  length of the JSON, j
         4      j  the record's values, JSON in UTF-8
       4+j         the record's data: a packed constellation (`packing.py`), a piece of sound

The record E has the number of records of each kind, and the SHA-256 of all bytes of the file before
it. Nothing follows. A reader that finds no record where one should begin looks for the next mark
whose header has its checksum.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

import zstandard

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

MAGIC = b"EarmarkArchive"
START = struct.Struct("<14sH")
MARK = b"\xabEmR"

_HEADER = struct.Struct("<4sccHIIII")
_NAME_LENGTH_AT = 5
_CHECKED_BYTES = _HEADER.size - 4
_JSON_LENGTH = struct.Struct("<I")
_LETTERS = {
    Kind.MANIFEST: b"M",
    Kind.TRACK: b"T",
    Kind.MEDIA: b"S",
    Kind.PLAY: b"P",
    Kind.END: b"E",
}
_KINDS = {letter: kind for kind, letter in _LETTERS.items()}

_MOST_BODY_BYTES = _JSON_LENGTH.size + MOST_VALUES_BYTES + MOST_DATA_BYTES
_MOST_STORED_BYTES = _MOST_BODY_BYTES + _MOST_BODY_BYTES // 128 + 1024
"""What cannot be compressed grows a little."""

_LEVEL = 3
_READ_BYTES = 1 << 18


@dataclass(frozen=True, slots=True)
class _Header:
    kind: Kind
    name: str
    stored: int
    unpacked: int
    crc32: int
    size: int
    """Bytes of the header with the name."""


def written(records: Iterable[Record]) -> Iterator[bytes]:
    """Yield the bytes of an archive with these records; its end is added.

    Raises:
        ValueError: a record is larger than an archive holds.
    """
    tally = Tally()
    compressor = zstandard.ZstdCompressor(level=_LEVEL)
    start = START.pack(MAGIC, FORMAT)
    tally.sha256.update(start)
    yield start
    for record in records:
        packed = _packed(record, compressor)
        tally.counts[record.kind] += 1
        tally.sha256.update(packed)
        yield packed
    yield _packed(tally.end(), compressor)


def version_of(start: bytes) -> int | None:
    """Return the version of an archive that begins so; none if it has not this form."""
    if not start.startswith(MAGIC) or len(start) < START.size:
        return None
    return int(START.unpack_from(start)[1])


def read(stream: BinaryIO) -> Iterator[Record | Damage]:
    """Yield the records of an archive, its end included, and `Damage` for what is none.

    Raises:
        OSError: the stream cannot be read.
    """
    tally = Tally()
    feed = _Feed(stream, tally)
    feed.take(START.size)
    number, name, whole, lost = 0, "", True, False
    while feed.has(_HEADER.size) and not _is_cut(feed):
        header = _header_at(feed)
        if header is None:
            if not lost:
                yield Damage(f"byte {feed.offset:,}", "", "no record begins there")
            whole, lost = False, True
            feed.skip_to_mark()
            continue
        number, name, lost = number + 1, header.name, False
        if not feed.has(header.size + header.stored):
            break
        proof = tally.end()
        found = _record(feed, header, number)
        if header.kind is Kind.END:
            yield from _ended(found, proof, feed, whole=whole)
            return
        tally.counts[header.kind] += 1
        whole = whole and isinstance(found, Record)
        yield found
    yield Damage(f"record {number}", name, "the archive ends there, too early", truncated=True)


class _Feed:
    """Bytes of a stream that can be looked at before they are taken; what is taken is tallied."""

    def __init__(self, stream: BinaryIO, tally: Tally) -> None:
        self._stream = stream
        self._tally = tally
        self._buffer = bytearray()
        self.offset = 0

    def has(self, count: int) -> bool:
        """Whether so many bytes are left."""
        while len(self._buffer) < count:
            part = self._stream.read(_READ_BYTES)
            if not part:
                return False
            self._buffer += part
        return True

    def look(self, count: int) -> bytes:
        """Return so many bytes, or all that are left, and leave them there."""
        self.has(count)
        return bytes(self._buffer[:count])

    def take(self, count: int) -> bytes:
        """Return so many bytes, or all that are left."""
        taken = self.look(count)
        self._tally.sha256.update(taken)
        self.offset += len(taken)
        del self._buffer[:count]
        return taken

    def skip_to_mark(self) -> None:
        """Take what comes before the next mark but one at once, or all there is."""
        while self.has(len(MARK) + 1):
            at = self._buffer.find(MARK, 1)
            if at > 0:
                self.take(at)
                return
            self.take(len(self._buffer) - len(MARK) + 1)
        self.take(len(self._buffer))


def _is_cut(feed: _Feed) -> bool:
    """Whether a header begins here of which the end is missing."""
    fixed = feed.look(_HEADER.size)
    return fixed.startswith(MARK) and not feed.has(_HEADER.size + fixed[_NAME_LENGTH_AT])


def _header_at(feed: _Feed) -> _Header | None:
    """Return the header that begins here, none if what is there is no sensible one."""
    fixed = feed.look(_HEADER.size)
    mark, letter, length, _, stored, unpacked, body_crc, own_crc = _HEADER.unpack(fixed)
    name = feed.look(_HEADER.size + length[0])[_HEADER.size :]
    if mark != MARK or zlib.crc32(name, zlib.crc32(fixed[:_CHECKED_BYTES])) != own_crc:
        return None
    if letter not in _KINDS or stored > _MOST_STORED_BYTES or unpacked > _MOST_BODY_BYTES:
        return None
    size = _HEADER.size + length[0]
    return _Header(_KINDS[letter], name.decode(errors="replace"), stored, unpacked, body_crc, size)


def _record(feed: _Feed, header: _Header, number: int) -> Record | Damage:
    feed.take(header.size)
    body = feed.take(header.stored)
    place = f"record {number}"
    if zlib.crc32(body) != header.crc32:
        return Damage(place, header.name, "it does not have its checksum")
    try:
        values, data = _unpacked(body, header.unpacked)
    except ValueError as error:
        return Damage(place, header.name, str(error))
    return Record(header.kind, header.name, values, data)


def _ended(
    found: Record | Damage, proof: Record, feed: _Feed, *, whole: bool
) -> Iterator[Record | Damage]:
    """Yield the end, if it agrees with what came before; what was damaged there was told."""
    if whole and isinstance(found, Record) and found != proof:
        found = Damage("the end", "", "it does not agree with the records before it")
    yield found
    if feed.has(1):
        yield Damage(f"byte {feed.offset:,}", "", "something follows the end")


def _packed(record: Record, compressor: zstandard.ZstdCompressor) -> bytes:
    require_fit(record)
    values, name = dumped(record.values), record.name.encode()
    body = _JSON_LENGTH.pack(len(values)) + values + record.data
    stored = compressor.compress(body)
    letter, length = _LETTERS[record.kind], bytes([len(name)])
    header = _HEADER.pack(MARK, letter, length, 0, len(stored), len(body), zlib.crc32(stored), 0)
    checked = header[:_CHECKED_BYTES]
    crc32 = zlib.crc32(name, zlib.crc32(checked))
    return b"".join([checked, crc32.to_bytes(4, "little"), name, stored])


def _unpacked(body: bytes, size: int) -> tuple[dict[str, object], bytes]:
    """Unpack a body that says how long it gets, and not longer.

    Raises:
        ValueError: it is none, or lies.
    """
    lies = "it does not unpack to the length that it should have"
    try:
        told = zstandard.frame_content_size(body)
        whole = zstandard.ZstdDecompressor().decompress(body) if told == size else b""
    except zstandard.ZstdError as error:
        message = f"it cannot be unpacked ({error})"
        raise ValueError(message) from error
    if len(whole) != size or size < _JSON_LENGTH.size:
        raise ValueError(lies)
    (length,) = _JSON_LENGTH.unpack_from(whole)
    end = _JSON_LENGTH.size + length
    if length > MOST_VALUES_BYTES or end > size:
        message = "its JSON is longer than it may be"
        raise ValueError(message)
    return loaded(whole[_JSON_LENGTH.size : end]), whole[end:]
