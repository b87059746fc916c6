"""The file layer: the only place where a store makes, syncs, renames, reads or deletes a file.

A test puts another `Files` in its place, one that tears writes, forgets what was not synced, or
runs out of room.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import mmap
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

READ_BYTES = 1 << 20

_AT_FDCWD = -100
_SWAP = ctypes.c_uint(2)
"""RENAME_EXCHANGE of Linux, RENAME_SWAP of macOS."""


class Files:
    """The operating system's files. Every method raises `OSError` as the system does."""

    def make_folder(self, path: Path) -> None:
        """Make a folder, and those above it, unless they are there, to stay after a power loss."""
        if path.is_dir():
            return
        parent = path.absolute().parent
        self.make_folder(parent)
        with contextlib.suppress(FileExistsError):
            path.mkdir()
        self.sync_folder(parent)

    def create(self, path: Path) -> int:
        """Make an empty file, or empty the one that is there, and open it for writing."""
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o666)

    def scratch(self) -> int:
        """Open a file without a name, for writing and reading; it is gone when it is closed."""
        handle, name = tempfile.mkstemp(prefix="earmark-")
        Path(name).unlink()
        return handle

    def write(self, handle: int, data: bytes | memoryview) -> None:
        """Append all of the data."""
        rest = memoryview(data).cast("B")
        while rest:
            rest = rest[os.write(handle, rest) :]

    def sync(self, handle: int) -> None:
        """Return when the file's contents would survive a loss of power."""
        if hasattr(fcntl, "F_FULLFSYNC"):  # macOS: fsync alone leaves the data in the drive's cache
            fcntl.fcntl(handle, fcntl.F_FULLFSYNC)
        else:
            os.fsync(handle)

    def sync_folder(self, path: Path) -> None:
        """Return when the folder's entries would survive a loss of power."""
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def rename(self, old: Path, new: Path) -> None:
        """Give a file another name in one step, replacing what had it."""
        old.replace(new)

    def exchange(self, first: Path, second: Path) -> None:
        """Let two files or folders change names in one step, where the system can do so."""
        if sys.platform == "darwin":
            name, arguments = "renamex_np", (os.fsencode(first), os.fsencode(second), _SWAP)
        else:
            here = ctypes.c_int(_AT_FDCWD)
            name = "renameat2"
            arguments = (here, os.fsencode(first), here, os.fsencode(second), _SWAP)
        function = getattr(ctypes.CDLL(None, use_errno=True), name, None)
        if function is None:
            raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
        if function(*arguments):
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), str(first))

    def delete(self, path: Path) -> None:
        """Delete a file unless it is gone already."""
        path.unlink(missing_ok=True)

    def open(self, path: Path) -> int:
        """Open a file for reading."""
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC)

    def read(self, handle: int, size: int, offset: int) -> bytes:
        """Read at most `size` bytes from `offset`; fewer only at the end of the file."""
        parts = []
        while size > 0 and (part := os.pread(handle, min(size, READ_BYTES), offset)):
            parts.append(part)
            offset += len(part)
            size -= len(part)
        return b"".join(parts)

    def expect(self, handle: int, size: int, offset: int) -> None:
        """Let the system begin to fetch what will be read soon, where it can do so."""
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(handle, offset, size, os.POSIX_FADV_WILLNEED)

    def size(self, handle: int) -> int:
        """Return how long an open file is now, in bytes."""
        return os.fstat(handle).st_size

    def map(self, handle: int) -> mmap.mmap:
        """Map an open file into memory, to be read here and there.

        What is not in memory is then fetched page by page. Else the system would fetch 128 kB
        for each page, and an index that is larger than memory would hardly be read any more.
        """
        memory = mmap.mmap(handle, 0, access=mmap.ACCESS_READ)
        if hasattr(memory, "madvise"):
            memory.madvise(mmap.MADV_RANDOM)
        return memory

    def close(self, handle: int) -> None:
        """Close an open file."""
        os.close(handle)

    def stream(self, path: Path) -> BinaryIO:
        """Open a file as a stream that can seek."""
        return path.open("rb")

    def names(self, folder: Path) -> list[str]:
        """Return the names in a folder, sorted."""
        return sorted(entry.name for entry in folder.iterdir())


@contextlib.contextmanager
def opened(files: Files, handle: int) -> Iterator[int]:
    """Close the handle when the block ends."""
    try:
        yield handle
    finally:
        files.close(handle)


def publish(files: Files, path: Path, chunks: Iterable[bytes | memoryview]) -> int:
    """Write a file so that it is whole and durable, or not there; return its length in bytes.

    Raises:
        OSError: it could not be written; a part of it may lie under the same name with `.part`.
    """
    part = path.with_name(f"{path.name}.part")
    with opened(files, files.create(part)) as handle:
        for chunk in chunks:
            files.write(handle, chunk)
        files.sync(handle)
        size = files.size(handle)
    files.rename(part, path)
    files.sync_folder(path.parent)
    return size
