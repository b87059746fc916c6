"""A segment: one tape in one immutable file, mapped into memory and checked where it is touched."""

from __future__ import annotations

import struct
import threading
import weakref
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from earmark.elias_fano import GROUP_BITS
from earmark.errors import CorruptSegmentError, SegmentFormatError
from earmark.stores.files import Files
from earmark.tape import Tape, bucket_of, extents, groups_of, list_lengths

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
BLOCK_BYTES = 4096
_ALIGN = 64
_RUN_BLOCKS = 256
"""Blocks that are read at once where they follow one another: 1 MB."""

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
        if len(raw) < _TRAILER.size:
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
        return self.trailer_at + _TRAILER.size


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


class Segment:
    """A segment file of one library, open for reading by any number of threads.

    Nothing is read before the first use. Blocks are read with `pread` when they are first touched,
    so that a damaged disk or a file cut short is an error with a name; what has passed its check
    is then used from the memory map. A file that shrinks *while* a query uses it cannot be caught.
    """

    def __init__(self, files: Files, path: Path, location: str, number: int, index_id: str) -> None:
        """Open the file.

        Raises:
            FileNotFoundError: it is gone: perhaps merged away, perhaps lost.
        """
        self.number = number
        self._files = files
        self._name = path.name
        self._location = location
        self._index_id = index_id
        self._loading = threading.Lock()
        self._loaded: _Loaded | None = None
        self._handle = files.open(path)
        weakref.finalize(self, files.close, self._handle)

    def keys(self) -> NDArray[np.int64]:
        """Return the keys of its tracks, shape (tracks,).

        Raises:
            CorruptSegmentError: trailer or track list do not have their checksums.
        """
        return self._load().tape.keys

    def frames(self, dead: NDArray[np.bool_]) -> int:
        """Return how many frames its live tracks are long.

        Raises:
            CorruptSegmentError: trailer or track list do not have their checksums.
        """
        return self._load().with_dead(dead).live_frames

    def list_lengths(self, hashes: NDArray[np.uint32]) -> NDArray[np.int64]:
        """Return about how many postings each hash has, shape (n,).

        Raises:
            CorruptSegmentError: that part of the directory is damaged.
        """
        loaded = self._load()
        self._check_length(loaded.layout.file_bytes)
        self._verify_between(loaded, *loaded.directory_bytes(hashes))
        return list_lengths([loaded.tape], hashes)

    def tape(self, hashes: NDArray[np.uint32], dead: NDArray[np.bool_]) -> Tape:
        """Return its tape, checked as far as a search for the hashes will read it.

        Args:
            hashes: shape (n,), in any order.
            dead: shape (tracks,), for the tape.

        Raises:
            CorruptSegmentError: something that this search would read is damaged.
        """
        loaded = self._load()
        self._check_length(loaded.layout.file_bytes)
        if not loaded.verified.all():
            self._verify_between(loaded, *loaded.directory_bytes(hashes))
            self._verify_between(loaded, *loaded.group_bytes(hashes))
            self._verify_between(loaded, *loaded.word_bytes(hashes))
        return loaded.with_dead(dead)

    def whole_tape(self, dead: NDArray[np.bool_]) -> Tape:
        """Return its tape, every block of it checked.

        Raises:
            CorruptSegmentError: something in it is damaged.
        """
        loaded = self._load()
        self._check_length(loaded.layout.file_bytes)
        self._verify(loaded, np.arange(loaded.layout.blocks))
        return loaded.with_dead(dead)

    def _load(self) -> _Loaded:
        if self._loaded is None:
            with self._loading:
                if self._loaded is None:
                    self._loaded = self._read_head()
        return self._loaded

    def _read_head(self) -> _Loaded:
        size = self._files.size(self._handle)
        try:
            trailer = Trailer.parse(self._read(_TRAILER.size, max(0, size - _TRAILER.size)))
        except OtherFormatError as error:
            raise SegmentFormatError(self._location, self._name, error.version, FORMAT) from None
        except ValueError as error:
            self._fail(str(error))
        layout = Layout.of(trailer.tracks, trailer.bucket_bits, trailer.words)
        if trailer.file_bytes != layout.file_bytes or trailer.index_id != self._index_id:
            self._fail("its end belongs to another index")
        self._check_length(layout.file_bytes)
        table = self._read(layout.trailer_at - layout.body_bytes, layout.body_bytes)
        if zlib.crc32(table) != trailer.table_crc32:
            self._fail("its checksum table does not have its checksum")
        crc32s = np.frombuffer(table, "<u4", layout.blocks)
        loaded = _Loaded(self._mapped(trailer, layout), layout, crc32s)
        self._verify(loaded, loaded.head_blocks())
        if loaded.tape.postings != trailer.postings:
            self._fail("its directory does not agree with its end")
        return loaded

    def _mapped(self, trailer: Trailer, layout: Layout) -> Tape:
        try:
            memory = self._files.map(self._handle)
        except (OSError, ValueError) as error:
            self._fail(str(error))
        buckets = 1 << trailer.bucket_bits
        return Tape(
            words=np.frombuffer(memory, "<u8", trailer.words),
            directory=np.frombuffer(memory, "<u4", buckets + 1, layout.directory_at),
            groups=np.frombuffer(memory, "<u8", groups_of(buckets), layout.groups_at),
            starts=np.frombuffer(memory, "<u4", trailer.tracks + 1, layout.starts_at),
            keys=np.frombuffer(memory, "<i8", trailer.tracks, layout.keys_at),
            dead=np.zeros(trailer.tracks, np.bool_),
            bucket_bits=trailer.bucket_bits,
            position_bits=trailer.position_bits,
        )

    def _verify_between(
        self, loaded: _Loaded, first: NDArray[np.int64], last: NDArray[np.int64]
    ) -> None:
        """Check the blocks with bytes in any of these ranges, both ends included."""
        self._verify(loaded, _blocks_between(first, last))

    def _verify(self, loaded: _Loaded, blocks: NDArray[np.intp]) -> None:
        """Check those of the blocks that were not checked before."""
        new = np.unique(blocks[~loaded.verified[blocks]])
        if not len(new):
            return
        runs = [
            (int(part[0]), int(part[-1]) + 1)
            for run in np.split(new, np.flatnonzero(np.diff(new) > 1) + 1)
            for part in np.split(run, range(_RUN_BLOCKS, len(run), _RUN_BLOCKS))
        ]
        for first, end in runs:
            self._files.expect(self._handle, (end - first) * BLOCK_BYTES, first * BLOCK_BYTES)
        for first, end in runs:
            size = min(end * BLOCK_BYTES, loaded.layout.body_bytes) - first * BLOCK_BYTES
            data = memoryview(self._read(size, first * BLOCK_BYTES))
            for block in range(first, end):
                at = (block - first) * BLOCK_BYTES
                if zlib.crc32(data[at : at + BLOCK_BYTES]) != loaded.crc32s[block]:
                    self._fail(f"block {block} does not have its checksum")
                loaded.verified[block] = True

    def _check_length(self, expected: int) -> None:
        size = self._files.size(self._handle)
        if size != expected:
            self._fail(f"it has {size} bytes instead of {expected}")

    def _read(self, size: int, offset: int) -> bytes:
        try:
            return self._files.read(self._handle, size, offset)
        except OSError as error:
            self._fail(str(error))

    def _fail(self, cause: str) -> NoReturn:
        raise CorruptSegmentError(self._location, self._name, cause)


class MissingSegment(Segment):
    """Stands for a segment whose file is lost, until somebody needs what was in it."""

    def __init__(self, name: str, location: str, number: int) -> None:  # opens nothing
        self.number = number
        self._name = name
        self._location = location

    def _load(self) -> _Loaded:
        self._fail("its file is gone")


class _Loaded:
    """The mapped arrays of a segment and what is known about their blocks.

    `verified`, shape (blocks,), only ever turns true; two threads that check one block at once do
    the same work twice, and no harm.
    """

    def __init__(self, tape: Tape, layout: Layout, crc32s: NDArray[np.uint32]) -> None:
        self.tape = tape
        self.layout = layout
        self.crc32s = crc32s
        self.verified = np.zeros(layout.blocks, np.bool_)

    def with_dead(self, dead: NDArray[np.bool_]) -> Tape:
        """Return the tape with these tracks marked."""
        return replace(self.tape, dead=dead)

    def head_blocks(self) -> NDArray[np.intp]:
        """Return the blocks of starts, keys and the directory's last entry."""
        last = self.layout.directory_at + 4 * len(self.tape.directory) - 1
        starts = self.layout.starts_at // BLOCK_BYTES
        return np.append(np.arange(starts, self.layout.blocks), last // BLOCK_BYTES)

    def directory_bytes(
        self, hashes: NDArray[np.uint32]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the first and the last byte of each hash's bucket and its group's before it."""
        bucket = bucket_of(self.tape, hashes).astype(np.int64)
        first = bucket >> GROUP_BITS << GROUP_BITS
        at = self.layout.directory_at
        return at + 4 * first, at + 4 * bucket + 7

    def group_bytes(
        self, hashes: NDArray[np.uint32]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the first and the last byte of each hash's group."""
        group = bucket_of(self.tape, hashes).astype(np.int64) >> GROUP_BITS
        return self.layout.groups_at + 8 * group, self.layout.groups_at + 8 * group + 7

    def word_bytes(self, hashes: NDArray[np.uint32]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the first and the last byte of each hash's postings; needs a good directory."""
        begin, end = extents(self.tape, hashes)
        begin, end = begin[end > begin], end[end > begin]
        # bits are read together with the word after that of the first
        last = np.minimum((end >> 6) + 1, len(self.tape.words) - 1)
        return begin >> 6 << 3, (last << 3) + 7


def _blocks_between(first: NDArray[np.int64], last: NDArray[np.int64]) -> NDArray[np.intp]:
    """Return all blocks with bytes in any of the ranges, both ends included; repeats may occur."""
    low, high = first // BLOCK_BYTES, last // BLOCK_BYTES
    wide = np.flatnonzero(high - low > 1)
    inner = [np.arange(low[i] + 1, high[i]) for i in wide]
    return np.concatenate([low, high, *inner]).astype(np.intp)


def _blocks(body_bytes: int) -> int:
    return -(-body_bytes // BLOCK_BYTES)


def _aligned(size: int) -> int:
    return -(-size // _ALIGN) * _ALIGN
