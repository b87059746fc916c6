from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from earmark import Library
from earmark.errors import LibraryBusyError
from earmark.ingest import new_id
from earmark.server.state import open_state
from earmark.server.submitting import folder_of
from earmark.server.tasks import worker
from earmark.server.tasks.base import Task, TaskKind, TaskState
from earmark.server.tasks.kinds import Work
from earmark.server.tasks.sqlite import SqliteTaskQueue
from earmark.server.tasks.worker import MOST_ATTEMPTS, Worker, WorkerSettings


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[SqliteTaskQueue]:
    """A queue with one task that waits."""
    state = open_state(tmp_path)
    queue = SqliteTaskQueue(state)
    queue.put(new_id(), TaskKind.DUPLICATES, {"least_s": 10.0}, 10)
    yield queue
    state.close()


def done(queue: SqliteTaskQueue, folder: Path) -> Task:
    """Let a worker do the next task once."""
    settings = WorkerSettings(str(folder), "memory:", 512, 1.0, "reference")
    task = queue.claim("one")
    assert task is not None
    folder_of(folder, task.id).mkdir(parents=True)
    Worker(Library.open("memory:"), queue, settings).work_off(task)
    return queue.get(task.id)


def test_what_came_of_a_task_is_written_down(queue: SqliteTaskQueue, tmp_path: Path) -> None:
    """And its files are dropped."""
    task = done(queue, tmp_path)
    assert (task.state, task.result) == (TaskState.DONE, {"groups": []})
    assert not folder_of(tmp_path, task.id).exists()


@pytest.mark.parametrize(("error", "status"), [(ValueError("odd"), 500), (KeyError("x"), 500)])
def test_what_is_odd_about_a_task_stops_no_other(
    queue: SqliteTaskQueue,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: Exception,
    status: int,
) -> None:
    """It has failed, with a problem that tells nothing; the log has the rest."""

    def fail(_: Work) -> dict[str, object]:
        raise error

    monkeypatch.setattr(worker, "KINDS", {TaskKind.DUPLICATES: fail})
    task = done(queue, tmp_path)
    assert task.state is TaskState.FAILED
    assert task.error is not None
    assert task.error["status"] == status
    assert str(error) not in str(task.error["detail"])
    assert type(error).__name__ in capsys.readouterr().err


def test_a_busy_library_is_tried_again(
    queue: SqliteTaskQueue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """But not for ever; its files are kept for so long."""

    def fail(_: Work) -> dict[str, object]:
        location = "x"
        raise LibraryBusyError(location, "another process writes")

    monkeypatch.setattr(worker, "KINDS", {TaskKind.DUPLICATES: fail})
    for _ in range(MOST_ATTEMPTS - 1):
        task = done(queue, tmp_path)
        assert task.state is TaskState.QUEUED
        folder_of(tmp_path, task.id).rmdir()
    assert done(queue, tmp_path).state is TaskState.FAILED
