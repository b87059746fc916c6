"""Files as answers: all of one, or the range of its bytes that was asked for (RFC 9110, 14).

A player asks for ranges, so that it can leap. One range is given at a time; a request for several,
or for what makes no sense, is answered with the whole, as the standard allows.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, BinaryIO

from starlette.responses import Response, StreamingResponse

if TYPE_CHECKING:
    from starlette.datastructures import Headers

PIECE_BYTES = 1 << 16
ONE_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Range:
    """Bytes of a file, from the first to the one behind the last."""

    begin: int
    end: int


def asked_range(headers: Headers, size_bytes: int, etag: str) -> Range | None:
    """Return which bytes are asked for; None for all of them.

    A range that lies behind the end is empty.
    """
    found = ONE_RANGE.fullmatch(headers.get("range", "").strip())
    if found is None or headers.get("if-range", etag) != etag:
        return None
    first, last = found[1], found[2]
    if first and last and int(last) < int(first):
        return None
    if first:
        begin = min(int(first), size_bytes)
        return Range(begin, min(int(last) + 1, size_bytes) if last else size_bytes)
    return Range(max(0, size_bytes - int(last)), size_bytes) if last else None


def file_response(
    file: BinaryIO, size_bytes: int, media_type: str, digest: str, headers: Headers
) -> Response:
    """Answer with a file, or with the range of it that the headers of a request ask for.

    Args:
        file: it can seek; it is closed when the answer is sent.
        size_bytes: its length.
        media_type: its type.
        digest: changes with its bytes.
        headers: of the request.
    """
    etag = f'"{digest}"'
    wanted = asked_range(headers, size_bytes, etag)
    told = {"Accept-Ranges": "bytes", "ETag": etag}
    if wanted is not None and wanted.begin >= wanted.end:
        file.close()
        told["Content-Range"] = f"bytes */{size_bytes}"
        return Response(None, HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, told)
    status = HTTPStatus.OK
    if wanted is None:
        wanted = Range(0, size_bytes)
    else:
        status = HTTPStatus.PARTIAL_CONTENT
        told["Content-Range"] = f"bytes {wanted.begin}-{wanted.end - 1}/{size_bytes}"
    told["Content-Length"] = str(wanted.end - wanted.begin)
    return StreamingResponse(_pieces(file, wanted), status, told, media_type)


async def _pieces(file: BinaryIO, wanted: Range) -> AsyncIterator[bytes]:
    """Yield bytes of a file; whoever reads slowly waits in nobody's thread."""
    with file:
        await asyncio.to_thread(file.seek, wanted.begin)
        left = wanted.end - wanted.begin
        while left and (piece := await asyncio.to_thread(file.read, min(left, PIECE_BYTES))):
            left -= len(piece)
            yield piece
