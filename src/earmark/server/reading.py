"""What a client sends to be heard: any audio as it is, a form with a file, or JSON.

JSON has the audio in base64, or peaks in its place.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import json
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Self

from starlette.datastructures import UploadFile

from earmark.clip_peaks import ClipPeaks
from earmark.errors import UnsupportedBodyError, UsageError
from earmark.server.context import context_of
from earmark.server.options import MEGABYTE
from earmark.server.state import unusable

if TYPE_CHECKING:
    from starlette.requests import Request

    from earmark.server.context import Memory

BASE64_GROWTH = 4 / 3
JSON_ROOM_BYTES = 1 << 16
FORM_ROOM_BYTES = 1 << 16
MOST_FIELDS = 20
MOST_NAME = 200
FORM = "multipart/form-data"
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Sent:
    """A clip as it was sent."""

    data: bytes
    name: str
    """What the client calls it."""
    peaks: ClipPeaks | None = None
    """If the client sent no sound, but peaks; `data` has them as JSON then."""


@contextlib.asynccontextmanager
async def sent_clip(request: Request) -> AsyncIterator[Sent]:
    """Read the clip of a request, and keep it until the block ends.

    Raises:
        RequestError: it is too large, comes too slowly, or there is no room for it.
        UsageError: it is no form with a file, or no JSON with base64.
        ClipPeaksError: it is JSON with peaks that no clip has.
    """
    context = context_of(request)
    most = context.options.limits.clip_mb * MEGABYTE
    kind = content_type(request)
    room = {JSON: int(most * (BASE64_GROWTH - 1)) + JSON_ROOM_BYTES, FORM: FORM_ROOM_BYTES}
    allow_body(request, most + room.get(kind, 0))
    with _Held(context.memory) as held:
        if kind == FORM:
            sent = await _of_form(request, held)
        elif kind == JSON:
            sent = _of_json(await _all_of(request, held))
        else:
            sent = Sent(await _all_of(request, held), "<body>")
        if not sent.data:
            message = "the body is empty; send a recording"
            raise UsageError(message)
        yield sent


def allow_body(request: Request, most_bytes: int) -> None:
    """Let the body of a request be so long."""
    request.scope["state"]["body"].most_bytes = most_bytes


def content_type(request: Request) -> str:
    """Return the type of a body, without its parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def plain_name(name: str | None) -> str:
    """Return the last part of a client's name for a file, printable and of sensible length."""
    last = PurePosixPath((name or "").replace("\\", "/")).name
    return "".join(c for c in last if c.isprintable())[:MOST_NAME] or "<file>"


class _Held:
    """What a request has taken of the memory, given back at the end of the block."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._memory.give_back(self._count)

    def take(self, count: int) -> None:
        self._memory.take(count)
        self._count += count


async def _all_of(request: Request, held: _Held) -> bytes:
    parts: list[bytes] = []
    async for part in request.stream():
        held.take(len(part))
        parts.append(part)
    return b"".join(parts)


async def _of_form(request: Request, held: _Held) -> Sent:
    """Take the file of a form; what is large is kept in a temporary file while it comes."""
    async with form_of(request, files=1) as form:
        if not form:
            message = "the form has no file; send one as `file`"
            raise UsageError(message)
        file = form[0]
        held.take(file.size or 0)
        return Sent(await file.read(), plain_name(file.filename))


@contextlib.asynccontextmanager
async def form_of(request: Request, files: int) -> AsyncIterator[list[UploadFile]]:
    """Read a form and yield its files, at most so many; large ones lie in the temporary folder.

    Raises:
        HTTPException: it is damaged, or has more.
        StorageFullError: there is no room for it.
        ServerStateError: the temporary folder cannot be used for another reason.
    """
    try:
        form = await request.form(max_files=files, max_fields=MOST_FIELDS)
    except OSError as error:
        raise unusable(tempfile.gettempdir(), error) from error
    try:
        yield [value for _, value in form.multi_items() if isinstance(value, UploadFile)]
    finally:
        await form.close()


def _of_json(text: bytes) -> Sent:
    """Take the clip of an object.

    Raises:
        UsageError: it is none.
        ClipPeaksError: it has peaks that no clip has.
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if isinstance(found, dict) and "format" in found:
        peaks = ClipPeaks.from_json(text)
        return Sent(text, peaks.name, peaks)
    audio = found.get("audio") if isinstance(found, dict) else None
    name = found.get("name", "<json>") if isinstance(found, dict) else None
    if not isinstance(audio, str) or not isinstance(name, str):
        message = 'send {"audio": "<base64>"}, and perhaps "name"; or peaks, with their "format"'
        raise UsageError(message)
    try:
        return Sent(base64.b64decode(audio, validate=True), plain_name(name))
    except (binascii.Error, ValueError):
        message = "audio is not base64"
        raise UsageError(message) from None


def refuse_type(request: Request) -> None:
    """Refuse JSON where only sound is taken.

    Raises:
        UnsupportedBodyError: it is JSON.
    """
    if content_type(request) == JSON:
        message = "send audio as it is, or a form"
        raise UnsupportedBodyError(message)
