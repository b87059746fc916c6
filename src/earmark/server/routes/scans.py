"""Long recordings: what is in them, and what they sound like."""

from __future__ import annotations

import os
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from earmark.errors import SoundGoneError, TaskConflictError, TaskNotFoundError
from earmark.server.context import Context, context_of
from earmark.server.listening import DurationQuery, Picture, StartQuery, drawn, heard
from earmark.server.options import MEGABYTE
from earmark.server.reading import allow_body, refuse_type
from earmark.server.replies import Reply
from earmark.server.routes.common import (
    BINARY,
    READ,
    TAKING_FILES,
    HardnessQuery,
    Here,
    IdPath,
    accepted,
    task_object,
    telling,
)
from earmark.server.schemas import Problem, SpectrogramShape, TaskShape
from earmark.server.sounds import Sound, media_type_of
from earmark.server.submitting import Upload, folder_of, received
from earmark.server.tasks.base import Task, TaskKind, TaskState
from earmark.timelines import TimelineForm, timeline_lines

MEDIA_TYPES = {
    TimelineForm.JSONL: "application/x-ndjson",
    TimelineForm.CSV: "text/csv",
    TimelineForm.CUE: "application/x-cue",
}

PLAYED: dict[str, Any] = {"content": {"audio/*": BINARY}}

router = APIRouter(tags=["scans"], dependencies=[READ])


@router.post(
    "/scans",
    status_code=202,
    responses=telling(TaskShape, 400, 408, 413, 415, 503, 507, status=202),
    openapi_extra=TAKING_FILES,
)
async def scan_recording(
    request: Request,
    hardness: HardnessQuery,
    name: Annotated[str, Query(max_length=200, description="What a body is called.")] = "",
) -> Response:
    """Find everything from the library in a recording of any length; the task has the timeline."""
    refuse_type(request)
    context = context_of(request)
    allow_body(request, context.options.limits.upload_mb * MEGABYTE)
    with Upload(context) as upload:
        files = await received(request, upload, name, most=1)
        asked = {"hardness": hardness.model_dump(mode="json"), "files": files}
        return accepted(upload.put(TaskKind.SCAN, asked))


@router.get("/scans/{scan_id}", responses=telling(TaskShape, 404))
def show_scan(context: Here, scan_id: IdPath) -> Response:
    """Tell how far a scan is; its `result` is the timeline, with the `spans`."""
    return Reply(task_object(_scan(context, scan_id)))


@router.get(
    "/scans/{scan_id}/export",
    response_class=Response,
    responses={
        **telling(Problem, 404, 409),
        200: {"content": {kind: {} for kind in MEDIA_TYPES.values()}, "description": "The file."},
    },
)
def export_scan(
    context: Here,
    scan_id: IdPath,
    form: Annotated[TimelineForm, Query(alias="format", description="csv, cue or jsonl.")],
) -> Response:
    """Write the timeline of a scan as a file: a line of JSON or CSV for each span, or a CUE sheet.

    They are those that `earmark scan` prints.
    """
    task = _scan(context, scan_id)
    if task.result is None:
        message = f"the scan has no timeline: it is {task.state}"
        raise TaskConflictError(message)
    text = "".join(f"{line}\n" for line in timeline_lines(dict(task.result), form))
    name = f'attachment; filename="scan.{form.value}"'
    return Response(text, 200, {"Content-Disposition": name}, MEDIA_TYPES[form])


@router.get(
    "/scans/{scan_id}/audio",
    response_class=Response,
    responses={
        **telling(Problem, 400, 404, 503),
        200: {**PLAYED, "description": "The recording."},
        206: {**PLAYED, "description": "The bytes that were asked for with `Range`."},
        416: {"description": "There are no such bytes."},
    },
)
async def audio_of_scan(
    request: Request,
    scan_id: IdPath,
    start_s: StartQuery = None,
    duration_s: DurationQuery = None,
) -> Response:
    """Play the recording of a scan, as `/tracks/{id}/audio` plays a track.

    It is kept as long as the scan's result, while there is room.
    """
    context = context_of(request)
    return await heard(context, _sound(context, scan_id), request.headers, start_s, duration_s)


@router.get(
    "/scans/{scan_id}/spectrogram",
    response_class=Response,
    responses={
        **telling(SpectrogramShape, 400, 404, 503),
        200: {
            "model": SpectrogramShape,
            "content": {"image/png": BINARY},
            "description": "Levels from -90 dB (dark) to -10 dB; time to the right.",
        },
    },
)
async def spectrogram_of_scan(
    context: Here, scan_id: IdPath, wanted: Annotated[Picture, Query()]
) -> Response:
    """Draw part of the recording of a scan, as `/tracks/{id}/spectrogram` draws a track."""
    return await drawn(context, _sound(context, scan_id), wanted)


def _scan(context: Context, scan_id: str) -> Task:
    """Return the task of a scan.

    Raises:
        TaskNotFoundError: there is none with this id, or it is none of a scan.
    """
    task = context.queue.get(scan_id)
    if task.kind is not TaskKind.SCAN:
        raise TaskNotFoundError(scan_id)
    return task


def _sound(context: Context, scan_id: str) -> Sound:
    """Open the recording of a scan.

    Raises:
        TaskNotFoundError: there is no such scan.
        SoundGoneError: its recording is not kept.
    """
    task = _scan(context, scan_id)
    name = str(task.request["files"][0])
    try:
        file = (folder_of(context.options.state, task.id) / "0").open("rb")
    except OSError as error:
        cause = "its recording was not kept"
        if task.state is TaskState.DONE:
            cause = "its recording had to make room for others"
        raise SoundGoneError(task.id, cause) from error
    size_bytes = os.fstat(file.fileno()).st_size
    return Sound(file, size_bytes, media_type_of(name), name, task.id)
