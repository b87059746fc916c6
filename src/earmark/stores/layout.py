"""The bytes of a segment: how a tape lies in one immutable file, and the checksums over it."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from earmark.stores.blocks import BLOCK_BYTES
from earmark.tape import groups_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from earmark.tape import Draft

# The file, little-endian:
#
#     body: five sections, each filled up with zeros to a multiple of 64
#               8*w      words
#     4<<bucket_bits +4  directory
#               8*g      groups
#             4*t+4      starts
#               8*t      keys
#     checksum table: CRC-32 of each of the b blocks of the body
#               4*b      with zeros up to a multiple of 64, which belong to the table
#     trailer, 128 bytes:
#     offset  bytes  field
#          0      8  magic, "EARMTAPE"
#          8      4  format version, 2
#         12      4  CRC-32 of the trailer with this field zero
#         16      8  length of the file
#         24      4  CRC-32 of the checksum table
#         28      4  bytes of a block, 4096
#         32      4  bucket_bits of the tape
#         36      4  position_bits of the tape
#         40      8  number of tracks, t
#         48      8  number of postings
#         56      8  number of words, w
#         64     32  index_id, ASCII, filled up with zeros
#         96     32  zeros
#
# The sections are the arrays of `tape.Tape`, which draws them. A block is 4096 bytes of the body,
# a page of the memory map, the last one shorter. Every byte of the file is under a checksum. What
# tells where all is comes last, so that a tape of any size is written in one go as it is merged.
# On a large tape a hash has its own bucket of about a page: a larger block would be read in vain.

MAGIC = b"EARMTAPE"
FORMAT = 2
TRAILER_BYTES = 128
_ALIGN = 64
_TRAILER = struct.Struct("<8sIIQIIIIQQQ32s32x")
_CRC_AT = 12


class OtherFormatError(ValueError):
    """A trailer is whole, but of a format that is not this one."""

    def __init__(self, version: int) -> None:
        super().__init__(f"its format is {version}")
        self.version = version


@dataclass(frozen=True, slots=True)
class Trailer:
    """What the last 128 bytes say."""

    file_bytes: int
    table_crc32: int
    bucket_bits: int
    position_bits: int
    tracks: int
    postings: int
    words: int
    index_id: str

    def pack(self) -> bytes:
        """Return the trailer as it stands in the file."""
        raw = _TRAILER.pack(
            MAGIC,
            FORMAT,
            0,
            self.file_bytes,
            self.table_crc32,
            BLOCK_BYTES,
            self.bucket_bits,
            self.position_bits,
            self.tracks,
            self.postings,
            self.words,
            self.index_id.encode("ascii"),
        )
        return raw[:_CRC_AT] + struct.pack("<I", zlib.crc32(raw)) + raw[_CRC_AT + 4 :]

    @classmethod
    def parse(cls, raw: bytes) -> Trailer:
        """Undo `pack`.

        Raises:
            ValueError: these are no trailer's bytes; the message is a cause for a person.
            OtherFormatError: they are one's of another format.
        """
        if len(raw) < TRAILER_BYTES:
            message = "it is cut off"
            raise ValueError(message)
        magic, version, crc32, size, table_crc32, block, *rest = _TRAILER.unpack(raw)
        blank = raw[:_CRC_AT] + bytes(4) + raw[_CRC_AT + 4 :]
        if magic != MAGIC or zlib.crc32(blank) != crc32:
            message = "its end does not have its checksum"
            raise ValueError(message)
        if (version, block) != (FORMAT, BLOCK_BYTES):
            raise OtherFormatError(version)
        bucket_bits, position_bits, tracks, postings, words, index_id = rest
        return cls(
            file_bytes=size,
            table_crc32=table_crc32,
            bucket_bits=bucket_bits,
            position_bits=position_bits,
            tracks=tracks,
            postings=postings,
            words=words,
            index_id=index_id.rstrip(b"\0").decode("ascii"),
        )


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything lies: offsets in bytes; the words are at 0."""

    directory_at: int
    groups_at: int
    starts_at: int
    keys_at: int
    body_bytes: int
    """The checksum table begins here."""
    trailer_at: int

    @classmethod
    def of(cls, tracks: int, bucket_bits: int, words: int) -> Layout:
        """Lay out a tape of this size."""
        buckets = 1 << bucket_bits
        directory_at = _aligned(8 * words)
        groups_at = _aligned(directory_at + 4 * (buckets + 1))
        starts_at = _aligned(groups_at + 8 * groups_of(buckets))
        keys_at = _aligned(starts_at + 4 * (tracks + 1))
        body_bytes = _aligned(keys_at + 8 * tracks)
        trailer_at = _aligned(body_bytes + 4 * _blocks(body_bytes))
        return cls(directory_at, groups_at, starts_at, keys_at, body_bytes, trailer_at)

    @property
    def blocks(self) -> int:
        """How many blocks the body has."""
        return _blocks(self.body_bytes)

    @property
    def file_bytes(self) -> int:
        """Length of the file."""
        return self.trailer_at + TRAILER_BYTES


def segment_chunks(draft: Draft, index_id: str) -> Iterator[bytes]:
    """Yield the bytes of a segment file that holds the tape of this draft."""
    body = _Body()
    words = 0
    for piece in draft.words():
        words += len(piece)
        yield body.add(piece, "<u8")
    yield body.align()
    head = draft.head()
    for array, dtype in (
        (head.directory, "<u4"),
        (head.groups, "<u8"),
        (head.starts, "<u4"),
        (head.keys, "<i8"),
    ):
        yield body.add(array, dtype)
        yield body.align()
    table = body.checksum_table()
    layout = Layout.of(len(head.keys), head.bucket_bits, words)
    trailer = Trailer(
        file_bytes=layout.file_bytes,
        table_crc32=zlib.crc32(table),
        bucket_bits=head.bucket_bits,
        position_bits=head.position_bits,
        tracks=len(head.keys),
        postings=draft.postings,
        words=words,
        index_id=index_id,
    )
    yield table
    yield trailer.pack()


class _Body:
    """Counts and checks what is written."""

    def __init__(self) -> None:
        self._bytes = 0
        self._open = b""
        self._crc32s: list[int] = []

    def add(self, array: NDArray[Any], dtype: str) -> bytes:
        """Take an array, and return its bytes."""
        return self._added(array.astype(dtype, copy=False).tobytes())

    def align(self) -> bytes:
        """Return the zeros that fill a section up."""
        return self._added(bytes(_aligned(self._bytes) - self._bytes))

    def checksum_table(self) -> bytes:
        """End the body, and return its table."""
        if self._open:
            self._crc32s.append(zlib.crc32(self._open))
        table = np.array(self._crc32s, "<u4").tobytes()
        return table.ljust(_aligned(len(table)), b"\0")

    def _added(self, data: bytes) -> bytes:
        self._bytes += len(data)
        joined = memoryview(self._open + data)
        whole = len(joined) // BLOCK_BYTES * BLOCK_BYTES
        self._crc32s += [
            zlib.crc32(joined[at : at + BLOCK_BYTES]) for at in range(0, whole, BLOCK_BYTES)
        ]
        self._open = bytes(joined[whole:])
        return data


def _blocks(body_bytes: int) -> int:
    return -(-body_bytes // BLOCK_BYTES)


def _aligned(size: int) -> int:
    return -(-size // _ALIGN) * _ALIGN
