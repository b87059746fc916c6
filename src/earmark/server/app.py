"""The application: routes, and around them what every request goes through."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any

from fastapi import APIRouter, Depends, FastAPI
from fastapi.exceptions import RequestValidationError, WebSocketRequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

from earmark import __version__
from earmark.errors import EarmarkError
from earmark.parallel import cpu_count
from earmark.server import assets, pages, problems
from earmark.server.access import Guard
from earmark.server.bodies import Bodies
from earmark.server.context import Context
from earmark.server.heads import Heads
from earmark.server.logs import note
from earmark.server.openapi import KnownParameters, described
from earmark.server.recorder import Recorder
from earmark.server.routes import (
    health,
    identify,
    live,
    looks,
    monitors,
    scans,
    sessions,
    sounds,
    tasks,
    tracks,
    trash,
)
from earmark.server.schemas import Alive
from earmark.server.tasks.supervisor import Supervisor

PREFIX = "/api/v1"

TIDY_S = 60.0
"""How often deleted tracks and plays are dropped whose time is over."""

DESCRIPTION = """Names clips of music in your own catalogue.

Errors are problem documents (RFC 9457). A server with keys wants one in each request:
`Authorization: Bearer em_...`. A client that has sent too many requests is answered with 429, and
told in `Retry-After` when to go on.
"""

API = (
    identify.router,
    looks.router,
    scans.router,
    tracks.router,
    trash.router,
    sounds.router,
    tasks.router,
    monitors.router,
    sessions.router,
)


def make_app(context: Context, supervisor: Supervisor) -> FastAPI:
    """Return the application of a server."""
    app = FastAPI(
        title="Earmark",
        version=__version__,
        description=DESCRIPTION,
        lifespan=_lifespan(context, supervisor),
        middleware=_layers(context),
        docs_url=None,
        redoc_url=None,
        openapi_url=f"{PREFIX}/openapi.json",
        separate_input_output_schemas=False,
    )
    app.state.context = context
    app.openapi = partial(described, app)  # type: ignore[method-assign]
    known = [Depends(KnownParameters())]
    for router in API:
        app.include_router(router, prefix=PREFIX, dependencies=known)
    app.include_router(live.router, prefix=PREFIX)
    app.include_router(health.router, dependencies=known)
    app.include_router(health.router, prefix=PREFIX, include_in_schema=False, dependencies=known)
    app.include_router(_ping(), prefix=PREFIX, dependencies=known)
    app.mount("/docs", pages.swagger())
    app.router.routes += assets.routes()
    handled = (
        EarmarkError,
        RequestValidationError,
        WebSocketRequestValidationError,
        HTTPException,
    )
    for kind in handled:
        app.add_exception_handler(kind, problems.handle)  # type: ignore[arg-type]
    return app


def _ping() -> APIRouter:
    router = APIRouter(tags=["health"])
    router.get("/ping", responses={200: {"model": Alive}})(health.health)
    return router


def _layers(context: Context) -> list[Middleware]:
    """What a request goes through, from the outside in."""
    layers: list[Any] = [
        Middleware(Recorder, metrics=context.metrics),
        Middleware(Guard, context=context),
        Middleware(Bodies, limits=context.options.limits),
    ]
    if origins := context.options.allowed_origins:
        shared = Middleware(
            CORSMiddleware,
            allow_origins=list(origins),
            allow_methods=["*"],
            allow_headers=["Authorization", "Content-Type"],
            allow_credentials=True,
        )
        layers.insert(1, shared)
    return [*layers, Middleware(Heads)]


def _lifespan(
    context: Context, supervisor: Supervisor
) -> Callable[[FastAPI], contextlib.AbstractAsyncContextManager[None]]:
    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        running = [
            asyncio.create_task(_warm_up(context, supervisor)),
            asyncio.create_task(_tidy_up(context)),
        ]
        yield
        note("ending")
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await asyncio.gather(supervisor.close(), asyncio.to_thread(context.monitors.close))
        await context.decoders.close()
        await asyncio.to_thread(context.processors.close)

    return lifespan


async def _warm_up(context: Context, supervisor: Supervisor) -> None:
    """Have the kernels ready before the first clip comes, and then start other processes.

    Whoever waits for the server waits for the kernels: decoders and workers would take processors
    from them, and compile them, too, where none are cached. A clip that comes before the decoders
    do starts one itself, and tasks are kept until there is a worker.
    """
    try:
        await context.processors.listen(context.library.warm_up)
    except EarmarkError as error:
        note("not warm", level=logging.ERROR, why=str(error))
    else:
        context.warmed.set()
        note("warm")
    await context.decoders.warm_up(cpu_count())
    supervisor.begin()


async def _tidy_up(context: Context) -> None:
    """Drop what need not be kept any more, again and again."""
    while True:
        await asyncio.sleep(TIDY_S)
        for tidy in (context.trash.tidy, context.monitors.forget_old):
            try:
                await asyncio.to_thread(tidy)
            except EarmarkError as error:
                note("cannot tidy up", level=logging.ERROR, why=str(error))
