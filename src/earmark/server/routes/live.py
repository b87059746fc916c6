"""Listening over a WebSocket."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.websockets import WebSocket

from earmark.live.recognizer import Recognizer
from earmark.server.context import context_of
from earmark.server.live import LiveSession, place_among
from earmark.server.routes.common import READ, query_of
from earmark.server.schemas import LiveFormat

router = APIRouter(dependencies=[READ])


@router.websocket("/live")
async def live(socket: WebSocket, wanted: Annotated[LiveFormat, Query()]) -> None:
    """Name what plays, for as long as sound comes."""
    context = context_of(socket)
    with place_among(context, encoded=wanted.is_encoded):
        recognizer = Recognizer(context.library, query=query_of(wanted), quotas=context.quotas)
        await socket.accept()
        await LiveSession(socket, context, recognizer, wanted).run()
