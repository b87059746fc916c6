"""What several routes share: what they say of themselves, and small steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

from fastapi import Depends, Path, Query
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from earmark import jsonable
from earmark.clip_peaks import FORMAT
from earmark.errors import TrackNotFoundError
from earmark.params import QueryParams
from earmark.server.access import Allowing
from earmark.server.context import Context, context_of
from earmark.server.keys import Scope
from earmark.server.problems import MEDIA_TYPE
from earmark.server.replies import Reply
from earmark.server.schemas import Hardness, Problem
from earmark.server.tasks.base import Task

if TYPE_CHECKING:
    from earmark.library import Library
    from earmark.types import Track

Told: TypeAlias = dict[int | str, dict[str, Any]]

READ = Depends(Allowing(Scope.READ))
WRITE = Depends(Allowing(Scope.WRITE))
ADMIN = Depends(Allowing(Scope.ADMIN))

PROBLEM = {"model": Problem, "content": {MEDIA_TYPE: {}}}
AUDIO_TYPES = ("audio/*", "video/webm", "video/mp4", "application/octet-stream")
BINARY = {"schema": {"type": "string", "format": "binary"}}
_NUMBERS = {"type": "array", "items": {"type": "integer"}}
PEAKS: dict[str, Any] = {
    "type": "object",
    "required": ["format", "peaks_id", "frames", "time", "frequency", "level"],
    "properties": {
        "format": {"const": FORMAT},
        "peaks_id": {"type": "string"},
        "frames": {"type": "integer", "minimum": 1},
        "time": _NUMBERS,
        "frequency": _NUMBERS,
        "level": _NUMBERS,
        "name": {"type": "string"},
    },
}
"""Peaks in place of sound, as `clip_peaks.py` reads them."""
FILES = {"type": "array", "items": BINARY["schema"]}
TAKING_FILES = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {"type": "object", "required": ["file"], "properties": {"file": FILES}}
            },
            **dict.fromkeys(AUDIO_TYPES, BINARY),
        },
    }
}

Here: TypeAlias = Annotated[Context, Depends(context_of)]
HardnessQuery: TypeAlias = Annotated[Hardness, Query()]
IdPath: TypeAlias = Annotated[str, Path(max_length=100, description="A UUID.")]
CursorQuery: TypeAlias = Annotated[
    str | None, Query(max_length=300, description="`next_cursor` of the part before.")
]
LimitQuery: TypeAlias = Annotated[int, Query(ge=1, le=1000, description="How many at most.")]


def telling(shape: type[BaseModel], *problems: int, status: int = 200) -> Told:
    """Say what a route answers, and how it may fail."""
    usual = (401, 403, 422, 429)
    return {status: {"model": shape}, **dict.fromkeys(sorted({*usual, *problems}), PROBLEM)}


def taking_audio(example: str, *, or_peaks: bool = False) -> dict[str, Any]:
    """Say that a route takes audio as it is, in a form, or in JSON; with an example of that.

    Perhaps it takes peaks, too.
    """
    form = {"type": "object", "required": ["file"], "properties": {"file": BINARY["schema"]}}
    encoded: dict[str, Any] = {
        "type": "object",
        "required": ["audio"],
        "properties": {
            "audio": {"type": "string", "contentEncoding": "base64"},
            "name": {"type": "string"},
        },
        "example": {"audio": "UklGRg==", "name": example},
    }
    if or_peaks:
        encoded = {"anyOf": [encoded, PEAKS]}
    content: dict[str, Any] = dict.fromkeys(AUDIO_TYPES, BINARY)
    content |= {"multipart/form-data": {"schema": form}, "application/json": {"schema": encoded}}
    return {"requestBody": {"required": True, "content": content}}


def query_of(hardness: Hardness) -> QueryParams:
    """Return how hard to look."""
    return QueryParams(far=hardness.far, ladder=hardness.ladder, time_limit_s=hardness.time_limit_s)


def request_id(request: Request) -> str:
    """Return the id of a request."""
    found: str = request.scope["state"]["request_id"]
    return found


def found(library: Library, track_id: str) -> Track:
    """Return the track with this id; a client names no track by a path.

    Raises:
        TrackNotFoundError: there is none.
    """
    with library.reading() as reader:
        track = reader.track(track_id) if track_id.isascii() else None
    if track is None:
        raise TrackNotFoundError(track_id)
    return track


def accepted(task: Task) -> Response:
    """Answer with a task that was put."""
    return Reply(task_object(task), 202, {"Location": f"/api/v1/tasks/{task.id}"})


def task_object(task: Task) -> jsonable.Object:
    """Everything that a client is told of a task."""
    progress = None if task.total is None else {"done": task.done, "total": task.total}
    return {
        "id": task.id,
        "kind": task.kind.value,
        "state": task.state.value,
        "created_at": task.created_at,
        "started_at": task.started_at,
        "finished_at": task.finished_at,
        "attempts": task.attempts,
        "files": list(task.request.get("files", ())),
        "progress": progress,
        "result": None if task.result is None else dict(task.result),
        "error": None if task.error is None else dict(task.error),
    }
