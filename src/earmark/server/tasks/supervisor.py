"""Keeps workers running: starts them, starts them again, and takes from them what goes wrong.

A task belongs to the worker that claimed it. When that worker dies, or is ended because the task
took too long or was cancelled, the task waits again, or has failed if it has been tried often
enough. When a server starts, no worker has any task: what is still marked as running was left by
one that died.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import shutil
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from earmark.errors import EarmarkError, TaskNotFoundError
from earmark.server.logs import note
from earmark.server.options import MEGABYTE
from earmark.server.state import uploads
from earmark.server.submitting import folder_of
from earmark.server.tasks.base import Task, TaskQueue, TaskState, needs_files
from earmark.server.tasks.worker import MOST_ATTEMPTS, QUIT, WAKE, WorkerSettings

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from earmark.server.options import ServerOptions

LOOK_S = 0.5
"""How often it is looked whether a task takes too long or was cancelled."""

TIDY_S = 60.0
"""How often what is old is dropped."""

PAUSE_S = 2.0
"""Before a worker that died is started again: one that cannot start shall not take a processor."""


class Supervisor:
    """The workers of one server."""

    def __init__(self, options: ServerOptions, queue: TaskQueue) -> None:
        """Begin without any."""
        self._options = options
        self._queue = queue
        self._posts = [_Post(f"worker-{number}") for number in range(options.workers)]
        self._running: list[asyncio.Task[None]] = []
        self._is_over = False

    @property
    def pids(self) -> list[int]:
        """The ids of the processes that run."""
        return [post.process.pid for post in self._posts if post.process is not None]

    def wake(self) -> None:
        """Tell the workers that a task waits, or that one was cancelled."""
        for post in self._posts:
            post.say(WAKE)

    def take_up(self) -> None:
        """Take up what an earlier server left, before anything is asked of this one."""
        for task in self._queue.running():
            self._lost(task, "the server died while it ran")
        self._sweep()

    def begin(self) -> None:
        """Start the workers, in the loop that runs."""
        self._running = [asyncio.create_task(self._man(post)) for post in self._posts]
        self._running.append(asyncio.create_task(self._look_after()))

    async def close(self) -> None:
        """Let the workers finish what they are at, as long as there is time; then end them."""
        self._is_over = True
        for post in self._posts:
            post.say(QUIT)
        men = self._running[:-1]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._options.shutdown_s):
                await asyncio.gather(*(asyncio.shield(man) for man in men))
        for post in self._posts:
            post.kill()
        await asyncio.gather(*men, return_exceptions=True)
        for one in self._running:
            one.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _man(self, post: _Post) -> None:
        """Keep a worker at a post."""
        while not self._is_over:
            with _noted("worker cannot be run"):
                await post.serve(self._options)
            while not self._is_taken_from(post) and not self._is_over:  # noqa: ASYNC110 - no event
                await asyncio.sleep(PAUSE_S)
            if not self._is_over and not post.was_ended:
                note("worker died", level=logging.WARNING, worker=post.name)
                await asyncio.sleep(PAUSE_S)

    def _is_taken_from(self, post: _Post) -> bool:
        """Deal with the task of a worker that is gone; it may not have said which it has.

        Return whether that was possible: where the queue cannot be written, it is tried again.
        """
        is_done = False
        with _noted("tasks cannot be taken back"):
            for task in self._queue.running():
                if task.worker == post.name:
                    self._lost(task, post.why or "its worker died")
            if post.task is not None and not needs_files(self._queue, post.task):
                self._drop_files(post.task)
            post.task = None
            is_done = True
        return is_done  # noqa: RET504 - what was noted has ended the block before

    def _drop_files(self, task_id: str) -> None:
        shutil.rmtree(folder_of(self._options.state, task_id), ignore_errors=True)

    def _lost(self, task: Task, why: str) -> None:
        """Let a task wait again, or fail."""
        note("task lost", level=logging.WARNING, task=task.id, why=why, attempts=task.attempts)
        if task.attempts < MOST_ATTEMPTS:
            self._queue.requeue(task)
            self.wake()
            return
        self._queue.finish(task, TaskState.FAILED, error=_given_up(task, why))
        self._drop_files(task.id)

    async def _look_after(self) -> None:
        """End workers that are too slow, or at what was cancelled; drop what is old."""
        tidied = time.monotonic()
        while True:
            await asyncio.sleep(LOOK_S)
            with _noted("workers cannot be looked after"):
                self._end_hopeless()
            if time.monotonic() - tidied > TIDY_S:
                tidied = time.monotonic()
                with _noted("cannot tidy up"):
                    self._tidy()

    def _end_hopeless(self) -> None:
        """End workers at tasks that are not worth going on with."""
        for post in self._posts:
            if post.task is not None:
                post.why = self._why_not_go_on(post)
                if post.why is not None:
                    post.kill()

    def _why_not_go_on(self, post: _Post) -> str | None:
        try:
            state = self._queue.get(post.task or "").state
        except TaskNotFoundError:
            return "it is forgotten"
        if state is TaskState.CANCELLED:
            return "it was cancelled"
        most_s = self._options.limits.task_s
        if state is TaskState.RUNNING and time.monotonic() - post.began > most_s:
            return f"it took longer than {most_s:g} s"
        return None

    def _tidy(self) -> None:
        """Drop what ended long ago, and the recordings of scans that there is no room for."""
        before = datetime.now(UTC) - timedelta(hours=self._options.keep_hours)
        for task in self._queue.drop_ended(before):
            self._drop_files(task.id)
        left = self._options.limits.scans_mb * MEGABYTE
        for folder in sorted(uploads(self._options.state).iterdir(), reverse=True):  # latest first
            if self._is_heard(folder.name):
                left -= _size_of(folder)
                if left < 0:
                    self._drop_files(folder.name)

    def _is_heard(self, task_id: str) -> bool:
        """Whether files are those of a scan that is done, kept to be listened to."""
        try:
            task = self._queue.get(task_id)
        except TaskNotFoundError:
            return False
        return task.needs_files and task.state.has_ended

    def _sweep(self) -> None:
        """Drop files of tasks that need none any more, or never were."""
        folder = uploads(self._options.state)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for entry in folder.iterdir():
            if not needs_files(self._queue, entry.name):
                shutil.rmtree(entry, ignore_errors=True)


class _Post:
    """A place for one worker."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.process: Process | None = None
        self.task: str | None = None
        """The id of the task that the worker has."""
        self.began = 0.0
        self.why: str | None = None
        """Why the worker was ended."""
        self.was_ended = False

    def say(self, what: bytes) -> None:
        """Tell the worker something."""
        if self.process is not None and self.process.stdin is not None:
            with contextlib.suppress(OSError, RuntimeError):
                self.process.stdin.write(what)

    def kill(self) -> None:
        """End the worker at once."""
        self.was_ended = True
        _kill(self.process)

    async def serve(self, options: ServerOptions) -> None:
        """Run a worker until it ends."""
        self.was_ended = False
        self.why = None
        settings = WorkerSettings(
            str(options.state),
            options.library,
            options.limits.task_mb,
            options.limits.track_hours,
            options.media,
        )
        self.process = process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "earmark.server.tasks.worker",
            self.name,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is the server's to deal with
        )
        try:
            self.say(settings.to_line())
            await self._hear(process)
            await process.wait()
        finally:
            _kill(process)
            await process.wait()
            process._transport.close()  # type: ignore[attr-defined]  # noqa: SLF001
            self.process = None

    async def _hear(self, process: Process) -> None:
        """Note what the worker says."""
        if process.stdout is None:
            return
        async for line in process.stdout:
            told = json.loads(line)
            if told.get("ready"):
                continue
            self.began = time.monotonic()
            self.task = told["task"]


@contextlib.contextmanager
def _noted(what: str) -> Iterator[None]:
    """Write to the log what goes wrong with the server's files or processes, and go on.

    A full disk, or one that fails, may be better the next time; who looks after workers must not
    end before the server does.
    """
    try:
        yield
    except (EarmarkError, OSError, ValueError) as error:
        note(what, level=logging.ERROR, why=str(error))


def _size_of(folder: Path) -> int:
    """Return how many bytes the files of a folder have; none of one that goes meanwhile."""
    try:
        return sum(file.stat().st_size for file in folder.iterdir())
    except OSError:
        return 0


def _kill(process: Process | None) -> None:
    """End a process; one that has ended stays so."""
    if process is not None:
        with contextlib.suppress(ProcessLookupError):
            process.kill()


def _given_up(task: Task, why: str) -> Mapping[str, object]:
    return {
        "type": "urn:earmark:problem:task-given-up",
        "title": "A task that was tried several times and never ended.",
        "status": 500,
        "detail": f"{why}; it was tried {task.attempts} times",
        "request_id": task.id,
    }
