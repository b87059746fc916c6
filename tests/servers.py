"""A server on this machine that answers with exact bytes, true or not."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

Answer: TypeAlias = bytes | Callable[[socket.socket], None]


@dataclass
class Served:
    """A running server."""

    url: str
    requests: list[bytes] = field(default_factory=list)
    """As they came, heads and bodies."""

    def to(self, path: str) -> str:
        """Return the address of a path."""
        return f"{self.url}/{path}"


def ok(body: bytes, *headers: str) -> bytes:
    """A plain answer with a body."""
    lines = ("HTTP/1.1 200 OK", f"Content-Length: {len(body)}", "Connection: close", *headers)
    return "\r\n".join((*lines, "", "")).encode() + body


def going_on(body: bytes, *headers: str) -> Callable[[socket.socket], None]:
    """Return what sends a body and holds the connection, as a station that goes on does."""
    head = "\r\n".join(("HTTP/1.1 200 OK", "Connection: close", *headers, "", "")).encode()

    def answer(connection: socket.socket) -> None:
        connection.sendall(head + body)
        while connection.recv(4096):
            pass

    return answer


def to(place: str) -> bytes:
    """A redirect."""
    return f"HTTP/1.1 302 Found\r\nLocation: {place}\r\nContent-Length: 0\r\n\r\n".encode()


@contextlib.contextmanager
def serving(answers: Mapping[str, Answer | list[Answer]]) -> Iterator[Served]:
    """Serve answers by path, `x` for `/x`; of several for one path each once, the last for good."""
    left = {path: list(one) if isinstance(one, list) else [one] for path, one in answers.items()}
    with answering(lambda connection: _answer(connection, served, left)) as port:
        served = Served(f"http://127.0.0.1:{port}")
        yield served


@contextlib.contextmanager
def answering(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """Answer each who connects, in a thread of its own; give the port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def talk(connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            answer(connection)

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=talk, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def _answer(connection: socket.socket, served: Served, left: dict[str, list[Answer]]) -> None:
    request = _request(connection)
    if not request.strip():
        return
    served.requests.append(request)
    path = request.split(b" ", 2)[1].decode().removeprefix("/").partition("?")[0]
    queue = left.get(path, [b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"])
    answer = queue.pop(0) if len(queue) > 1 else queue[0]
    if callable(answer):
        answer(connection)
    else:
        connection.sendall(answer)


def _request(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data and (part := connection.recv(4096)):
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            while len(body) < int(line.split(b":")[1]) and (part := connection.recv(4096)):
                body += part
    return head + b"\r\n\r\n" + body
