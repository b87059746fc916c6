"""Tracks that are deleted, and restored."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from earmark import jsonable
from earmark.server.replies import Reply, page_of, place_of
from earmark.server.routes.common import (
    READ,
    WRITE,
    CursorQuery,
    Here,
    IdPath,
    LimitQuery,
    telling,
)
from earmark.server.schemas import DeletedPage, DeletedTrack, TrackDetails
from earmark.server.trash import Deleted

router = APIRouter(tags=["tracks"])


@router.delete(
    "/tracks/{track_id}",
    dependencies=[WRITE],
    responses=telling(DeletedTrack, 404, 413, 503, 507),
)
def delete_track(
    context: Here,
    track_id: IdPath,
    *,
    for_good: Annotated[bool, Query(description="Keep nothing of it.")] = False,
) -> Response:
    """Delete a track, and tell what it was; nothing finds it any more.

    Until `expires_at` it can be restored. That is null for a track that is gone for good: because
    the server keeps none, or because its fingerprint is damaged.
    """
    return Reply(deleted_object(context.trash.delete(track_id, for_good=for_good)))


@router.post(
    "/tracks/{track_id}/restore",
    dependencies=[WRITE],
    responses=telling(TrackDetails, 404, 409, 503, 507),
)
def restore_track(context: Here, track_id: IdPath) -> Response:
    """Put a deleted track back as it was: with its id, what is known about it, and its sound."""
    return Reply(jsonable.track(context.trash.restore(track_id)))


@router.get("/trash", dependencies=[READ], responses=telling(DeletedPage, 400))
def list_deleted(context: Here, cursor: CursorQuery = None, limit: LimitQuery = 100) -> Response:
    """List deleted tracks that can be restored, latest first."""
    deleted, following = context.trash.page(place_of(cursor), limit)
    return page_of("tracks", [deleted_object(one) for one in deleted], following)


def deleted_object(one: Deleted) -> jsonable.Object:
    """Everything that a client is told of a deleted track."""
    return {**one.track, "deleted_at": one.deleted_at, "expires_at": one.expires_at}
