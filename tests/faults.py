"""A file layer that fails: it runs out of room, tears writes, and forgets what was not synced."""

from __future__ import annotations

import errno
from pathlib import Path

from earmark.stores.files import Files


class PowerLoss(BaseException):
    """The process is dead; nothing may be done after it."""


class CountingFiles(Files):
    """The system's files, with every step counted.

    Attributes:
        steps: changes of the disk so far.
        written: bytes written so far.
        reads: (size, offset) of every read so far.
    """

    def __init__(self) -> None:
        self.steps = 0
        self.written = 0
        self.reads: list[tuple[int, int]] = []

    def create(self, path: Path) -> int:
        """Make a file."""
        self._step()
        return super().create(path)

    def write(self, handle: int, data: bytes | memoryview) -> None:
        """Append data; a failing step leaves half of them."""
        try:
            self._step()
        except BaseException:
            super().write(handle, memoryview(data).cast("B")[: memoryview(data).nbytes // 2])
            raise
        self.written += memoryview(data).nbytes
        super().write(handle, data)

    def read(self, handle: int, size: int, offset: int) -> bytes:
        """Read a part of a file."""
        self.reads.append((size, offset))
        return super().read(handle, size, offset)

    def sync(self, handle: int) -> None:  # noqa: ARG002
        """Sync a file; the simulation decides what survives, so the disk is left in peace."""
        self._step()

    def sync_folder(self, path: Path) -> None:  # noqa: ARG002
        """Sync a folder, as above."""
        self._step()

    def rename(self, old: Path, new: Path) -> None:
        """Rename a file."""
        self._step()
        super().rename(old, new)

    def delete(self, path: Path) -> None:
        """Delete a file."""
        self._step()
        super().delete(path)

    def _step(self) -> None:
        self.steps += 1


class FullFiles(CountingFiles):
    """Has no room at one step, and then has room again."""

    def __init__(self, fail_at: int) -> None:
        super().__init__()
        self._fail_at = fail_at

    def _step(self) -> None:
        super()._step()
        if self.steps == self._fail_at:
            raise OSError(errno.ENOSPC, "No space left on device")


class FragileFiles(CountingFiles):
    """Loses power at one step; `settle` then makes the disk what it may be after that.

    Contents that were not synced are torn; names that were not synced are gone, or are back.
    """

    def __init__(self, fail_at: int) -> None:
        super().__init__()
        self._fail_at = fail_at
        self._handles: dict[int, Path] = {}
        self._unsynced: set[Path] = set()
        self._unnamed: set[Path] = set()
        self._deleted: dict[Path, bytes] = {}

    def create(self, path: Path) -> int:
        """Make a file, with neither contents nor name safe."""
        handle = super().create(path)
        self._handles[handle] = path
        self._unsynced.add(path)
        self._unnamed.add(path)
        return handle

    def sync(self, handle: int) -> None:
        """Make the contents safe."""
        super().sync(handle)
        self._unsynced.discard(self._handles[handle])

    def sync_folder(self, path: Path) -> None:
        """Make the names safe."""
        super().sync_folder(path)
        self._unnamed = {one for one in self._unnamed if one.parent != path}
        self._deleted = {one: data for one, data in self._deleted.items() if one.parent != path}

    def rename(self, old: Path, new: Path) -> None:
        """Rename a file; its new name is not safe."""
        super().rename(old, new)
        self._unnamed.discard(old)
        self._unnamed.add(new)
        if old in self._unsynced:
            self._unsynced.remove(old)
            self._unsynced.add(new)

    def delete(self, path: Path) -> None:
        """Delete a file, which may be back after a loss of power."""
        before = path.read_bytes() if path.exists() else None
        super().delete(path)
        if before is not None:
            self._deleted[path] = before

    def settle(self) -> None:
        """Lose everything that was not safe."""
        for path in self._unsynced:
            if path.exists():
                half = path.read_bytes()[: path.stat().st_size // 2]
                path.write_bytes(half + b"\0" * 7)
        for path in self._unnamed:
            path.unlink(missing_ok=True)
        for path, data in self._deleted.items():
            path.write_bytes(data)

    def _step(self) -> None:
        super()._step()
        if self.steps >= self._fail_at:
            raise PowerLoss
