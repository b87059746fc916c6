"""Work that outlives its request."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from earmark.errors import TaskConflictError
from earmark.server.replies import Reply, page_of, place_of
from earmark.server.routes.common import (
    ADMIN,
    READ,
    WRITE,
    CursorQuery,
    Here,
    IdPath,
    LimitQuery,
    task_object,
    telling,
)
from earmark.server.schemas import TaskPage, TaskShape
from earmark.server.tasks.base import TaskKind, TaskState

router = APIRouter(tags=["tasks"])


@router.get("/tasks", dependencies=[ADMIN], responses=telling(TaskPage, 400))
def list_tasks(
    context: Here,
    state: Annotated[TaskState | None, Query()] = None,
    kind: Annotated[TaskKind | None, Query()] = None,
    cursor: CursorQuery = None,
    limit: LimitQuery = 100,
) -> Response:
    """List tasks, latest first."""
    before = place_of(cursor)
    found = context.queue.page(state=state, kind=kind, before=before, limit=limit + 1)
    page = found[:limit]
    following = page[-1].number if len(found) > limit else None
    return page_of("tasks", [task_object(task) for task in page], following)


@router.get("/tasks/{task_id}", dependencies=[READ], responses=telling(TaskShape, 404))
def show_task(context: Here, task_id: IdPath) -> Response:
    """Tell how far a task is, and what came of it."""
    return Reply(task_object(context.queue.get(task_id)))


@router.delete("/tasks/{task_id}", dependencies=[WRITE], responses=telling(TaskShape, 404, 409))
def cancel_task(context: Here, task_id: IdPath) -> Response:
    """Cancel a task that has not ended yet."""
    if not context.queue.cancel(task_id):
        state = context.queue.get(task_id).state
        message = f"the task has ended already: it is {state}"
        raise TaskConflictError(message)
    context.wake()
    return Reply(task_object(context.queue.get(task_id)))
