"""The promise of a queue of tasks.

Laws:

1. A task that was put survives the death of any process, and a loss of power.
2. A task is given to one worker at a time. Each time it is given, its `attempts` rise by one; what
   a worker says counts only while the task is at the attempt that the worker was given.
3. A task ends once: as done, failed or cancelled. What has ended does not change any more.
4. Tasks are given out in the order in which they were put.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from earmark.errors import TaskNotFoundError


class TaskState(StrEnum):
    """Where a task is."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def has_ended(self) -> bool:
        """Whether it stays so."""
        return self in {TaskState.DONE, TaskState.FAILED, TaskState.CANCELLED}


class TaskKind(StrEnum):
    """What a task does."""

    ADD = "add"
    IDENTIFY = "identify"
    SCAN = "scan"
    DUPLICATES = "duplicates"


@dataclass(frozen=True, slots=True)
class Task:
    """One piece of work."""

    id: str
    """UUIDv7: later ones sort higher."""
    number: int
    """Its place among all: later ones have higher numbers."""
    kind: TaskKind
    request: Mapping[str, Any]
    """What is to be done, as JSON."""
    state: TaskState
    created_at: str
    """UTC, ISO 8601, like the next."""
    started_at: str | None
    finished_at: str | None
    attempts: int
    worker: str | None
    """Who has it, or had it last."""
    done: int | None
    """How far it is, of `total`."""
    total: int | None
    result: Mapping[str, Any] | None
    error: Mapping[str, Any] | None
    """A problem document."""

    @property
    def needs_files(self) -> bool:
        """Whether its files are kept: until it has ended, and of a scan as long as its result."""
        is_heard = self.kind is TaskKind.SCAN and self.state is TaskState.DONE
        return is_heard or not self.state.has_ended


class TaskQueue(Protocol):
    """Tasks, and who works on them."""

    def put(self, task_id: str, kind: TaskKind, request: Mapping[str, Any], most: int) -> None:
        """Queue a task.

        Raises:
            OverloadedError: `most` wait already.
            ServerStateError: the queue cannot be written; so for all that follows.
        """

    def get(self, task_id: str) -> Task:
        """Return a task.

        Raises:
            TaskNotFoundError: there is none with this id.
        """

    def page(
        self,
        *,
        state: TaskState | None = None,
        kind: TaskKind | None = None,
        before: int | None = None,
        limit: int = 100,
    ) -> list[Task]:
        """Return tasks, latest first, whose numbers are below `before`."""

    def claim(self, worker: str) -> Task | None:
        """Give the oldest task that waits to a worker."""

    def note_progress(self, task: Task, done: int, total: int) -> bool:
        """Note how far a task is; return whether this attempt still has it."""

    def finish(
        self,
        task: Task,
        state: TaskState,
        result: Mapping[str, Any] | None = None,
        error: Mapping[str, Any] | None = None,
    ) -> bool:
        """Write down what came of a task; return whether this attempt still had it."""

    def requeue(self, task: Task) -> bool:
        """Let a task wait again; return whether this attempt still had it."""

    def cancel(self, task_id: str) -> bool:
        """Cancel a task; return whether it had not ended yet."""

    def running(self) -> Sequence[Task]:
        """Return every task that a worker has, or had when it died."""

    def counts(self) -> Mapping[TaskState, int]:
        """Count the tasks of each state."""

    def drop_ended(self, before: datetime) -> list[Task]:
        """Forget tasks that ended before a moment, and return them."""


def needs_files(queue: TaskQueue, task_id: str) -> bool:
    """Whether the files of a task are kept; those of one that is forgotten are not."""
    try:
        return queue.get(task_id).needs_files
    except TaskNotFoundError:
        return False
