"""Stations that are listened to, and what happens there."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from typing import Annotated

from fastapi import APIRouter, Header, Query
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from earmark import jsonable
from earmark.errors import MonitorNotFoundError
from earmark.server.access import caller_of
from earmark.server.context import Context, context_of
from earmark.server.keys import Scope
from earmark.server.monitors import Monitored
from earmark.server.replies import Reply
from earmark.server.routes.common import (
    READ,
    WRITE,
    HardnessQuery,
    Here,
    IdPath,
    LimitQuery,
    query_of,
    telling,
)
from earmark.server.schemas import EventList, MonitorList, MonitorShape, NewMonitor

LOOK_S = 0.25
"""How often a stream looks for events."""

SIGN_S = 15.0
"""After so long without an event a stream gives a sign of life, so that no proxy ends it."""

EVENT_STREAM = "text/event-stream"

router = APIRouter(tags=["monitors"])

AfterQuery = Annotated[
    int, Query(ge=0, le=2**53, description="`last` of the answer before; 0 for all that are kept.")
]
LastEventHeader = Annotated[int | None, Header(ge=0, le=2**53, alias="Last-Event-ID")]


@router.post(
    "/monitors",
    status_code=201,
    dependencies=[WRITE],
    responses=telling(MonitorShape, 400, 503, status=201),
)
def begin_monitor(request: Request, wanted: NewMonitor, hardness: HardnessQuery) -> Response:
    """Listen to a station until the monitor is removed, or the server ends.

    The address is one of `http` or `https`; with a key of the scope admin also of `rtmp(s)`,
    `rtsp(s)`, `udp` or `rtp`. A station that breaks off is tried again.
    """
    key = caller_of(request).key  # on a server without keys nobody has shown to be an admin
    is_admin = key is not None and key.scope is Scope.ADMIN
    monitors, query = context_of(request).monitors, query_of(hardness)
    begun = monitors.add(wanted.url, wanted.name, query, is_admin=is_admin)
    headers = {"Location": f"/api/v1/monitors/{begun.id}"}
    return Reply(monitor_object(begun), 201, headers)


@router.get("/monitors", dependencies=[READ], responses=telling(MonitorList))
def list_monitors(context: Here) -> Response:
    """List all stations that are listened to."""
    return Reply({"monitors": [monitor_object(one) for one in context.monitors.every()]})


@router.get("/monitors/{monitor_id}", dependencies=[READ], responses=telling(MonitorShape, 404))
def show_monitor(context: Here, monitor_id: IdPath) -> Response:
    """Tell about one station."""
    return Reply(monitor_object(context.monitors.get(monitor_id)))


@router.delete("/monitors/{monitor_id}", dependencies=[WRITE], responses=telling(MonitorShape, 404))
def end_monitor(context: Here, monitor_id: IdPath) -> Response:
    """Listen to a station no longer, and forget its events; its plays stay."""
    return Reply(monitor_object(context.monitors.remove(monitor_id)))


@router.get("/monitors/{monitor_id}/events", dependencies=[READ], responses=telling(EventList, 404))
def events(
    context: Here, monitor_id: IdPath, after: AfterQuery = 0, limit: LimitQuery = 100
) -> Response:
    """Tell what happened at a station, in order; the latest thousand events are kept."""
    last, found = context.monitors.get(monitor_id).heard.after(after, limit)
    return Reply({"events": found, "last": last})


@router.get(
    "/monitors/{monitor_id}/stream",
    dependencies=[READ],
    response_class=Response,
    responses={**telling(EventList, 404), 200: {"content": {EVENT_STREAM: {}}}},
)
async def stream(
    request: Request, monitor_id: IdPath, after: AfterQuery = 0, last: LastEventHeader = None
) -> Response:
    """Tell what happens at a station as server-sent events, until the monitor is removed.

    Each has the kind of the event as its name, and the event as its data. A browser's `EventSource`
    that was cut off goes on where it was.
    """
    context = context_of(request)
    monitored = context.monitors.get(monitor_id)
    is_ending: Callable[[], bool] = request.app.state.is_ending
    told = _told(context, monitored, after if last is None else last, is_ending)
    return StreamingResponse(told, headers={"X-Accel-Buffering": "no"}, media_type=EVENT_STREAM)


def monitor_object(one: Monitored) -> jsonable.Object:
    """Everything that a client is told of a monitor."""
    return {
        "id": one.id,
        "name": one.name,
        "source": one.source,
        "created_at": one.created_at,
        "is_over": one.is_over,
    }


async def _told(
    context: Context, monitored: Monitored, after: int, is_ending: Callable[[], bool]
) -> AsyncIterator[str]:
    """Yield events as they are told, and signs of life in between.

    Nothing is queued for a client: one that reads slowly is told what is still kept.
    """
    yield ": listening\n\n"
    said_at = time.monotonic()
    ends = said_at + 3600 * context.options.limits.listen_hours
    while not is_ending() and time.monotonic() < ends and _is_there(context, monitored):
        last, found = monitored.heard.after(after)
        for number, event in enumerate(found, last - len(found) + 1):
            yield f"id: {number}\nevent: {event['kind']}\ndata: {jsonable.dumps(event)}\n\n"
        if found:
            after, said_at = last, time.monotonic()
        elif time.monotonic() - said_at > SIGN_S:
            said_at = time.monotonic()
            yield ": nothing new\n\n"
        await asyncio.sleep(LOOK_S)


def _is_there(context: Context, monitored: Monitored) -> bool:
    try:
        context.monitors.get(monitored.id)
    except MonitorNotFoundError:
        return False
    return True
