"""A queue of tasks in the server's own database."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from earmark import jsonable
from earmark.errors import OverloadedError, TaskNotFoundError
from earmark.server.tasks.base import Task, TaskKind, TaskState
from earmark.units import iso_utc

if TYPE_CHECKING:
    import sqlite3

    from earmark.sqlitefile import SqliteFile

RETRY_AFTER_S = 30.0


class SqliteTaskQueue:
    """Tasks in a SQLite file; safe for threads and processes."""

    def __init__(self, state: SqliteFile) -> None:
        """Use the server's database."""
        self._state = state

    def put(self, task_id: str, kind: TaskKind, request: Mapping[str, Any], most: int) -> None:
        """Queue a task."""
        written = jsonable.dumps(dict(request))
        values = {"id": task_id, "kind": kind.value, "request": written, "most": most}
        if not self._state.changed("put_task", now=_now(), **values):
            message = f"{most} tasks wait already"
            raise OverloadedError(message, RETRY_AFTER_S)

    def get(self, task_id: str) -> Task:
        """Return a task."""
        rows = self._state.rows("task", id=_storable(task_id))
        if not rows:
            raise TaskNotFoundError(task_id)
        return _task(rows[0])

    def page(
        self,
        *,
        state: TaskState | None = None,
        kind: TaskKind | None = None,
        before: int | None = None,
        limit: int = 100,
    ) -> list[Task]:
        """Return tasks, latest first."""
        rows = self._state.rows("tasks", state=state, kind=kind, before=before, page=limit)
        return [_task(row) for row in rows]

    def claim(self, worker: str) -> Task | None:
        """Give the oldest task that waits to a worker."""
        rows = self._state.rows("claim_task", worker=worker, now=_now())
        return _task(rows[0]) if rows else None

    def note_progress(self, task: Task, done: int, total: int) -> bool:
        """Note how far a task is."""
        return self._changed("note_progress", task, done=done, total=total)

    def finish(
        self,
        task: Task,
        state: TaskState,
        result: Mapping[str, Any] | None = None,
        error: Mapping[str, Any] | None = None,
    ) -> bool:
        """Write down what came of a task."""
        values = {"result": _written(result), "error": _written(error)}
        return self._changed("finish_task", task, state=state.value, now=_now(), **values)

    def requeue(self, task: Task) -> bool:
        """Let a task wait again."""
        return self._changed("requeue_task", task)

    def cancel(self, task_id: str) -> bool:
        """Cancel a task."""
        return self._state.changed("cancel_task", id=_storable(task_id), now=_now()) > 0

    def running(self) -> Sequence[Task]:
        """Return every task that a worker has."""
        return [_task(row) for row in self._state.rows("running_tasks")]

    def counts(self) -> Mapping[TaskState, int]:
        """Count the tasks of each state."""
        found = {row["state"]: row["tasks"] for row in self._state.rows("count_tasks")}
        return {state: found.get(state.value, 0) for state in TaskState}

    def drop_ended(self, before: datetime) -> list[Task]:
        """Forget tasks that ended before a moment."""
        rows = self._state.rows("expired_tasks", moment=iso_utc(before))
        return [_task(row) for row in rows if self._state.changed("drop_task", id=row["id"])]

    def _changed(self, name: str, task: Task, **values: object) -> bool:
        return self._state.changed(name, id=task.id, attempts=task.attempts, **values) > 0


def _now() -> str:
    return iso_utc(datetime.now(UTC))


def _storable(text: str) -> str:
    """SQLite takes no half characters; no id has any."""
    return text.encode("utf-8", "replace").decode()


def _written(value: Mapping[str, Any] | None) -> str | None:
    return None if value is None else jsonable.dumps(dict(value))


def _read(text: str | None) -> Mapping[str, Any] | None:
    return None if text is None else json.loads(text)


def _task(row: sqlite3.Row) -> Task:
    values = dict(row)
    values["kind"] = TaskKind(row["kind"])
    values["state"] = TaskState(row["state"])
    values["request"] = json.loads(row["request"])
    values["result"], values["error"] = _read(row["result"]), _read(row["error"])
    return Task(**values)
