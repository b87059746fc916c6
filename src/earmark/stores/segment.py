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

from earmark.errors import CorruptSegmentError
from earmark.stores.files import Files
from earmark.tape import Tape, bucket_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

# The file, little-endian:
#
#     offset  bytes  field
#          0      8  magic, "EARMTAPE"
#          8      4  format version, 1
#         12      4  CRC-32 of the header's 128 bytes with this field zero
#         16      8  length of the file
#         24      4  CRC-32 of the checksum table
#         28      4  bytes of a block, 16384
#         32      4  bucket_bits of the tape
#         36      4  position_bits of the tape
#         40      8  number of tracks, t
#         48      8  number of postings
#         56      8  number of packed words, w
#         64     32  index_id, ASCII, filled up with zeros
#         96     32  zeros
#        128    4*b  checksum table: CRC-32 of each of the b blocks of the body
#                    zeros up to a multiple of 64; they belong to the table
#                    body: four sections, each begun at a multiple of 64, zeros between them
#             4*t+4      starts
#               8*t      keys
#     4<<bucket_bits +4  directory
#               8*w      words
#
# The sections are the arrays of `tape.Tape`, which draws them. A block is 16384 bytes of the body,
# the last one shorter. Every byte of the file is under a checksum; none follows the last section.
# Smaller blocks make the first touch cheaper: a cold query for 1000 hashes checks 16 MB instead of
# 64 MB (CRC-32 of 16 KiB takes about 13 microseconds), and the table is but 0.02 % of the file.

MAGIC = b"EARMTAPE"
FORMAT = 1
BLOCK_BYTES = 16384
_ALIGN = 64
_HEADER = struct.Struct("<8sIIQIIIIQQQ32s32x")
_CRC_AT = 12


@dataclass(frozen=True, slots=True)
class Header:
    """What the first 128 bytes say."""

    file_bytes: int
    table_crc32: int
    bucket_bits: int
    position_bits: int
    tracks: int
    postings: int
    words: int
    index_id: str

    def pack(self) -> bytes:
        """Return the header as it stands in the file."""
        raw = _HEADER.pack(
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
    def parse(cls, raw: bytes) -> Header:
        """Undo `pack`.

        Raises:
            ValueError: these are no header's bytes; the message is a cause for a person.
        """
        if len(raw) < _HEADER.size:
            message = "it is cut off"
            raise ValueError(message)
        magic, version, crc32, size, table_crc32, block, *rest = _HEADER.unpack(raw)
        blank = raw[:_CRC_AT] + bytes(4) + raw[_CRC_AT + 4 :]
        if magic != MAGIC or zlib.crc32(blank) != crc32:
            message = "its header does not have its checksum"
            raise ValueError(message)
        if (version, block) != (FORMAT, BLOCK_BYTES):
            message = f"its format {version} is unknown"
            raise ValueError(message)
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
    """Where the sections lie: offsets in bytes, those of sections from the start of the body."""

    keys_at: int
    directory_at: int
    words_at: int
    body_bytes: int
    body_at: int

    @classmethod
    def of(cls, tracks: int, bucket_bits: int, words: int) -> Layout:
        """Lay out a tape of this size."""
        keys_at = _aligned(4 * (tracks + 1))
        directory_at = _aligned(keys_at + 8 * tracks)
        words_at = _aligned(directory_at + 4 * ((1 << bucket_bits) + 1))
        body_bytes = words_at + 8 * words
        body_at = _HEADER.size + _aligned(4 * _blocks(body_bytes))
        return cls(keys_at, directory_at, words_at, body_bytes, body_at)

    @property
    def blocks(self) -> int:
        """How many blocks the body has."""
        return _blocks(self.body_bytes)

    @property
    def file_bytes(self) -> int:
        """Length of the file."""
        return self.body_at + self.body_bytes


def segment_chunks(tape: Tape, index_id: str) -> Iterator[bytes | memoryview]:
    """Yield the bytes of a segment file that holds this tape; `tape.dead` is not written."""
    layout = Layout.of(len(tape.keys), tape.bucket_bits, len(tape.words))
    body = bytearray(layout.body_bytes)
    for at, array, dtype in (
        (0, tape.starts, "<u4"),
        (layout.keys_at, tape.keys, "<i8"),
        (layout.directory_at, tape.directory, "<u4"),
        (layout.words_at, tape.words, "<u8"),
    ):
        np.frombuffer(body, dtype, len(array), at)[:] = array
    table = _checksum_table(memoryview(body))
    header = Header(
        file_bytes=layout.file_bytes,
        table_crc32=zlib.crc32(table),
        bucket_bits=tape.bucket_bits,
        position_bits=tape.position_bits,
        tracks=len(tape.keys),
        postings=tape.postings,
        words=len(tape.words),
        index_id=index_id,
    )
    yield header.pack()
    yield table
    yield memoryview(body)


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
            CorruptSegmentError: header or track list do not have their checksums.
        """
        return self._load().tape.keys

    def frames(self, dead: NDArray[np.bool_]) -> int:
        """Return how many frames its live tracks are long.

        Raises:
            CorruptSegmentError: header or track list do not have their checksums.
        """
        return self._load().with_dead(dead).live_frames

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
            self._verify(loaded, loaded.directory_blocks(hashes))
            self._verify(loaded, loaded.word_blocks(hashes))
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
        try:
            header = Header.parse(self._read(_HEADER.size, 0))
        except ValueError as error:
            self._fail(str(error))
        layout = Layout.of(header.tracks, header.bucket_bits, header.words)
        if header.file_bytes != layout.file_bytes or header.index_id != self._index_id:
            self._fail("its header belongs to another index")
        self._check_length(layout.file_bytes)
        table = self._read(layout.body_at - _HEADER.size, _HEADER.size)
        if zlib.crc32(table) != header.table_crc32:
            self._fail("its checksum table does not have its checksum")
        crc32s = np.frombuffer(table, "<u4", layout.blocks)
        loaded = _Loaded(self._mapped(header, layout), layout, crc32s)
        self._verify(loaded, loaded.head_blocks())
        if loaded.tape.postings != header.postings:
            self._fail("its directory does not agree with its header")
        return loaded

    def _mapped(self, header: Header, layout: Layout) -> Tape:
        try:
            memory = self._files.map(self._handle)
        except (OSError, ValueError) as error:
            self._fail(str(error))

        def section(at: int, count: int, dtype: str) -> NDArray[Any]:
            return np.frombuffer(memory, dtype, count, layout.body_at + at)

        return Tape(
            words=section(layout.words_at, header.words, "<u8"),
            directory=section(layout.directory_at, (1 << header.bucket_bits) + 1, "<u4"),
            starts=section(0, header.tracks + 1, "<u4"),
            keys=section(layout.keys_at, header.tracks, "<i8"),
            dead=np.zeros(header.tracks, np.bool_),
            bucket_bits=header.bucket_bits,
            position_bits=header.position_bits,
        )

    def _verify(self, loaded: _Loaded, blocks: NDArray[np.intp]) -> None:
        """Check those of the blocks that were not checked before."""
        for block in np.unique(blocks[~loaded.verified[blocks]]).tolist():
            at = block * BLOCK_BYTES
            size = min(BLOCK_BYTES, loaded.layout.body_bytes - at)
            data = self._read(size, loaded.layout.body_at + at)
            if len(data) != size or zlib.crc32(data) != loaded.crc32s[block]:
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
        head = -(-self.layout.directory_at // BLOCK_BYTES)
        last = self.layout.directory_at + 4 * len(self.tape.directory) - 1
        return np.append(np.arange(head), last // BLOCK_BYTES)

    def directory_blocks(self, hashes: NDArray[np.uint32]) -> NDArray[np.intp]:
        """Return the blocks that hold both ends of each hash's bucket."""
        first = self.layout.directory_at + 4 * bucket_of(self.tape, hashes).astype(np.int64)
        return _blocks_between(first, first + 7)

    def word_blocks(self, hashes: NDArray[np.uint32]) -> NDArray[np.intp]:
        """Return the blocks of each hash's entries; those of the directory must be good."""
        tape = self.tape
        bucket = bucket_of(tape, hashes).astype(np.int64)
        first = tape.directory[bucket].astype(np.int64) * tape.width // 64
        # an entry is read together with the word after its first bit's
        last = np.minimum(
            tape.directory[bucket + 1].astype(np.int64) * tape.width // 64 + 1, len(tape.words) - 1
        )
        at = self.layout.words_at
        return _blocks_between(at + 8 * first, at + 8 * last + 7)


def _blocks_between(first: NDArray[np.int64], last: NDArray[np.int64]) -> NDArray[np.intp]:
    """Return all blocks with bytes in any of the ranges, both ends included; repeats may occur."""
    low, high = first // BLOCK_BYTES, last // BLOCK_BYTES
    wide = np.flatnonzero(high - low > 1)
    inner = [np.arange(low[i] + 1, high[i]) for i in wide]
    return np.concatenate([low, high, *inner]).astype(np.intp)


def _checksum_table(body: memoryview) -> bytes:
    crc32s = [zlib.crc32(body[at : at + BLOCK_BYTES]) for at in range(0, len(body), BLOCK_BYTES)]
    table = np.array(crc32s, "<u4").tobytes()
    return table.ljust(_aligned(len(table)), b"\0")


def _blocks(body_bytes: int) -> int:
    return -(-body_bytes // BLOCK_BYTES)


def _aligned(size: int) -> int:
    return -(-size // _ALIGN) * _ALIGN
