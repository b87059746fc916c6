"""Sessions of browsers, which can send no header with a WebSocket, a picture or a sound."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from earmark.errors import ForbiddenError
from earmark.server.access import COOKIE, caller_of
from earmark.server.context import context_of
from earmark.server.replies import Reply
from earmark.server.routes.common import READ, telling
from earmark.server.schemas import CallerShape, SessionShape

router = APIRouter(tags=["session"])


@router.post("/session", dependencies=[READ], responses=telling(SessionShape))
async def begin_session(request: Request) -> Response:
    """Exchange the key of this request for a cookie that scripts cannot read."""
    context, caller = context_of(request), caller_of(request)
    if caller.key is None:
        message = "a server without keys needs no session"
        raise ForbiddenError(message)
    hours = context.options.session_hours
    token = context.keys.begin_session(caller.key, hours)
    reply = Reply({"key": caller.key.name, "scope": caller.key.scope.value, "hours": hours})
    reply.set_cookie(
        COOKIE,
        token,
        max_age=round(3600 * hours),
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return reply


@router.get("/session", responses=telling(CallerShape))
async def show_session(request: Request) -> Response:
    """Tell what whoever asks may do; it needs no key."""
    caller = caller_of(request)
    return Reply(
        {
            "key": caller.key and caller.key.name,
            "scope": caller.scope and caller.scope.value,
            "is_session": caller.session is not None,
        }
    )


@router.delete("/session", dependencies=[READ], status_code=204)
async def end_session(request: Request) -> Response:
    """End the session of this request."""
    caller = caller_of(request)
    if caller.session is not None:
        context_of(request).keys.end_session(caller.session)
    response = Response(status_code=204)
    response.delete_cookie(COOKIE, httponly=True, samesite="strict")
    return response
