"""A process that works off tasks, one at a time: `python -m earmark.server.tasks.worker NAME`.

Its settings come as one line of JSON on the standard input. After that each byte there tells it
that a task waits (`w`) or that it shall end when it has done what it is at (`q`). When the input
ends, the server has died, and so does this process, at once: what it was at waits again as soon as
a server runs. It says on its standard output, in lines, that it is ready and which task it has.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import sys
import threading
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

from earmark import jsonable
from earmark.errors import EarmarkError, LibraryBusyError
from earmark.library import Library
from earmark.server import problems
from earmark.server.state import open_state
from earmark.server.submitting import folder_of
from earmark.server.tasks.base import Task, TaskQueue, TaskState, needs_files
from earmark.server.tasks.kinds import KINDS, Work, longest_s
from earmark.server.tasks.sqlite import SqliteTaskQueue
from earmark.types import MediaKind

POLL_S = 5.0
"""Without being told of a task, a worker looks for one so often."""

MOST_ATTEMPTS = 3
"""A task whose worker dies, or that finds the library busy, is tried so often."""

WAKE, QUIT = b"w", b"q"


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """What a worker has to know."""

    state: str
    library: str = field(repr=False)
    most_mb: int
    track_hours: float
    media: str

    def to_line(self) -> bytes:
        """Write them for a worker's input."""
        return json.dumps(asdict(self)).encode() + b"\n"


class Signals:
    """What the server says to its worker."""

    def __init__(self, source: BinaryIO) -> None:
        """Begin to listen."""
        self._source = source
        self._told = threading.Event()
        self.is_over = False
        threading.Thread(target=self._listen, daemon=True).start()

    def wait(self) -> None:
        """Wait for news, or for the time to look without."""
        self._told.wait(POLL_S)
        self._told.clear()

    def _listen(self) -> None:
        while byte := self._source.read(1):
            self.is_over |= byte == QUIT
            self._told.set()
        os._exit(1)


class Worker:
    """Takes tasks from a queue and does them."""

    def __init__(self, library: Library, queue: TaskQueue, settings: WorkerSettings) -> None:
        """Use a library that is open."""
        self._library = library
        self._queue = queue
        self._state = Path(settings.state)
        self._longest_s = longest_s(settings.track_hours)
        self._media = MediaKind(settings.media)

    def work_off(self, task: Task) -> None:
        """Do one task, and write down what came of it."""
        folder = folder_of(self._state, task.id)
        work = Work(
            self._library,
            folder,
            task.request,
            self._longest_s,
            self._media,
            lambda done, total: self._queue.note_progress(task, done, total),
        )
        try:
            result = KINDS[task.kind](work)
        except LibraryBusyError as error:
            if task.attempts < MOST_ATTEMPTS:
                self._queue.requeue(task)
                return
            self._fail(task, error)
        except Exception as error:  # noqa: BLE001 - whatever is odd about one task stops no other
            self._fail(task, error)
        else:
            self._queue.finish(task, TaskState.DONE, result=result)
        if not needs_files(self._queue, task.id):
            shutil.rmtree(folder, ignore_errors=True)

    def _fail(self, task: Task, error: Exception) -> None:
        if not isinstance(error, EarmarkError):
            sys.excepthook(type(error), error, error.__traceback__)
        _, told = problems.document(error, task.id)
        self._queue.finish(task, TaskState.FAILED, error=told)


def main(name: str) -> int:
    """Work until told to end."""
    # unbuffered: a thread that waits in a buffer's lock would not let this process end
    source = cast("BinaryIO", getattr(sys.stdin.buffer, "raw"))  # noqa: B009
    settings = WorkerSettings(**json.loads(source.readline()))
    confine(settings.most_mb)
    state = open_state(Path(settings.state))
    queue = SqliteTaskQueue(state)
    signals = Signals(source)
    with Library.open(settings.library, create=False) as library:
        worker = Worker(library, queue, settings)
        say({"ready": True})
        while not signals.is_over:
            task = queue.claim(name)
            if task is None:
                signals.wait()
                continue
            say({"task": task.id})
            worker.work_off(task)
            say({"task": None})
    state.close()
    return 0


def say(what: jsonable.Object) -> None:
    """Tell the server."""
    sys.stdout.write(jsonable.dumps(what) + "\n")
    sys.stdout.flush()


def confine(most_mb: int) -> None:
    """Set a ceiling on this process's memory."""
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    most = most_mb << 20
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
