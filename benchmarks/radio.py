"""Radio on this machine: programmes of encoded sound, sent in real time over HTTP.

A programme goes on whether anybody listens or not. Who connects gets the last seconds at once, as
radio servers do it, and what follows as it is played; what was played while nobody was connected is
lost. Connections can be cut, and titles sent along.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

import numpy as np

TICK_S = 0.05
TITLE_EVERY_BYTES = 8000
UNIT_BYTES = 16


@dataclass(slots=True)
class Programme:
    """Encoded sound, and when it began to be played."""

    data: bytes
    duration_s: float
    content_type: str = "audio/mpeg"
    title: str | None = None
    burst_s: float = 2.0
    marks: Sequence[int] = ()
    """How many bytes there are for the first second, the first two and so on; if none are given,
    the rate is constant."""
    began: float = field(default_factory=time.time)

    def at(self, seconds: float) -> int:
        """Return which byte is played so long after the beginning."""
        marks = [0, *self.marks, len(self.data)] if self.marks else [0, len(self.data)]
        times = [*range(len(marks) - 1), self.duration_s] if self.marks else [0, self.duration_s]
        return round(float(np.interp(seconds, times, marks)))


class Radio:
    """Serves programmes by their names until the `with` block ends."""

    def __init__(self, programmes: Mapping[str, Programme]) -> None:
        self.programmes = dict(programmes)
        self.cuts: dict[str, list[float]] = {name: [] for name in programmes}
        """POSIX times at which connections were cut."""
        self._cut = dict.fromkeys(programmes, 0)
        self._stopped = False
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    def __enter__(self) -> Self:
        """Begin to serve; the programmes begin now."""
        for programme in self.programmes.values():
            programme.began = time.time()
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop serving."""
        self._stopped = True
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def url(self, name: str) -> str:
        """Return the address of a programme."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/{name}"

    def cut(self, name: str) -> None:
        """Cut all connections of a programme."""
        self._cut[name] += 1
        self.cuts[name].append(time.time())

    def send(self, handler: BaseHTTPRequestHandler, name: str) -> None:
        """Send a programme until it ends or is cut; nothing of one that has ended."""
        programme, cut = self.programmes[name], self._cut[name]
        if time.time() - programme.began >= programme.duration_s:
            handler.send_error(404)
            return
        titled = programme.title is not None and handler.headers.get("Icy-MetaData") == "1"
        handler.send_response(200)
        handler.send_header("Content-Type", programme.content_type)
        if titled:
            handler.send_header("icy-metaint", str(TITLE_EVERY_BYTES))
        handler.end_headers()
        title = _Titles(programme.title or "") if titled else None
        sent = programme.at(time.time() - programme.began - programme.burst_s)
        while not self._stopped and self._cut[name] == cut and sent < len(programme.data):
            upto = programme.at(time.time() - programme.began)
            data = programme.data[sent:upto]
            handler.wfile.write(title.between(data) if title else data)
            sent = upto
            time.sleep(TICK_S)


class _Titles:
    """Puts a title between the bytes of sound, as SHOUTcast does."""

    def __init__(self, title: str) -> None:
        text = f"StreamTitle='{title}';".encode()
        units = -(-len(text) // UNIT_BYTES)
        self._text = bytes([units]) + text.ljust(units * UNIT_BYTES, b"\0")
        self._left = TITLE_EVERY_BYTES

    def between(self, data: bytes) -> bytes:
        out = b""
        while len(data) >= self._left:
            out += data[: self._left] + self._text
            data, self._left = data[self._left :], TITLE_EVERY_BYTES
        self._left -= len(data)
        return out + data


def _handler_of(radio: Radio) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """Answers one request."""

        def do_GET(self) -> None:
            name = self.path.removeprefix("/")
            if name not in radio.programmes:
                self.send_error(404)
                return
            try:
                radio.send(self, name)
            except OSError:
                return  # nobody listens any more

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler
