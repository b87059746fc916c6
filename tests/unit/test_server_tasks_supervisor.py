"""Workers and servers that are killed while they work: nothing that was accepted is lost."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import httpx
import numpy as np
import pytest

from earmark.errors import ServerStateError
from earmark.evaluation.codecs import FLAC, encode
from earmark.server.options import MEGABYTE, Limits, ServerOptions
from earmark.server.state import open_state, uploads
from earmark.server.submitting import folder_of
from earmark.server.tasks import supervisor
from earmark.server.tasks.base import TaskKind, TaskState
from earmark.server.tasks.sqlite import SqliteTaskQueue
from earmark.server.tasks.supervisor import Supervisor
from tests.music import clip, pieces, title
from tests.serving import PATIENCE_S, Running, make_options, running

LONG_S = 120


@pytest.fixture(scope="module", autouse=True)
def watchful() -> Iterator[None]:
    """Supervisors here look often, and replace a worker that died at once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(supervisor, "LOOK_S", 0.02)
        patch.setattr(supervisor, "PAUSE_S", 0.0)
        yield


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server whose workers may be ended: each test leaves it with one that works."""
    with running(make_options(tmp_path_factory.mktemp("shared"))) as server:
        yield server


@pytest.fixture(scope="module")
def long_recording() -> bytes:
    """Two minutes, which take a while to be scanned."""
    piece = pieces()[1]
    rounds = round(LONG_S / 12)
    return encode(np.tile(piece.samples, rounds), piece.sample_rate_hz, FLAC)


def until(condition: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever is waited for
    """Wait until something is so."""
    ends = time.monotonic() + PATIENCE_S
    while time.monotonic() < ends:
        if found := condition():
            return found
        time.sleep(0.01)
    raise TimeoutError


def workers_of(server: Running) -> list[int]:
    """The ids of a server's worker processes."""
    pids: list[int] = server.context.wake.__self__.pids  # type: ignore[attr-defined]
    return pids


def test_a_task_whose_worker_is_killed_is_done_by_another(
    shared: Running, long_recording: bytes
) -> None:
    """The second attempt gives the result."""
    accepted = shared.ask("POST", "/scans", content=long_recording)
    task_id = accepted.json()["id"]
    until(lambda: shared.context.queue.get(task_id).state is TaskState.RUNNING)
    os.kill(until(lambda: workers_of(shared))[0], signal.SIGKILL)
    task = shared.ended(accepted)
    assert (task["state"], task["attempts"]) == ("done", 2)
    assert task["result"]["spans"][0]["track"]["title"] == title(1)


def test_a_task_that_takes_too_long_fails_in_the_end(tmp_path: Path, long_recording: bytes) -> None:
    """It is tried three times, and its files are dropped."""
    with running(make_options(tmp_path, limits={"task_s": 0.01})) as server:
        task = server.ended(server.ask("POST", "/scans", content=long_recording))
        assert (task["state"], task["attempts"]) == ("failed", 3)
        assert task["error"]["type"] == "urn:earmark:problem:task-given-up"
        until(lambda: not list((tmp_path / "state" / "uploads").iterdir()))


def test_a_task_that_is_cancelled_ends_at_once(shared: Running, long_recording: bytes) -> None:
    """Also while it runs; what has ended cannot be cancelled."""
    accepted = shared.ask("POST", "/scans", content=long_recording)
    path = f"/tasks/{accepted.json()['id']}"
    until(lambda: shared.ask("GET", path).json()["state"] == "running")
    assert shared.ask("DELETE", path).json()["state"] == "cancelled"
    assert shared.ask("DELETE", path).status_code == 409
    until(lambda: not folder_of(shared.context.options.state, accepted.json()["id"]).exists())
    done = shared.ended(shared.ask("POST", "/identify?wait=false", content=clip(1)))
    assert done["state"] == "done"


def test_a_server_that_is_killed_goes_on_with_its_tasks(
    tmp_path: Path, long_recording: bytes
) -> None:
    """What ran when it died is done by the next one; its workers die with it."""
    options = make_options(tmp_path)
    port = _free_port()
    command = "from earmark.cli import main; main()"
    where = ("--port", str(port), "-l", options.library, "--state", str(options.state))
    process = subprocess.Popen(
        [sys.executable, "-c", command, "serve", *where], stderr=subprocess.DEVNULL
    )
    try:
        url = f"http://127.0.0.1:{port}/api/v1"
        until(lambda: _is_up(url))
        task_id = httpx.post(f"{url}/scans", content=long_recording).json()["id"]
        until(lambda: httpx.get(f"{url}/tasks/{task_id}").json()["state"] == "running")
    finally:
        process.kill()
        process.wait()
    state = open_state(options.state)
    assert SqliteTaskQueue(state).get(task_id).state is TaskState.RUNNING
    state.close()
    with running(options) as server:
        task = until(lambda: _ended(server, task_id))
    assert (task["state"], task["attempts"]) == ("done", 2)


def test_a_server_that_is_told_to_end_finishes_what_it_is_at(
    tmp_path: Path, long_recording: bytes
) -> None:
    """As long as there is time."""
    options = make_options(tmp_path, shutdown_s=60.0)
    with running(options) as server:
        task_id = server.ask("POST", "/scans", content=long_recording).json()["id"]
        until(lambda: server.context.queue.get(task_id).state is TaskState.RUNNING)
    state = open_state(options.state)
    assert SqliteTaskQueue(state).get(task_id).state is TaskState.DONE
    state.close()


def _ended(server: Running, task_id: str) -> dict[str, Any] | None:
    task: dict[str, Any] = server.ask("GET", f"/tasks/{task_id}").json()
    return task if TaskState(task["state"]).has_ended else None


def _is_up(url: str) -> bool:
    try:
        return httpx.get(f"{url}/ping").status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def test_a_queue_that_fails_for_a_while_ends_no_supervisor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who looks after workers goes on, and takes back the task of one that died meanwhile."""
    monkeypatch.setattr(supervisor, "TIDY_S", 0.0)
    state = open_state(tmp_path)
    queue = SqliteTaskQueue(state)
    uploads(tmp_path).mkdir()
    queue.put("a", TaskKind.SCAN, {"files": ["x"]}, 9)
    queue.claim("worker-0")
    watched = Supervisor(ServerOptions("x", tmp_path), queue)
    (post,) = watched._posts
    post.task = "a"
    failures = 0

    async def look() -> None:
        has_gone_on = asyncio.Event()

        def fail(*_: object, **__: object) -> NoReturn:
            nonlocal failures
            failures += 1
            if failures == 4:
                has_gone_on.set()
            raise ServerStateError(str(tmp_path), "the disk is full")

        with monkeypatch.context() as patch:
            for method in ("get", "running", "drop_ended"):
                patch.setattr(queue, method, fail)
            looking = asyncio.create_task(watched._look_after())
            await has_gone_on.wait()
            assert not watched._is_taken_from(post)
        assert watched._is_taken_from(post)
        assert not looking.done()
        looking.cancel()

    asyncio.run(asyncio.wait_for(look(), PATIENCE_S))
    assert queue.get("a").state is TaskState.QUEUED
    assert not post.task
    state.close()


def test_recordings_of_scans_are_kept_as_long_as_their_results(tmp_path: Path) -> None:
    """While there is room: the oldest go first. Files of other tasks go when these have ended."""
    state = open_state(tmp_path)
    queue = SqliteTaskQueue(state)
    kinds = {"a": TaskKind.SCAN, "b": TaskKind.SCAN, "c": TaskKind.SCAN, "d": TaskKind.ADD}
    for name, kind in kinds.items():
        queue.put(name, kind, {"files": ["x"]}, 9)
        folder_of(tmp_path, name).mkdir(parents=True)
        with (folder_of(tmp_path, name) / "0").open("wb") as file:
            file.truncate(MEGABYTE)
        task = queue.claim("one")
        assert task is not None
        queue.finish(task, TaskState.DONE, result={})
    options = ServerOptions("x", tmp_path, limits=Limits(scans_mb=2))

    def kept() -> list[str]:
        return sorted(folder.name for folder in uploads(tmp_path).iterdir())

    Supervisor(options, queue).take_up()
    assert kept() == ["a", "b", "c"]
    Supervisor(options, queue)._tidy()
    assert kept() == ["b", "c"]
    Supervisor(replace(options, keep_hours=-1.0), queue)._tidy()
    assert kept() == []
    state.close()
