"""A segment: one tape in one immutable run of bytes, checked where it is touched."""

from __future__ import annotations

import mmap
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, NoReturn

import numpy as np

from earmark.elias_fano import GROUP_BITS
from earmark.errors import CorruptSegmentError, SegmentFormatError
from earmark.stores.blocks import BLOCK_BYTES, Blocks, FetchedBlocks, MappedFile, Steps
from earmark.stores.files import Files
from earmark.stores.layout import FORMAT, TRAILER_BYTES, Layout, OtherFormatError, Trailer
from earmark.tape import Tape, bucket_of, extents, groups_of, list_lengths

if TYPE_CHECKING:
    from numpy.typing import NDArray

_RUN_BLOCKS = 256
"""Blocks that are read at once where they follow one another: 1 MB."""


class Segment:
    """A segment of one library, open for reading by any number of threads.

    Nothing is read before the first use. A block is checked when it is first touched; what has
    passed is then used from memory. What reads a segment is a task for `blocks.fulfilled`.

    Attributes:
        number: of the segment.
        location: of the library, for messages.
    """

    def __init__(
        self, blocks: Blocks, name: str, location: str, number: int, index_id: str
    ) -> None:
        """Use these bytes.

        Args:
            blocks: of the segment.
            name: what to call it in messages.
            location: of the library, for messages.
            number: of the segment.
            index_id: of the library.
        """
        self.number = number
        self.location = location
        self._blocks = blocks
        self._name = name
        self._index_id = index_id
        self._loaded: _Loaded | None = None

    def keys(self) -> Steps[NDArray[np.int64]]:
        """Return the keys of its tracks, shape (tracks,).

        Raises:
            CorruptSegmentError: trailer or track list do not have their checksums.
        """
        loaded = yield from self._load()
        return loaded.tape.keys

    def frames(self, dead: NDArray[np.bool_]) -> Steps[int]:
        """Return how many frames its live tracks are long.

        Raises:
            CorruptSegmentError: trailer or track list do not have their checksums.
        """
        loaded = yield from self._load()
        return loaded.with_dead(dead).live_frames

    def list_lengths(self, hashes: NDArray[np.uint32]) -> Steps[NDArray[np.int64]]:
        """Return about how many postings each hash has, shape (n,).

        Raises:
            CorruptSegmentError: that part of the directory is damaged.
        """
        loaded = yield from self._load()
        self._check_length(loaded)
        yield from self._verify_between(loaded, *loaded.directory_bytes(hashes))
        return list_lengths([loaded.tape], hashes)

    def tape(self, hashes: NDArray[np.uint32], dead: NDArray[np.bool_]) -> Steps[Tape]:
        """Return its tape, checked as far as a search for the hashes will read it.

        Args:
            hashes: shape (n,), in any order.
            dead: shape (tracks,), for the tape.

        Raises:
            CorruptSegmentError: something that this search would read is damaged.
        """
        loaded = yield from self._load()
        self._check_length(loaded)
        if not loaded.verified.all():
            yield from self._verify_between(loaded, *loaded.directory_bytes(hashes))
            yield from self._verify_between(loaded, *loaded.group_bytes(hashes))
            yield from self._verify_between(loaded, *loaded.word_bytes(hashes))
        return loaded.with_dead(dead)

    def whole_tape(self, dead: NDArray[np.bool_]) -> Steps[Tape]:
        """Return its tape, every block of it checked.

        Raises:
            CorruptSegmentError: something in it is damaged.
        """
        loaded = yield from self._load()
        self._check_length(loaded)
        yield from self._verify(loaded, np.arange(loaded.layout.blocks))
        return loaded.with_dead(dead)

    @property
    def distant(self) -> bool:
        """Whether its blocks must be fetched."""
        return self._blocks.distant

    def copied(self, files: Files, chunks: Iterable[bytes | memoryview]) -> Segment:
        """Return the same segment in a file that has no name and ends with it.

        Args:
            files: how files are touched.
            chunks: all its bytes.

        Raises:
            OSError: there is no room for it.
        """
        blocks = MappedFile.holding(files, chunks)
        return Segment(blocks, self._name, self.location, self.number, self._index_id)

    def held_bytes(self) -> int:
        """Return how much of its words was fetched and is kept."""
        blocks, loaded = self._blocks, self._loaded
        if loaded is None or not isinstance(blocks, FetchedBlocks):
            return 0
        return blocks.held_bytes(loaded.layout.directory_at // BLOCK_BYTES)

    def forget_words(self) -> None:
        """Keep the words no longer; tapes that are in use keep theirs."""
        blocks, loaded = self._blocks, self._loaded
        if loaded is not None and isinstance(blocks, FetchedBlocks):
            end = loaded.layout.directory_at // BLOCK_BYTES
            self._blocks = blocks.without(end)
            self._loaded = _Loaded(self._blocks, loaded.trailer, loaded.layout, loaded.crc32s)
            self._loaded.verified[end:] = loaded.verified[end:]

    def _load(self) -> Steps[_Loaded]:
        """Read all but the words; threads that do so at once all do it, to the same end."""
        loaded = self._loaded
        if loaded is None:
            self._loaded = loaded = yield from self._read_head()
        return loaded

    def _read_head(self) -> Steps[_Loaded]:
        blocks = self._blocks
        size = blocks.size()
        trailer = yield from self._read_trailer(blocks, size)
        layout = Layout.of(trailer.tracks, trailer.bucket_bits, trailer.words)
        if trailer.file_bytes != layout.file_bytes or trailer.index_id != self._index_id:
            self._fail("its end belongs to another index")
        if size != layout.file_bytes:
            self._fail(f"it has {size} bytes instead of {layout.file_bytes}")
        yield from self._bring(blocks, _all_blocks(layout.directory_at, size))
        table = self._read(blocks, layout.trailer_at - layout.body_bytes, layout.body_bytes)
        if zlib.crc32(table) != trailer.table_crc32:
            self._fail("its checksum table does not have its checksum")
        crc32s = np.frombuffer(table, "<u4", layout.blocks)
        try:
            loaded = _Loaded(blocks, trailer, layout, crc32s)
        except (OSError, ValueError) as error:
            self._fail(str(error))
        yield from self._verify(loaded, loaded.head_blocks())
        if loaded.tape.postings != trailer.postings:
            self._fail("its directory does not agree with its end")
        return loaded

    def _read_trailer(self, blocks: Blocks, size: int) -> Steps[Trailer]:
        at = max(0, size - TRAILER_BYTES)
        yield from self._bring(blocks, _all_blocks(at, size))
        try:
            return Trailer.parse(bytes(self._read(blocks, TRAILER_BYTES, at)))
        except OtherFormatError as error:
            raise SegmentFormatError(self.location, self._name, error.version, FORMAT) from None
        except ValueError as error:
            self._fail(str(error))

    def _bring(self, blocks: Blocks, numbers: NDArray[np.intp]) -> Steps[None]:
        """See to it that these blocks can be read."""
        try:
            wanted = blocks.lacks(numbers)
            if wanted is not None:
                yield wanted
                wanted = blocks.lacks(wanted.numbers)
        except (OSError, ValueError, OverflowError) as error:
            self._fail(str(error))
        if wanted is not None:
            self._fail(f"its block {wanted.numbers[0]} is gone")

    def _verify_between(
        self, loaded: _Loaded, first: NDArray[np.int64], last: NDArray[np.int64]
    ) -> Steps[None]:
        """Check the blocks with bytes in any of these ranges, both ends included."""
        yield from self._verify(loaded, _blocks_between(first, last))

    def _verify(self, loaded: _Loaded, blocks: NDArray[np.intp]) -> Steps[None]:
        """Check those of the blocks that were not checked before."""
        new = np.unique(blocks[~loaded.verified[blocks]])
        if not len(new):
            return
        yield from self._bring(loaded.blocks, new)
        runs = list(_runs(new))
        for first, end in runs:
            loaded.blocks.expect((end - first) * BLOCK_BYTES, first * BLOCK_BYTES)
        for first, end in runs:
            size = min(end * BLOCK_BYTES, loaded.layout.body_bytes) - first * BLOCK_BYTES
            data = memoryview(self._read(loaded.blocks, size, first * BLOCK_BYTES))
            for block in range(first, end):
                at = (block - first) * BLOCK_BYTES
                if zlib.crc32(data[at : at + BLOCK_BYTES]) != loaded.crc32s[block]:
                    self._fail(f"block {block} does not have its checksum")
                loaded.verified[block] = True

    def _check_length(self, loaded: _Loaded) -> None:
        size, expected = loaded.blocks.size(), loaded.layout.file_bytes
        if size != expected:
            self._fail(f"it has {size} bytes instead of {expected}")

    def _read(self, blocks: Blocks, size: int, offset: int) -> bytes | memoryview:
        try:
            return blocks.read(size, offset)
        except OSError as error:
            self._fail(str(error))

    def _fail(self, cause: str) -> NoReturn:
        raise CorruptSegmentError(self.location, self._name, cause)


class _Loaded:
    """The arrays of a segment in memory, and what is known about their blocks.

    `verified`, shape (blocks,), only ever turns true; two threads that check one block at once do
    the same work twice, and no harm.
    """

    def __init__(
        self, blocks: Blocks, trailer: Trailer, layout: Layout, crc32s: NDArray[np.uint32]
    ) -> None:
        """Lay the arrays over the memory.

        Raises:
            OSError, ValueError: there is no such memory.
        """
        self.blocks = blocks
        self.trailer = trailer
        self.layout = layout
        self.crc32s = crc32s
        self.tape = _tape(blocks.memory(), trailer, layout)
        self.verified = np.zeros(layout.blocks, np.bool_)

    def with_dead(self, dead: NDArray[np.bool_]) -> Tape:
        """Return the tape with these tracks marked."""
        return replace(self.tape, dead=dead)

    def head_blocks(self) -> NDArray[np.intp]:
        """Return what to check first: starts, keys, and the directory or the end of it.

        What is distant comes at once: a query reads most of a directory's blocks.
        """
        if self.blocks.distant:
            return np.arange(self.layout.directory_at // BLOCK_BYTES, self.layout.blocks)
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


def _tape(memory: mmap.mmap, trailer: Trailer, layout: Layout) -> Tape:
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


def _all_blocks(begin: int, end: int) -> NDArray[np.intp]:
    """Return the blocks with bytes from `begin` up to `end`."""
    return np.arange(begin // BLOCK_BYTES, -(-end // BLOCK_BYTES))


def _runs(numbers: NDArray[np.intp]) -> Iterator[tuple[int, int]]:
    """Yield (first, end) of blocks that follow one another, not too many at once."""
    for run in np.split(numbers, np.flatnonzero(np.diff(numbers) > 1) + 1):
        for part in np.split(run, range(_RUN_BLOCKS, len(run), _RUN_BLOCKS)):
            yield int(part[0]), int(part[-1]) + 1


def _blocks_between(first: NDArray[np.int64], last: NDArray[np.int64]) -> NDArray[np.intp]:
    """Return all blocks with bytes in any of the ranges, both ends included; repeats may occur."""
    low, high = first // BLOCK_BYTES, last // BLOCK_BYTES
    wide = np.flatnonzero(high - low > 1)
    inner = [np.arange(low[i] + 1, high[i]) for i in wide]
    return np.concatenate([low, high, *inner]).astype(np.intp)


def segment_name(number: int) -> str:
    """Return the file name of a segment."""
    return f"{number:08}.segment"
