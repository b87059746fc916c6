"""Longer looks: why a clip was named, what is there twice or in other versions, what played."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated, TypeAlias

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from earmark import jsonable
from earmark.duplicates.records import LEAST_S
from earmark.duplicates.versions import find_versions
from earmark.errors import UsageError
from earmark.explaining.explain import explain
from earmark.operations.base import PlayQuery, TotalBy
from earmark.operations.opening import open_operations
from earmark.server.context import Context, context_of
from earmark.server.hearing import decoded, staged
from earmark.server.reading import sent_clip
from earmark.server.replies import Reply
from earmark.server.routes.common import (
    READ,
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
from earmark.server.schemas import ExplanationShape, PlayPage, TaskShape, TotalList, VersionList
from earmark.server.submitting import submit
from earmark.server.tasks.base import TaskKind

if TYPE_CHECKING:
    from earmark.operations.postgres import PostgresOperations
    from earmark.operations.sqlite import SqliteOperations

MOST_PLAYS = 1000
"""Of one answer."""

MOST_COMPARED_S = 1200.0
"""Of a track whose versions are looked for while somebody waits: docs/duplicates.md has what a
track costs, among ever more of them."""

router = APIRouter(tags=["looks"])

LeastQuery: TypeAlias = Annotated[
    float, Query(ge=1, le=3600, description="What shares less than so many seconds is not told.")
]


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
    *,
    exhibit: Annotated[
        bool, Query(description="Tell what it takes to draw it, too: peaks, places, sound.")
    ] = False,
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
            told = await context.processors.run(ask)
    shown = told.exhibit if exhibit else None
    drawn = None if shown is None else await asyncio.to_thread(jsonable.exhibit, shown)
    return Reply({**jsonable.explanation(told), "exhibit": drawn})


@router.post(
    "/duplicates",
    status_code=202,
    dependencies=[WRITE],
    responses=telling(TaskShape, 503, status=202),
)
async def find_duplicates(
    context: Here,
    least_s: LeastQuery = LEAST_S,
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


@router.get(
    "/tracks/{track_id}/versions", dependencies=[READ], responses=telling(VersionList, 404, 503)
)
async def versions_of_track(
    context: Here, track_id: IdPath, least_s: LeastQuery = LEAST_S
) -> Response:
    """Find other recordings of what a track has: its copies, cuts, mixes, and whatever overlaps.

    `likeness` is `same`, `contains` (one is nearly all of the other: that of which less is shared
    is the whole) or `overlaps`. Speeds within 3 % are found. Of a long track the first 20 minutes
    are compared.
    """
    library = context.library
    track = await asyncio.to_thread(found, library, track_id)
    look = partial(find_versions, library, track, least_s=least_s, most_s=MOST_COMPARED_S)
    with staged(context.metrics, "versions"):
        versions = await context.processors.run(look)
    compared_s = round(min(track.duration_s, MOST_COMPARED_S), 3)
    told = [jsonable.version(one) for one in versions]
    return Reply({"versions": told, "compared_s": compared_s})


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
