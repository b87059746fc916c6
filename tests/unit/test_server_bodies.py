"""Bodies and heads that are too large, too slow or never end: refused, and the server lives on."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.music import clip
from tests.serving import Running, make_options, running

LIMITS = {"clip_mb": 1, "upload_mb": 1, "body_s": 1.0, "least_kb_per_s": 100.0, "head_s": 1.0}
MEGABYTE = bytes(1 << 20)


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server that waits for nobody."""
    with running(make_options(tmp_path_factory.mktemp("strict"), limits=LIMITS)) as server:
        yield server


@contextlib.contextmanager
def connected(server: Running) -> Iterator[socket.socket]:
    """A bare connection to a server."""
    port = int(server.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=10) as link:
        yield link


def rest(link: socket.socket) -> bytes:
    """Everything that comes until the server closes the connection."""
    data = b""
    with contextlib.suppress(ConnectionResetError):
        while part := link.recv(1 << 16):
            data += part
    return data


def head(path: str, *headers: str) -> bytes:
    """The head of a request."""
    lines = (f"POST /api/v1{path} HTTP/1.1", "Host: localhost", *headers, "", "")
    return "\r\n".join(lines).encode()


def is_alive(server: Running) -> bool:
    """Whether a clip is still named."""
    return bool(server.ask("POST", "/identify", content=clip(1)).json()["status"] == "identified")


@pytest.mark.parametrize("path", ["/identify", "/tracks", "/identify?wait=false"])
def test_a_body_that_says_it_is_giant_is_refused_unread(strict: Running, path: str) -> None:
    """Before a byte of it has come; the connection is closed."""
    with connected(strict) as link:
        link.sendall(head(path, "Content-Length: 99999999999"))
        answer = rest(link)
    assert answer.startswith(b"HTTP/1.1 413")
    assert b"connection: close" in answer.lower()


@pytest.mark.parametrize("kind", ["audio/wav", "multipart/form-data; boundary=x"])
def test_a_body_without_end_is_refused_while_it_comes(strict: Running, kind: str) -> None:
    """However it is sent: as it is, or as a file in a form."""
    part = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
    with connected(strict) as link:
        link.sendall(head("/identify", "Transfer-Encoding: chunked", f"Content-Type: {kind}"))
        link.sendall(b"%x\r\n%s\r\n" % (len(part), part))
        with contextlib.suppress(OSError):
            for _ in range(50):
                link.sendall(b"%x\r\n%s\r\n" % (len(MEGABYTE), MEGABYTE))
        answer = rest(link)
    assert answer.startswith(b"HTTP/1.1 413") or not answer  # reset before it could be read
    assert is_alive(strict)


def test_a_body_that_stops_coming_is_given_up(strict: Running) -> None:
    """With 408, after the time that is set."""
    with connected(strict) as link:
        link.sendall(head("/identify", "Content-Length: 1000") + b"RIFF")
        assert rest(link).startswith(b"HTTP/1.1 408")


def test_a_body_that_trickles_is_given_up(strict: Running) -> None:
    """A byte now and then does not keep a connection."""
    with connected(strict) as link:
        link.sendall(head("/identify", "Content-Length: 1000"))
        link.settimeout(0.05)
        answer = b""
        for _ in range(100):
            with contextlib.suppress(OSError):
                link.sendall(b"R")
            with contextlib.suppress(TimeoutError):
                answer = link.recv(4096)
                break
    assert answer.startswith(b"HTTP/1.1 408")


def test_a_head_that_trickles_is_given_up(strict: Running) -> None:
    """A slow loris is cut off, whether it says something or nothing at all."""
    began = time.monotonic()
    with connected(strict) as silent, connected(strict) as slow:
        slow.sendall(b"POST /api/v1/identify HTTP/1.1\r\nX: ")
        assert rest(slow) == b""
        assert rest(silent) == b""
    assert time.monotonic() - began < 10


def test_a_head_without_end_is_cut_off(strict: Running) -> None:
    """It would fill the memory."""
    with connected(strict) as link, contextlib.suppress(OSError):
        link.sendall(b"GET /api/v1/ping HTTP/1.1\r\nX: ")
        for _ in range(100):
            link.sendall(MEGABYTE)
        pytest.fail("all of it was taken")
    assert is_alive(strict)


def test_a_slow_client_keeps_nobody_waiting(strict: Running) -> None:
    """Many connections that are open cost others nothing."""
    with contextlib.ExitStack() as links:
        for _ in range(50):
            link = links.enter_context(connected(strict))
            link.sendall(head("/identify", "Content-Length: 1000"))
        assert is_alive(strict)


def test_the_length_of_a_json_body_is_limited(strict: Running) -> None:
    """Where no route says otherwise, to a megabyte."""
    body = b'{"title": "' + b"x" * (2 << 20) + b'"}'
    answer = strict.ask("PATCH", "/tracks/x", content=body)
    assert answer.status_code == 413


def test_nothing_of_a_refused_upload_stays(strict: Running, tmp_path: Path) -> None:
    """Its files go with it."""
    del tmp_path
    with connected(strict) as link:
        link.sendall(head("/tracks", "Content-Length: 1000") + b"RIFF")
        assert rest(link).startswith(b"HTTP/1.1 408")
    assert list((strict.context.options.state / "uploads").iterdir()) == []
