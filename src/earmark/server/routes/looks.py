"""Longer looks: why a clip was named, what is in a recording, what is there twice, what played."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from earmark import jsonable
from earmark.duplicates.records import LEAST_S
from earmark.errors import UsageError
from earmark.explaining.explain import explain
from earmark.operations.base import PlayQuery, TotalBy
from earmark.operations.opening import open_operations
from earmark.server.context import Context, context_of
from earmark.server.hearing import decoded, staged
from earmark.server.options import MEGABYTE
from earmark.server.reading import allow_body, refuse_type, sent_clip
from earmark.server.replies import Reply
from earmark.server.routes.common import (
    READ,
    TAKING_FILES,
    WRITE,
    HardnessQuery,
    Here,
    IdPath,
    accepted,
    found,
    query_of,
    taking_audio,
    telling,
)
from earmark.server.schemas import ExplanationShape, PlayPage, TaskShape, TotalList
from earmark.server.submitting import Upload, received, submit
from earmark.server.tasks.base import TaskKind

if TYPE_CHECKING:
    from earmark.operations.postgres import PostgresOperations
    from earmark.operations.sqlite import SqliteOperations

MOST_PLAYS = 1000
"""Of one answer."""

router = APIRouter(tags=["looks"])


@router.post(
    "/explain",
    dependencies=[READ],
    responses=telling(ExplanationShape, 400, 404, 408, 413, 503),
    openapi_extra=taking_audio("clip.webm"),
)
async def explain_clip(
    request: Request,
    hardness: HardnessQuery,
    track: Annotated[
        str | None, Query(max_length=100, description="The id of the only track to compare with.")
    ] = None,
) -> Response:
    """Say why a clip is named as it is, or why it is not; takes what `/identify` takes."""
    context = context_of(request)
    wanted = None if track is None else found(context.library, track).id
    async with sent_clip(request) as sent:
        heard = await decoded(context, sent)
        ask = partial(
            explain,
            context.library,
            heard.samples,
            track=wanted,
            sample_rate=heard.rate_hz,
            name=heard.name,
            query=query_of(hardness),
        )
        with staged(context.metrics, "explain"):
            return Reply(jsonable.explanation(await context.processors.run(ask)))


@router.post(
    "/scans",
    status_code=202,
    dependencies=[READ],
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


@router.post(
    "/duplicates",
    status_code=202,
    dependencies=[WRITE],
    responses=telling(TaskShape, 503, status=202),
)
async def find_duplicates(
    context: Here,
    least_s: Annotated[
        float, Query(ge=1, le=3600, description="What shares less is not told.")
    ] = LEAST_S,
) -> Response:
    """Find recordings of the library that are the same, contain one another, or overlap."""
    return accepted(await submit(context, TaskKind.DUPLICATES, {"least_s": least_s}))


class Plays(BaseModel):
    """Which plays: those that fit all that is given."""

    since: datetime | None = Field(None, description="Began at this moment or later.")
    until: datetime | None = Field(None, description="Began before this moment.")
    station: str | None = Field(None, max_length=200)
    track: str | None = Field(None, max_length=1000, description="An id or a title.")
    isrc: str | None = Field(None, max_length=100)


@router.get("/airplay", dependencies=[READ], responses=telling(PlayPage, 400))
def airplay(context: Here, wanted: Annotated[Plays, Query()]) -> Response:
    """Tell what was played, earliest first, a thousand plays at most.

    If `is_complete` is false, ask again with the last one's `started_at` as `since`.
    """
    return _page(context, _query(wanted))


@router.get(
    "/tracks/{track_id}/airplay", dependencies=[READ], responses=telling(PlayPage, 400, 404)
)
def airplay_of_track(context: Here, track_id: IdPath) -> Response:
    """Tell where and when a track was played, as `/airplay` does."""
    return _page(context, PlayQuery(track=found(context.library, track_id).id))


@router.get("/airplay/totals", dependencies=[READ], responses=telling(TotalList, 400))
def airplay_totals(
    context: Here, wanted: Annotated[Plays, Query()], by: TotalBy = TotalBy.TRACK
) -> Response:
    """Count plays, by track, station, ISRC or day."""
    with _plays(context) as plays:
        return Reply({"totals": [jsonable.total(one) for one in plays.totals(_query(wanted), by)]})


def _page(context: Context, wanted: PlayQuery) -> Response:
    """Return the first plays that fit."""
    rows: list[jsonable.Object] = []
    with _plays(context) as plays:
        for play in plays.plays(wanted):
            if len(rows) == MOST_PLAYS:
                return Reply({"plays": rows, "is_complete": False})
            rows.append(jsonable.play(play))
    return Reply({"plays": rows, "is_complete": True})


def _plays(context: Context) -> SqliteOperations | PostgresOperations:
    """Open the store of plays.

    Raises:
        UsageError: the server has none.
        OperationsError: it cannot be opened.
    """
    if context.options.operations is None:
        message = "this server was started without a store of plays (--operations)"
        raise UsageError(message)
    return open_operations(context.options.operations, create=False)


def _query(wanted: Plays) -> PlayQuery:
    """Return what is asked; a moment without a time zone is one in UTC."""
    since, until = _utc(wanted.since), _utc(wanted.until)
    return PlayQuery(since, until, wanted.station, wanted.track, wanted.isrc)


def _utc(moment: datetime | None) -> datetime | None:
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=UTC)
