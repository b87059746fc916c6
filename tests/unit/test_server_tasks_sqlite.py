from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from earmark.errors import OverloadedError, TaskNotFoundError
from earmark.ingest import new_id
from earmark.server.state import open_state
from earmark.server.tasks.base import TaskKind, TaskState
from earmark.server.tasks.sqlite import SqliteTaskQueue


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[SqliteTaskQueue]:
    """A new queue."""
    state = open_state(tmp_path)
    yield SqliteTaskQueue(state)
    state.close()


def put(queue: SqliteTaskQueue, most: int = 10) -> str:
    """Queue a task and return its id."""
    task_id = new_id()
    queue.put(task_id, TaskKind.SCAN, {"files": ["a\udcff"]}, most)
    return task_id


def test_tasks_are_given_out_in_their_order(queue: SqliteTaskQueue) -> None:
    """Each to one worker; then there is none left."""
    ids = [put(queue), put(queue)]
    given = [queue.claim("one"), queue.claim("two")]
    assert [task and task.id for task in given] == ids
    assert [task and task.attempts for task in given] == [1, 1]
    assert queue.claim("one") is None


def test_a_task_comes_back_as_it_was_put(queue: SqliteTaskQueue) -> None:
    """With its request, names that are no text included, and what came of it."""
    put(queue)
    task = queue.claim("one")
    assert task is not None
    assert task.request == {"files": ["a\udcff"]}
    assert queue.note_progress(task, 3, 9)
    assert (queue.get(task.id).done, queue.get(task.id).total) == (3, 9)
    assert queue.finish(task, TaskState.DONE, result={"x": 1})
    assert queue.get(task.id).result == {"x": 1}


def test_a_worker_that_lost_its_task_is_not_heard(queue: SqliteTaskQueue) -> None:
    """What it says late changes nothing: the task is another's now."""
    task_id = put(queue)
    first = queue.claim("one")
    assert first is not None
    assert queue.requeue(first)
    second = queue.claim("two")
    assert second is not None
    assert second.attempts == 2
    assert not queue.finish(first, TaskState.FAILED)
    assert not queue.note_progress(first, 1, 1)
    assert not queue.requeue(first)
    assert queue.finish(second, TaskState.DONE, result={})
    assert queue.get(task_id).state is TaskState.DONE


def test_what_has_ended_stays_so(queue: SqliteTaskQueue) -> None:
    """A task that was cancelled is not done afterwards, nor cancelled again."""
    put(queue)
    task = queue.claim("one")
    assert task is not None
    assert queue.cancel(task.id)
    assert not queue.cancel(task.id)
    assert not queue.finish(task, TaskState.DONE, result={})
    assert queue.get(task.id).state is TaskState.CANCELLED


def test_a_cancelled_task_is_not_given_out(queue: SqliteTaskQueue) -> None:
    """It has ended before it began."""
    assert queue.cancel(put(queue))
    assert queue.claim("one") is None


def test_only_so_many_wait(queue: SqliteTaskQueue) -> None:
    """One more is refused; those that run do not count."""
    put(queue, most=1)
    with pytest.raises(OverloadedError):
        put(queue, most=1)
    queue.claim("one")
    put(queue, most=1)


def test_a_listing_is_latest_first(queue: SqliteTaskQueue) -> None:
    """And can be narrowed, and taken part by part."""
    ids = [put(queue) for _ in range(3)]
    assert [task.id for task in queue.page()] == ids[::-1]
    assert [task.id for task in queue.page(before=queue.get(ids[1]).number)] == ids[:1]
    assert queue.page(state=TaskState.DONE) == []
    assert len(queue.page(kind=TaskKind.SCAN, limit=2)) == 2


def test_a_listing_goes_on_though_its_last_task_is_forgotten(queue: SqliteTaskQueue) -> None:
    """What was put before it is told all the same."""
    waiting, ended = put(queue), put(queue)
    queue.cancel(ended)
    (last,) = queue.page(limit=1)
    queue.drop_ended(datetime.now(UTC) + timedelta(hours=1))
    assert (last.id, [task.id for task in queue.page(before=last.number)]) == (ended, [waiting])


def test_old_results_are_forgotten(queue: SqliteTaskQueue) -> None:
    """What waits or runs is not."""
    waiting, ended = put(queue), put(queue)
    queue.cancel(ended)
    later = datetime.now(UTC) + timedelta(hours=1)
    assert [task.id for task in queue.drop_ended(later)] == [ended]
    assert queue.counts()[TaskState.QUEUED] == 1
    queue.get(waiting)
    with pytest.raises(TaskNotFoundError):
        queue.get(ended)


def test_an_odd_id_is_none(queue: SqliteTaskQueue) -> None:
    """Not even half a character does harm."""
    with pytest.raises(TaskNotFoundError):
        queue.get("\ud800")
    assert not queue.cancel("\ud800")
