"""What several routes share: what they say of themselves, and small steps."""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

from fastapi import Depends, Path, Query
from pydantic import BaseModel
from starlette.requests import Request

from earmark.clip_peaks import FORMAT
from earmark.params import QueryParams
from earmark.server.access import allowing
from earmark.server.context import Context, context_of
from earmark.server.keys import Scope
from earmark.server.problems import MEDIA_TYPE
from earmark.server.schemas import Hardness, Problem

Told: TypeAlias = dict[int | str, dict[str, Any]]

READ = Depends(allowing(Scope.READ))
WRITE = Depends(allowing(Scope.WRITE))
ADMIN = Depends(allowing(Scope.ADMIN))

PROBLEM = {"model": Problem, "content": {MEDIA_TYPE: {}}}
AUDIO_TYPES = ("audio/*", "video/webm", "video/mp4", "application/octet-stream")
BINARY = {"schema": {"type": "string", "format": "binary"}}
_NUMBERS = {"type": "array", "items": {"type": "integer"}}
PEAKS: dict[str, Any] = {
    "type": "object",
    "required": ["format", "peaks_id", "frames", "time", "frequency", "level"],
    "properties": {
        "format": {"const": FORMAT},
        "peaks_id": {"type": "string"},
        "frames": {"type": "integer", "minimum": 1},
        "time": _NUMBERS,
        "frequency": _NUMBERS,
        "level": _NUMBERS,
        "name": {"type": "string"},
    },
}
"""Peaks in place of sound, as `clip_peaks.py` reads them."""

Here: TypeAlias = Annotated[Context, Depends(context_of)]
HardnessQuery: TypeAlias = Annotated[Hardness, Query()]
IdPath: TypeAlias = Annotated[str, Path(max_length=100, description="A UUID.")]
CursorQuery: TypeAlias = Annotated[
    str | None, Query(max_length=300, description="`next_cursor` of the part before.")
]
LimitQuery: TypeAlias = Annotated[int, Query(ge=1, le=1000, description="How many at most.")]


def telling(shape: type[BaseModel], *problems: int, status: int = 200) -> Told:
    """Say what a route answers, and how it may fail."""
    usual = (401, 403, 422, 429)
    return {status: {"model": shape}, **dict.fromkeys(sorted({*usual, *problems}), PROBLEM)}


def taking_audio(example: str, *, or_peaks: bool = False) -> dict[str, Any]:
    """Say that a route takes audio as it is, in a form, or in JSON; with an example of that.

    Perhaps it takes peaks, too.
    """
    form = {"type": "object", "required": ["file"], "properties": {"file": BINARY["schema"]}}
    encoded: dict[str, Any] = {
        "type": "object",
        "required": ["audio"],
        "properties": {
            "audio": {"type": "string", "contentEncoding": "base64"},
            "name": {"type": "string"},
        },
        "example": {"audio": "UklGRg==", "name": example},
    }
    if or_peaks:
        encoded = {"anyOf": [encoded, PEAKS]}
    content: dict[str, Any] = dict.fromkeys(AUDIO_TYPES, BINARY)
    content |= {"multipart/form-data": {"schema": form}, "application/json": {"schema": encoded}}
    return {"requestBody": {"required": True, "content": content}}


def query_of(hardness: Hardness) -> QueryParams:
    """Return how hard to look."""
    return QueryParams(far=hardness.far, ladder=hardness.ladder, time_limit_s=hardness.time_limit_s)


def request_id(request: Request) -> str:
    """Return the id of a request."""
    found: str = request.scope["state"]["request_id"]
    return found
