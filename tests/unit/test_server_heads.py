from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from earmark.server.heads import Heads

SPOKEN = "a song"


async def plain(_: Request) -> Response:
    """Answer at once."""
    return PlainTextResponse(SPOKEN)


async def endless(_: Request) -> Response:
    """Answer for ever."""

    async def pieces() -> AsyncIterator[bytes]:
        while True:
            yield b"la"
            await asyncio.sleep(0)

    return StreamingResponse(pieces(), headers={"X-Song": "long"})


ROUTES = [
    Route("/plain", plain, methods=["GET"]),
    Route("/endless", endless, methods=["GET"]),
    Route("/put", plain, methods=["PUT"]),
]


def ask(method: str, path: str) -> httpx.Response:
    """Send a request to an application of these routes."""
    app = Starlette(routes=ROUTES, middleware=[Middleware(Heads)])

    async def asked() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
            return await client.request(method, path)

    return asyncio.run(asyncio.wait_for(asked(), 30))


def test_a_head_is_that_of_get() -> None:
    """With the length of the body that it lacks."""
    whole, head = ask("GET", "/plain"), ask("HEAD", "/plain")
    assert (whole.text, head.text) == (SPOKEN, "")
    assert head.headers == whole.headers
    assert head.headers["content-length"] == str(len(SPOKEN))


def test_the_head_of_a_stream_ends() -> None:
    """Nobody waits for what never comes, and nothing goes on behind the answer."""
    head = ask("HEAD", "/endless")
    assert (head.status_code, head.headers["x-song"], head.content) == (200, "long", b"")


@pytest.mark.parametrize(("path", "status"), [("/put", 405), ("/nothing", 404)])
def test_a_head_of_what_cannot_be_got_is_refused(path: str, status: int) -> None:
    """As GET is."""
    assert ask("HEAD", path).status_code == ask("GET", path).status_code == status
