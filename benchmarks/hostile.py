"""What the server does with those who mean it no good: what was sent, what came back, is it alive.

    python -m benchmarks.hostile

Runs a server of its own with a library of three made-up songs and short limits, sends it what it
should refuse, and after each asks for a clip that it knows. Prints a table in Markdown.
"""

from __future__ import annotations

import contextlib
import io
import os
import signal
import socket
import struct
import tempfile
import time
import wave
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import httpx
import numpy as np
from numpy.typing import NDArray

from earmark.evaluation.codecs import FLAC, encode
from tests.music import clip
from tests.serving import Running, make_options, running

LIMITS = {
    "clip_mb": 8,
    "upload_mb": 8,
    "body_s": 1.0,
    "head_s": 1.0,
    "decode_s": 5.0,
    "decode_mb": 512,
    "track_hours": 0.25,
}
MEGABYTE = bytes(1 << 20)
BOMB_HOURS = 0.5
BOMB_HZ = 44_100
IDLE_LINKS = 500


def main() -> None:
    """Send everything, and print what came of it."""
    with tempfile.TemporaryDirectory() as folder:
        options = make_options(Path(folder), limits=LIMITS)
        with running(options) as server:
            until_warm(server)
            print("| sent | came back | after | then a clip |\n|---|---|--:|---|")
            for name, attack in attacks(server):
                began = time.perf_counter()
                came = attack()
                took_s = time.perf_counter() - began
                print(f"| {name} | {came} | {took_s:.1f} s | {alive(server)} |", flush=True)


def attacks(server: Running) -> Iterator[tuple[str, Callable[[], str]]]:
    """Yield each attack with its name."""
    bomb = silence(BOMB_HOURS)
    bomb_name = f"{BOMB_HOURS:g} hours of silence in {len(bomb) / (1 << 20):.1f} MB of FLAC"
    yield "a body that says it has 100 GB", lambda: raw(server, post(length=100 << 30))
    yield "a chunked body without end", lambda: raw(server, post(), endless(chunked=True))
    yield "a form with a file without end", lambda: raw(server, post(form=True), endless(form=True))
    yield "a head without end", lambda: raw(server, b"GET / HTTP/1.1\r\nX: ", endless())
    yield "a head that trickles", lambda: raw(server, b"GET / HTTP/1.1\r\nX: ")
    yield "a body that trickles", lambda: raw(server, post(length=1000) + b"R")
    yield f"{IDLE_LINKS} connections that say nothing", lambda: idle(server)
    yield f"{bomb_name}, to identify", lambda: asked(server, "/identify", bomb)
    yield f"{bomb_name}, to add", lambda: task_of(server, "/tracks", bomb)
    yield "a WAVE header that claims 4 GB", lambda: asked(server, "/identify", lying_wave())
    yield "noise with the head of each format", lambda: fuzzed(server)
    yield "a playlist that names /etc/passwd", lambda: asked(server, "/identify", PLAYLIST)
    yield "JSON nested 100,000 deep", lambda: asked(server, "/identify", b"[" * 100_000, "json")
    yield "a file named ../../../etc/passwd", lambda: named(server)
    yield "kill -9 of every decoder", lambda: killed(server, decoders(server))
    yield "kill -9 of every worker", lambda: killed(server, workers(server))


PLAYLIST = b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"


def alive(server: Running) -> str:
    """Whether a clip that is known is still named, and how soon."""
    began = time.perf_counter()
    answer = server.ask("POST", "/identify", content=clip(1))
    status = answer.json().get("status", answer.status_code)
    return f"{status}, {1000 * (time.perf_counter() - began):.0f} ms"


def asked(server: Running, path: str, body: bytes, kind: str = "octet-stream") -> str:
    """Send a body, and tell what came back."""
    headers = {"Content-Type": f"application/{kind}"}
    return told(server.ask("POST", path, content=body, headers=headers))


def told(answer: httpx.Response) -> str:
    """An answer in short."""
    found = answer.json()
    word = found.get("type", "").rpartition(":")[2] or found.get("status") or found.get("state")
    return f"{answer.status_code} {word}"


def task_of(server: Running, path: str, body: bytes) -> str:
    """Send a body that becomes a task, and tell what came of it."""
    task = server.ended(server.ask("POST", path, content=body))
    skipped = (task["result"] or {}).get("skipped", [])
    return f"202, then {task['state']}: {skipped[0]['cause'] if skipped else task['error']}"


def raw(server: Running, head: bytes, body: Iterable[bytes] = ()) -> str:
    """Send bytes over a bare connection, and tell the first line that came back."""
    port = int(server.url.rpartition(":")[2])
    answer = b""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as link:
        with contextlib.suppress(OSError):
            link.sendall(head)
            for part in body:
                link.sendall(part)
        with contextlib.suppress(OSError):
            answer = link.recv(4096)
    line = answer.split(b"\r\n")[0].decode(errors="replace").removeprefix("HTTP/1.1 ")
    return line or "connection closed"


def post(length: int | None = None, *, form: bool = False) -> bytes:
    """The head of a clip."""
    kind = "multipart/form-data; boundary=x" if form else "audio/wav"
    size = "Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}"
    lines = ("POST /api/v1/identify HTTP/1.1", "Host: localhost", f"Content-Type: {kind}", size)
    return "\r\n".join((*lines, "", "")).encode()


def endless(*, chunked: bool = False, form: bool = False) -> Iterator[bytes]:
    """Yield a hundred megabytes, which is beyond every limit here."""
    if form:
        part = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
        yield b"%x\r\n%s\r\n" % (len(part), part)
    for _ in range(100):
        wrap = chunked or form
        yield b"%x\r\n%s\r\n" % (len(MEGABYTE), MEGABYTE) if wrap else MEGABYTE


def idle(server: Running) -> str:
    """Open many connections, and count those that the server has closed after a while."""
    port = int(server.url.rpartition(":")[2])
    with contextlib.ExitStack() as links:
        sockets = [
            links.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20))
            for _ in range(IDLE_LINKS)
        ]
        closed = sum(link.recv(1) == b"" for link in sockets)
    return f"{closed} closed"


def silence(hours: float) -> bytes:
    """Silence, which compresses to next to nothing."""
    samples: NDArray[np.float32] = np.zeros(round(3600 * hours * BOMB_HZ), np.float32)
    return encode(samples, BOMB_HZ, FLAC)


def lying_wave() -> bytes:
    """A tenth of a second of sound that says it has 4 GB."""
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setparams((1, 2, BOMB_HZ, 0, "NONE", ""))
        file.writeframes(bytes(1600))
    data = bytearray(target.getvalue())
    data[40:44] = struct.pack("<I", 0xFFFFFFF0)
    return bytes(data)


def fuzzed(server: Running) -> str:
    """Send damaged files of many formats, and count the answers."""
    rng = np.random.default_rng(0)
    heads: tuple[bytes, ...] = (
        b"RIFF\0\0\0\0WAVEfmt ",
        b"OggS\0\2",
        b"fLaC\0\0\0\x22",
        b"ID3\4\0\0",
        b"\xff\xfb\x90\0",
    )
    heads += (b"\0\0\0\x20ftypM4A ", b"\x1a\x45\xdf\xa3\x93", b"FORM\0\0\1\0AIFF")
    good = clip(0)
    bodies = [head + rng.bytes(20_000) for head in heads]
    bodies += [damaged(good, rng) for _ in range(20)]
    found = [asked(server, "/identify?ladder=off", body).split()[0] for body in bodies]
    return ", ".join(f"{found.count(status)} times {status}" for status in sorted(set(found)))


def damaged(data: bytes, rng: np.random.Generator) -> bytes:
    """A file with a hundred bytes that are others."""
    spoiled = np.frombuffer(data, np.uint8).copy()
    spoiled[rng.integers(0, len(spoiled), 100)] = rng.integers(0, 256, 100)
    return spoiled.tobytes()


def named(server: Running) -> str:
    """Send a clip under the name of a file of the server."""
    files = {"file": ("../../../etc/passwd", clip(1))}
    answer = server.ask("POST", "/identify", files=files).json()
    return f"{answer['status']}, called {answer['clip']}"


def decoders(server: Running) -> list[int]:
    """The ids of the processes that decode clips."""
    idle_ones = server.context.decoders._idle  # noqa: SLF001 - nobody else is to know them
    return [process.pid for process in idle_ones]


def workers(server: Running) -> list[int]:
    """The ids of the processes that work off tasks."""
    pids: list[int] = server.context.wake.__self__.pids  # type: ignore[attr-defined]
    return pids


def killed(server: Running, pids: list[int]) -> str:
    """Kill processes, and have the work of both kinds done."""
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    task = server.ended(server.ask("POST", "/identify?wait=false", content=clip(1)))
    return f"a task after it: {task['state']}"


def until_warm(server: Running) -> None:
    """Wait until the server is ready."""
    while httpx.get(f"{server.url}/ready").is_error:
        time.sleep(0.05)


if __name__ == "__main__":
    main()
