"""Where the bytes of a segment come from: a mapped file, or the blocks of a database.

A segment is read in blocks of 4096 bytes, numbered from its first byte. What reads one is written
as a generator (`Steps`) that yields the blocks it lacks, and goes on when they are there;
`fulfilled` drives those of all segments side by side, so that what they lack at one time comes in
one trip, however many segments there are.

A mapped file lacks nothing. The blocks of a database are put where they belong once, and kept: a
segment never changes.
"""

from __future__ import annotations

import mmap
import threading
import weakref
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from earmark.stores.files import Files

BLOCK_BYTES = 4096
"""A page of a memory map, and the unit of checksums, trips and caches."""

CACHE_BYTES = 512 << 20
"""Of an index in a database, how much is kept in memory beside its directories, unless it is told:
the words of about 20,000 songs. It was chosen, not measured: what less costs is not known."""

T = TypeVar("T")


class Blocks(Protocol):
    """The bytes of one segment."""

    distant: bool
    """Whether what is lacking costs a trip each time, however little it is."""

    def size(self) -> int:
        """Return how long the segment is now, in bytes."""

    def lacks(self, numbers: NDArray[np.intp]) -> Wanted | None:
        """Return which of these blocks must be fetched before they can be read; None: none."""

    def expect(self, size: int, offset: int) -> None:
        """Begin to get ready what will be read soon, where that can be done."""

    def read(self, size: int, offset: int) -> bytes | memoryview:
        """Return bytes of blocks that are not lacking; fewer than `size` only at the end.

        Raises:
            OSError: they cannot be read.
        """

    def memory(self) -> mmap.mmap:
        """Return all bytes as memory; what was not read may not be touched.

        Raises:
            OSError, ValueError, OverflowError: there is no such memory.
        """


class Wanted(NamedTuple):
    """Blocks that a segment lacks."""

    blocks: FetchedBlocks
    numbers: NDArray[np.intp]
    """Ascending, shape (n,), n > 0."""


Steps = Generator[Wanted, None, T]
"""Something that is read of a segment, in as many steps as there must be trips."""


class BlockSource(Protocol):
    """The segments of a database, as one transaction has them; used by one thread."""

    budget_bytes: int
    """Of all segments together, how much is kept beside their directories."""

    def fetch(
        self, wanted: Mapping[int, NDArray[np.intp]]
    ) -> Iterable[tuple[int, int, bytes | memoryview]]:
        """Return (segment, block, bytes) of these blocks, in one trip and in any order.

        Args:
            wanted: for each segment the numbers of its blocks, ascending. Lost ones are left out.
        """

    def stream(self, segment: int) -> Iterator[bytes | memoryview]:
        """Yield all bytes of a segment, in order and in bounded memory."""


class NoSource:
    """For segments that lack nothing."""

    budget_bytes = 0

    def fetch(
        self,
        wanted: Mapping[int, NDArray[np.intp]],  # noqa: ARG002 - there is nothing to choose from
    ) -> Iterable[tuple[int, int, bytes | memoryview]]:
        """Return nothing."""
        return ()

    def stream(self, segment: int) -> Iterator[bytes | memoryview]:  # noqa: ARG002 - the same
        """Yield nothing."""
        return iter(())


def fulfilled(tasks: Sequence[Steps[T]], source: BlockSource) -> list[T]:
    """Finish these tasks, one for a segment, and return their results in their order.

    Raises:
        LibraryError: what a task or the source raises.
    """
    results: dict[int, T] = {}
    waiting = dict(enumerate(tasks))
    while waiting:
        wishes: list[Wanted] = []
        for place, task in list(waiting.items()):
            try:
                wishes.append(next(task))
            except StopIteration as end:
                results[place] = end.value
                del waiting[place]
        if wishes:
            _fetch(wishes, source)
    return [results[place] for place in range(len(tasks))]


def _fetch(wishes: Sequence[Wanted], source: BlockSource) -> None:
    kept = {wish.blocks.segment: wish.blocks for wish in wishes}
    wanted = {wish.blocks.segment: wish.numbers for wish in wishes}
    for segment, number, data in source.fetch(wanted):
        kept[segment].keep(number, data)


def pieces(chunks: Iterable[bytes], size: int) -> Iterator[bytes]:
    """Yield the same bytes in pieces of this size, the last one shorter."""
    rest = b""
    for chunk in chunks:
        joined = memoryview(rest + chunk)
        whole = len(joined) // size * size
        yield from (bytes(joined[at : at + size]) for at in range(0, whole, size))
        rest = bytes(joined[whole:])
    if rest:
        yield rest


class MappedFile:
    """A segment in a file.

    What is not known to be sound is read with `pread`, so that a damaged disk or a file cut short
    is an error with a name. A file that shrinks *while* its memory is used cannot be caught.
    """

    distant = False

    def __init__(self, files: Files, handle: int) -> None:
        """Use an open file, and close it with this object."""
        self._files = files
        self._handle = handle
        weakref.finalize(self, files.close, handle)

    @classmethod
    def open(cls, files: Files, path: Path) -> MappedFile:
        """Open a file.

        Raises:
            FileNotFoundError: it is gone: perhaps merged away, perhaps lost.
            OSError: it cannot be opened.
        """
        return cls(files, files.open(path))

    @classmethod
    def holding(cls, files: Files, chunks: Iterable[bytes | memoryview]) -> MappedFile:
        """Write a file that has no name and ends with this object.

        Raises:
            OSError: there is no room for it.
        """
        made = cls(files, files.scratch())
        for chunk in chunks:
            files.write(made._handle, chunk)
        return made

    def size(self) -> int:
        """Return how long the file is now, in bytes."""
        return self._files.size(self._handle)

    def lacks(self, numbers: NDArray[np.intp]) -> Wanted | None:  # noqa: ARG002 - never any
        """Return None: all is there."""
        return None

    def expect(self, size: int, offset: int) -> None:
        """Let the system begin to fetch what will be read soon."""
        self._files.expect(self._handle, size, offset)

    def read(self, size: int, offset: int) -> bytes:
        """Read from the file, not from the map.

        Raises:
            OSError: it cannot be read.
        """
        return self._files.read(self._handle, size, offset)

    def memory(self) -> mmap.mmap:
        """Map the file.

        Raises:
            OSError, ValueError: it cannot be mapped.
        """
        return self._files.map(self._handle)


class LostFile:
    """Stands for a file that is not there, until somebody needs what was in it."""

    distant = False

    def size(self) -> int:
        """Return nothing's size."""
        return 0

    def lacks(self, numbers: NDArray[np.intp]) -> Wanted | None:  # noqa: ARG002 - there are none
        """Return None: there is nothing to fetch."""
        return None

    def expect(self, size: int, offset: int) -> None:
        """Do nothing."""

    def read(self, size: int, offset: int) -> bytes:  # noqa: ARG002 - whatever it is
        """Refuse.

        Raises:
            OSError: always.
        """
        message = "its file is gone"
        raise OSError(message)

    def memory(self) -> mmap.mmap:
        """Refuse, as `read` does."""
        message = "its file is gone"
        raise OSError(message)


class FetchedBlocks:
    """A segment in a database, as far as it was fetched.

    The memory is as large as the segment, but a page that was never touched takes no room. Several
    threads may put the same block there at once: it is the same bytes.

    Attributes:
        segment: the number of the segment, for the source.
    """

    distant = True

    def __init__(self, segment: int, size: int) -> None:
        """Expect a segment of so many bytes."""
        self.segment = segment
        self._size = size
        self._making = threading.Lock()
        self._memory: mmap.mmap | None = None
        self._there = np.empty(0, np.bool_)

    def size(self) -> int:
        """Return how long the segment is, as the catalogue has it."""
        return self._size

    def lacks(self, numbers: NDArray[np.intp]) -> Wanted | None:
        """Return which of these blocks were not fetched yet.

        Raises:
            OSError, ValueError, OverflowError: there is no memory of this size.
        """
        self.memory()
        lacking = np.unique(numbers[~self._there[numbers]])
        return Wanted(self, lacking) if len(lacking) else None

    def expect(self, size: int, offset: int) -> None:
        """Do nothing: it was fetched."""

    def read(self, size: int, offset: int) -> memoryview:
        """Return bytes that were fetched."""
        return memoryview(self.memory())[offset : offset + size]

    def memory(self) -> mmap.mmap:
        """Return the memory that blocks are put in.

        Raises:
            OSError, ValueError, OverflowError: there is no memory of this size.
        """
        if self._memory is None:
            with self._making:
                if self._memory is None:
                    memory = _sparse(self._size)
                    self._there = np.zeros(-(-self._size // BLOCK_BYTES), np.bool_)
                    self._memory = memory
        return self._memory

    def keep(self, number: int, data: bytes | memoryview) -> None:
        """Put a block where it belongs; one of a wrong length is as good as lost."""
        at = number * BLOCK_BYTES
        if len(data) == min(BLOCK_BYTES, self._size - at):
            self.memory()[at : at + len(data)] = data
            self._there[number] = True

    def held_bytes(self, end: int) -> int:
        """Return how much is kept of the blocks before this one."""
        return int(np.count_nonzero(self._there[:end])) * BLOCK_BYTES

    def without(self, end: int) -> FetchedBlocks:
        """Return a copy that lacks the blocks before this one; who uses this one still may."""
        copy = FetchedBlocks(self.segment, self._size)
        at = end * BLOCK_BYTES
        copy.memory()[at:] = self.memory()[at:]
        copy._there[end:] = self._there[end:]
        return copy


def _sparse(size: int) -> mmap.mmap:
    memory = mmap.mmap(-1, size, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    if hasattr(mmap, "MADV_NOHUGEPAGE"):  # else touching one page would take 2 MB
        memory.madvise(mmap.MADV_NOHUGEPAGE)
    return memory
