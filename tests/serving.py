"""A real server on a free port, with a small library of made music, for the tests of its routes."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI

from earmark.library import Library
from earmark.server.context import Context
from earmark.server.keys import Keys, Scope
from earmark.server.options import Limits, ServerOptions
from earmark.server.run import made
from earmark.server.state import open_state
from tests.music import write_songs

ENDED = frozenset({"done", "failed", "cancelled"})
PATIENCE_S = 60.0

GENEROUS = Limits(per_minute=0)
"""Tests ask much in little time."""


@dataclass
class Running:
    """A server that runs in a thread of this process."""

    url: str
    app: FastAPI
    context: Context
    pids: list[int] = field(default_factory=list)
    """Of its workers."""

    @property
    def api(self) -> str:
        """The address below which the API lies."""
        return f"{self.url}/api/v1"

    @property
    def live(self) -> str:
        """The address of the WebSocket."""
        return self.api.replace("http", "ws", 1) + "/live"

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:  # noqa: ANN401
        """Send one request to the API."""
        return httpx.request(method, self.api + path, timeout=PATIENCE_S, **options)

    def ended(self, task: httpx.Response) -> dict[str, Any]:
        """Wait for a task that was accepted, and return it."""
        assert task.status_code == 202, task.text
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            found: dict[str, Any] = self.ask("GET", f"/tasks/{task.json()['id']}").json()
            if found["state"] in ENDED:
                return found
            time.sleep(0.02)
        raise TimeoutError


def make_options(folder: Path, **changes: Any) -> ServerOptions:  # noqa: ANN401
    """Return the options of a server in a folder, with a library of three songs."""
    library = folder / "music.earmark"
    if not library.exists():
        with Library.open(library) as opened:
            opened.add([write_songs(folder / "songs")])
    limits = replace(GENEROUS, **changes.pop("limits", {}))
    options = ServerOptions(str(library), folder / "state", port=0, limits=limits, shutdown_s=5.0)
    return replace(options, **changes)


@contextlib.contextmanager
def running(options: ServerOptions) -> Iterator[Running]:
    """Run a server until the block ends."""
    with made(options) as server:
        app = server.config.app
        thread = threading.Thread(target=server.run)
        thread.start()
        try:
            port = _port_of(server, thread)
            assert isinstance(app, FastAPI)
            yield Running(f"http://127.0.0.1:{port}", app, app.state.context)
        finally:
            server.should_exit = True
            thread.join()


def make_key(options: ServerOptions, scope: Scope) -> str:
    """Make a key of a server, and return it."""
    state = open_state(options.state)
    try:
        return Keys(state).add(f"a key to {scope}", scope)[1]
    finally:
        state.close()


def bearer(key: str) -> dict[str, str]:
    """The header of a request with a key."""
    return {"Authorization": f"Bearer {key}"}


def _port_of(server: uvicorn.Server, thread: threading.Thread) -> int:
    """Wait until a server listens, and return its port."""
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.005)
    port: int = server.servers[0].sockets[0].getsockname()[1]
    return port
