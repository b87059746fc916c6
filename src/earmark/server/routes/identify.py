"""Naming clips."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from earmark import jsonable
from earmark.clip_peaks import rule_of
from earmark.server.context import context_of
from earmark.server.hearing import named
from earmark.server.reading import sent_clip
from earmark.server.replies import Reply
from earmark.server.routes.common import (
    READ,
    HardnessQuery,
    Here,
    accepted,
    query_of,
    taking_audio,
    telling,
)
from earmark.server.schemas import Answer, PeaksRule, TaskShape
from earmark.server.submitting import submit
from earmark.server.tasks.base import TaskKind

router = APIRouter(tags=["identify"], dependencies=[READ])


@router.post(
    "/identify",
    responses={**telling(Answer, 400, 408, 409, 413, 503), 202: {"model": TaskShape}},
    openapi_extra=taking_audio("clip.webm", or_peaks=True),
)
async def identify(
    request: Request,
    hardness: HardnessQuery,
    *,
    wait: Annotated[bool, Query(description="False: answer with a task at once.")] = True,
) -> Response:
    """Name a clip: any audio as the body, a form with a `file`, or JSON with base64 or peaks.

    Peaks in place of sound are what `earmark fingerprint` prints; docs/peaks.md says how they are
    found. Of a clip longer than two minutes only the beginning is listened to. A clip that is not
    known is no error: its `status` says so.
    """
    context = context_of(request)
    async with sent_clip(request) as sent:
        if wait:
            return Reply(jsonable.identification(await named(context, sent, query_of(hardness))))
        asked = {"hardness": hardness.model_dump(mode="json"), "files": [sent.name]}
        task = await submit(context, TaskKind.IDENTIFY, asked, [sent.data])
    return accepted(task)


@router.get("/peaks", responses=telling(PeaksRule))
def peaks_rule(context: Here) -> Response:
    """Tell how the peaks are found that `/identify` takes in place of sound."""
    return Reply(rule_of(context.library.params, context.library.query))
