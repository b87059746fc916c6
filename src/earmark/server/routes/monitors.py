"""Stations that are listened to, and what happens there."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Protocol

from fastapi import APIRouter, Header, Query
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from earmark import jsonable
from earmark.errors import MonitorNotFoundError
from earmark.live.events import Event
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
from earmark.server.schemas import EventList, MonitorList, MonitorShape, MonitorsNow, NewMonitor
from earmark.units import iso_utc

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


@router.get(
    "/monitors/stream",
    dependencies=[READ],
    response_class=Response,
    responses={**telling(MonitorsNow), 200: {"content": {EVENT_STREAM: {}}}},
)
async def stream_of_all(request: Request) -> Response:
    """Tell all stations and what they play, at once and whenever that changes.

    These are server-sent events named `monitors`: the list of `/monitors`, and the time of the
    server as `now`. Whoever was cut off is told everything anew.
    """
    return _streaming(request, _EveryMonitor(context_of(request)))


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
    return _streaming(request, _OneMonitor(context, monitored, after if last is None else last))


def monitor_object(one: Monitored) -> jsonable.Object:
    """Everything that a client is told of a monitor."""
    now = one.heard.now
    return {
        "id": one.id,
        "name": one.name,
        "source": one.source,
        "created_at": one.created_at,
        "is_over": one.is_over,
        "state": now.state.value,
        "since": None if now.since is None else iso_utc(now.since),
        "playing": [_playing(begun) for begun in now.playing],
        "title": now.title,
        "why": now.why,
    }


def _playing(begun: Event) -> jsonable.Object:
    match = None if begun.match is None else jsonable.match(begun.match)
    return {"play_id": begun.play_id, "started_at": iso_utc(begun.at), "match": match}


class _Teller(Protocol):
    """Whoever is asked again and again what is new."""

    def news(self) -> str | None:
        """Return server-sent events, empty if nothing is new; None at the end."""


@dataclass
class _OneMonitor:
    """The events of a monitor, until it is removed.

    Nothing is queued for a client: one that reads slowly is told what is still kept.
    """

    context: Context
    monitored: Monitored
    after: int

    def news(self) -> str | None:
        try:
            self.context.monitors.get(self.monitored.id)
        except MonitorNotFoundError:
            return None
        self.after, found = self.monitored.heard.after(self.after)
        first = self.after - len(found) + 1
        return "".join(_sse(one["kind"], one, number) for number, one in enumerate(found, first))


@dataclass
class _EveryMonitor:
    """All monitors, whenever one begins, ends or is told something."""

    context: Context
    told: tuple[object, ...] | None = None

    def news(self) -> str | None:
        every = self.context.monitors.every()
        seen = tuple((one.id, one.is_over, one.heard.now) for one in every)
        if seen == self.told:
            return ""
        self.told = seen
        now = {"now": iso_utc(datetime.now(UTC))}
        return _sse("monitors", {"monitors": [monitor_object(one) for one in every], **now})


def _sse(name: str, data: jsonable.Object, number: int | None = None) -> str:
    head = "" if number is None else f"id: {number}\n"
    return f"{head}event: {name}\ndata: {jsonable.dumps(data)}\n\n"


def _streaming(request: Request, teller: _Teller) -> Response:
    is_ending: Callable[[], bool] = request.app.state.is_ending
    hours = context_of(request).options.limits.listen_hours
    told = _told(teller, time.monotonic() + 3600 * hours, is_ending)
    return StreamingResponse(told, headers={"X-Accel-Buffering": "no"}, media_type=EVENT_STREAM)


async def _told(teller: _Teller, ends: float, is_ending: Callable[[], bool]) -> AsyncIterator[str]:
    """Yield events as they are told, and signs of life in between."""
    yield ": listening\n\n"
    said_at = time.monotonic()
    while not is_ending() and time.monotonic() < ends and (news := teller.news()) is not None:
        if news:
            yield news
            said_at = time.monotonic()
        elif time.monotonic() - said_at > SIGN_S:
            said_at = time.monotonic()
            yield ": nothing new\n\n"
        await asyncio.sleep(LOOK_S)
