from __future__ import annotations

import asyncio
import io

import pytest
from starlette.datastructures import Headers
from starlette.responses import Response, StreamingResponse

from earmark.server.ranges import PIECE_BYTES, Range, asked_range, file_response

SIZE = 1000


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ("bytes=0-", Range(0, 1000)),
        ("bytes=0-0", Range(0, 1)),
        ("bytes=990-2000", Range(990, 1000)),
        ("bytes=-10", Range(990, 1000)),
        ("bytes=-2000", Range(0, 1000)),
        ("bytes=1000-", Range(1000, 1000)),
        ("bytes=-0", Range(1000, 1000)),
        ("bytes=5-4", None),
        ("bytes=-", None),
        ("bytes=0-1,5-6", None),
        ("items=0-1", None),
        ("", None),
    ],
)
def test_a_range_is_that_of_the_standard(asked: str, wanted: Range | None) -> None:
    """What makes no sense, or asks for several, asks for all."""
    assert asked_range(Headers({"range": asked}), SIZE, '"x"') == wanted


def test_a_range_of_another_file_is_none() -> None:
    """A client that has part of what was there before gets all that is there now."""
    headers = Headers({"range": "bytes=5-", "if-range": '"old"'})
    assert asked_range(headers, SIZE, '"new"') is None
    assert asked_range(headers, SIZE, '"old"') == Range(5, SIZE)


def body(response: Response) -> bytes:
    """What an answer sends."""

    async def read() -> bytes:
        assert isinstance(response, StreamingResponse)
        return b"".join([bytes(part) async for part in response.body_iterator])  # type: ignore[arg-type]

    return asyncio.run(read())


def test_the_bytes_are_those_that_were_asked_for() -> None:
    """And say which they are; the file is closed when they are sent."""
    data = bytes(range(256)) * 1000
    file = io.BytesIO(data)
    headers = Headers({"range": f"bytes=3-{2 * PIECE_BYTES}"})
    response = file_response(file, len(data), "audio/flac", "d", headers)
    assert response.status_code == 206
    assert response.headers["content-range"] == f"bytes 3-{2 * PIECE_BYTES}/{len(data)}"
    assert response.headers["content-length"] == str(2 * PIECE_BYTES - 2)
    assert body(response) == data[3 : 2 * PIECE_BYTES + 1]
    assert file.closed


def test_all_of_it_is_no_range() -> None:
    """A client is told that it may ask for one."""
    response = file_response(io.BytesIO(b"abc"), 3, "audio/flac", "d", Headers({}))
    assert (response.status_code, response.headers["accept-ranges"]) == (200, "bytes")
    assert body(response) == b"abc"


def test_behind_the_end_there_is_nothing() -> None:
    """The answer tells how long the file is."""
    file = io.BytesIO(b"abc")
    response = file_response(file, 3, "audio/flac", "d", Headers({"range": "bytes=3-"}))
    assert (response.status_code, response.headers["content-range"]) == (416, "bytes */3")
    assert file.closed
