"""Whether the server lives, whether it can work, and what it counts."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Callable
from functools import partial

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.responses import Response

from earmark import jsonable
from earmark.errors import EarmarkError
from earmark.server.context import Context
from earmark.server.replies import Reply
from earmark.server.routes.common import ADMIN, READ, Here, telling
from earmark.server.schemas import Alive, Readiness, StatsShape

LEAST_FREE_BYTES = 256 << 20
"""With less of the disk free, the server is not ready: nothing could be added."""

router = APIRouter(tags=["health"])


@router.get("/health", responses={200: {"model": Alive}})
async def health() -> Response:
    """Tell that the server lives."""
    return Reply({"status": "ok"})


@router.get("/ready", responses={200: {"model": Readiness}, 503: {"model": Readiness}})
async def ready(context: Here) -> Response:
    """Tell whether the server can do its work, part by part."""
    checks: dict[str, Callable[[], str | None]] = {
        "library": partial(_library, context),
        "writable": partial(_writable, context),
        "disk": partial(_disk, context),
        "queue": partial(_queue, context),
    }
    found = dict(zip(checks, await asyncio.gather(*map(_checked, checks.values()))))
    found["kernels"] = _check(ok=context.warmed.is_set(), detail=None)
    ok = all(check["ok"] for check in found.values())
    status = "ready" if ok else "not ready"
    return Reply({"status": status, "checks": found}, 200 if ok else 503)


@router.get("/stats", dependencies=[READ], responses=telling(StatsShape))
def stats(context: Here) -> Response:
    """Count and measure the library."""
    library = context.library
    axis = library.params.peaks.axis
    return Reply(jsonable.stats(library.stats(), library.location, axis))


@router.get("/metrics", dependencies=[ADMIN], response_class=Response)
def metrics(context: Here) -> Response:
    """Return everything that is counted, for Prometheus."""
    counts = context.library.stats()
    context.metrics.tracks.set(counts.tracks)
    parts = {"catalogue": counts.catalogue_bytes, "index": counts.index_bytes}
    for part, size in {**parts, "media": counts.media_bytes}.items():
        context.metrics.catalogue.labels(part).set(size)
    for state, count in context.queue.counts().items():
        context.metrics.tasks.labels(state.value).set(count)
    return Response(context.metrics.text(), headers={"Content-Type": CONTENT_TYPE_LATEST})


async def _checked(check: Callable[[], str | None]) -> jsonable.Object:
    """Run a check; it returns what is wrong, if anything is."""
    began = time.perf_counter()
    try:
        detail = await asyncio.to_thread(check)
    except (EarmarkError, OSError) as error:
        detail = type(error).__name__
    return _check(ok=detail is None, detail=detail, took_s=time.perf_counter() - began)


def _check(*, ok: bool, detail: str | None, took_s: float = 0.0) -> jsonable.Object:
    return {"ok": ok, "took_ms": round(1000 * took_s, 1), "detail": detail}


def _library(context: Context) -> None:
    with context.library.reading() as reader:
        reader.page(limit=1)


def _writable(context: Context) -> str | None:
    return None if context.library.store.may_write() else "it may not be written"


def _disk(context: Context) -> str | None:
    free = shutil.disk_usage(context.options.state).free
    return None if free >= LEAST_FREE_BYTES else f"{free >> 20} MB are free"


def _queue(context: Context) -> None:
    context.queue.counts()
