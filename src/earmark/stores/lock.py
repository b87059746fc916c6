"""One writer at a time: a lock file that the kernel lets go of when its holder dies.

Two files: `writer.lock` is the lock, `writer.queue` the door to it (where many libraries may share
a folder, they begin with the library's name). Who wants to write takes the queue, then the lock,
then leaves the queue; so a writer that comes back at once finds the one that waited inside the
door, and two writers take turns.

The lock holds the process number of its holder, for messages, and is blanked by an orderly
release: a number found in it by the next holder says that the last one died or failed. It is
overwritten in place, so that locking a library on a full disk needs no room.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

from earmark.errors import LibraryBusyError

_POLL_S = 0.005
_SIGNATURE_BYTES = 16


class WriterLock:
    """The right to write one library.

    Attributes:
        abandoned: whether a holder died and nobody has cleaned up after it; true also before the
            first hold, since a loss of power may have taken the trace. Who has cleaned up sets it
            to false before letting go.
    """

    def __init__(
        self, folder: Path, location: str, patience_s: float, prefix: str = "writer"
    ) -> None:
        """Prepare a lock.

        Args:
            folder: of the lock's files.
            location: of the library, for messages.
            patience_s: how long to wait for it.
            prefix: what the names of its files begin with.
        """
        self._path = folder / f"{prefix}.lock"
        self._queue = folder / f"{prefix}.queue"
        self._location = location
        self._patience_s = patience_s
        self.abandoned = True

    @contextlib.contextmanager
    def exclusive(self) -> Iterator[None]:
        """Hold the lock for the block.

        Raises:
            LibraryBusyError: another holder did not let go in time; the message names it.
            OSError: the lock files cannot be written.
        """
        with contextlib.ExitStack() as stack:
            handle = self._held(stack, time.monotonic() + self._patience_s)
            self.abandoned |= bool(_signature(handle))
            self._sign(handle, str(os.getpid()))
            yield
            if not self.abandoned:
                with contextlib.suppress(OSError):  # the next holder cleans up once more
                    self._sign(handle, "")

    @contextlib.contextmanager
    def shared(self) -> Iterator[None]:
        """Keep writers out for the block, along with others who do the same.

        Where there is no lock file, nobody has written since the library was copied there, and
        there is nothing to hold.

        Raises:
            LibraryBusyError: a writer did not let go in time.
            OSError: the lock file cannot be read.
        """
        with contextlib.ExitStack() as stack:
            with contextlib.suppress(FileNotFoundError):
                handle = stack.enter_context(_opened(self._path, os.O_RDONLY))
                self._take(handle, fcntl.LOCK_SH, time.monotonic() + self._patience_s)
            yield

    def _held(self, stack: contextlib.ExitStack, deadline: float) -> int:
        """Return the lock file, held; one that was replaced while we waited is nobody's lock."""
        while True:
            with contextlib.ExitStack() as attempt:
                handle = attempt.enter_context(_opened(self._path, os.O_RDWR | os.O_CREAT))
                with _opened(self._queue, os.O_RDWR | os.O_CREAT) as queue:
                    self._take(queue, fcntl.LOCK_EX, deadline)
                    self._take(handle, fcntl.LOCK_EX, deadline)
                if os.path.samestat(os.fstat(handle), self._path.stat()):
                    stack.enter_context(attempt.pop_all())
                    return handle

    def _take(self, handle: int, kind: int, deadline: float) -> None:
        while True:
            try:
                fcntl.flock(handle, kind | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    raise LibraryBusyError(self._location, self._holder()) from None
                time.sleep(_POLL_S)
            else:
                return

    def _holder(self) -> str:
        with _opened(self._path, os.O_RDONLY) as handle:
            pid = _signature(handle)
        who = f"process {pid}" if pid else "another process"
        return f"{who} is writing to it and did not finish within {self._patience_s:g} s"

    @staticmethod
    def _sign(handle: int, text: str) -> None:
        os.pwrite(handle, text.ljust(_SIGNATURE_BYTES).encode(), 0)


def _signature(handle: int) -> str:
    return os.pread(handle, _SIGNATURE_BYTES, 0).decode("ascii", "replace").strip()


@contextlib.contextmanager
def _opened(path: Path, flags: int) -> Iterator[int]:
    handle = os.open(path, flags | os.O_CLOEXEC, 0o666)
    try:
        yield handle
    finally:
        os.close(handle)
