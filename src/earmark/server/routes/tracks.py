"""The tracks of the library."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from earmark import jsonable
from earmark.ingest import sensible
from earmark.server.context import context_of
from earmark.server.options import MEGABYTE
from earmark.server.reading import allow_body, refuse_type
from earmark.server.replies import MOST_CURSOR, Reply, page_of, place_of
from earmark.server.routes.common import (
    READ,
    TAKING_FILES,
    WRITE,
    CursorQuery,
    Here,
    IdPath,
    LimitQuery,
    accepted,
    found,
    telling,
)
from earmark.server.schemas import TaskShape, TrackChanges, TrackDetails, TrackPage
from earmark.server.submitting import Upload, received
from earmark.server.tasks.base import TaskKind
from earmark.types import Metadata, TrackOrder

router = APIRouter(tags=["tracks"])


class NewMetadata(BaseModel):
    """What is known of the recordings that are added; it goes before their tags."""

    title: str = Field("", max_length=1000)
    artist: str | None = Field(None, max_length=1000)
    album: str | None = Field(None, max_length=1000)
    year: int | None = Field(None, ge=-9999, le=9999)
    isrc: str | None = Field(None, max_length=100)
    external_id: str | None = Field(None, max_length=1000)
    name: str = Field("", max_length=200, description="What a body that is one file is called.")


@router.get("/tracks", dependencies=[READ], responses=telling(TrackPage, 400))
def list_tracks(
    context: Here,
    sort: TrackOrder = TrackOrder.ADDED,
    containing: Annotated[
        str, Query(max_length=200, description="Text of title, artist or album.")
    ] = "",
    cursor: CursorQuery = None,
    limit: LimitQuery = 100,
    skip: Annotated[
        int, Query(ge=0, le=MOST_CURSOR, description="Leave out so many; not with `cursor`.")
    ] = 0,
) -> Response:
    """List tracks, part by part.

    A cursor counts: a track that is added or removed meanwhile may move one from part to part.
    """
    place = place_of(cursor)
    offset = skip if place is None else place
    page = context.library.page(sort, limit=limit + 1, offset=offset, containing=containing)
    following = offset + limit if len(page) > limit else None
    return page_of("tracks", [jsonable.track(one) for one in page[:limit]], following)


@router.post(
    "/tracks",
    status_code=202,
    dependencies=[WRITE],
    responses=telling(TaskShape, 400, 408, 413, 415, 503, 507, status=202),
    openapi_extra=TAKING_FILES,
)
async def add_tracks(request: Request, metadata: Annotated[NewMetadata, Query()]) -> Response:
    """Add recordings: a form with one `file` or several, or a body that is one file.

    The task's result has `tracks` and `skipped`, with the reasons. A sound that the library has
    already is not added again: its `is_new` is false, and what was said of it is taken over
    (`is_changed`), though not its tags. What is kept of the
    sound, to be listened to, is the server's to say (`--media`).
    """
    refuse_type(request)
    context = context_of(request)
    allow_body(request, context.options.limits.upload_mb * MEGABYTE)
    known = metadata.model_dump(exclude={"name"})
    sensible(Metadata(**known))
    with Upload(context) as upload:
        names = await received(request, upload, metadata.name)
        task = upload.put(TaskKind.ADD, {"files": names, "metadata": known})
    return accepted(task)


@router.get("/tracks/{track_id}", dependencies=[READ], responses=telling(TrackDetails, 404))
def show_track(context: Here, track_id: IdPath) -> Response:
    """Tell everything that is known about a track."""
    return Reply(jsonable.track(found(context.library, track_id)))


@router.patch(
    "/tracks/{track_id}", dependencies=[WRITE], responses=telling(TrackDetails, 400, 404, 503)
)
def edit_track(context: Here, track_id: IdPath, changes: TrackChanges) -> Response:
    """Change what is known about a track; fields that are not sent stay as they are."""
    track = found(context.library, track_id)
    edited = context.library.edit(track.id, **changes.model_dump(exclude_unset=True))
    return Reply(jsonable.track(edited))
