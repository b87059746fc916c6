"""A proxy before a socket, which counts trips and strikes where a test wants it."""

from __future__ import annotations

import contextlib
import selectors
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

_PIECE_BYTES = 1 << 16
NAME = ".s.PGSQL.5432"
"""How PostgreSQL calls its socket."""

REST_S = 0.2
"""How long what is sent on a trip may come in pieces."""


class Proxy:
    """Passes everything on, both ways, on a socket of its own.

    Attributes:
        folder: of its socket.
        trips: how often a client waited for an answer: turns from sending to receiving.
        strike_at: the trip on which misfortune strikes, once; 0 for never.
        after_sending: whether what is sent on that trip still reaches the server.
        misfortune: what strikes; unless it is set, all connections are cut.
    """

    def __init__(self, target: Path, folder: Path) -> None:
        self.folder = folder
        self.trips = 0
        self.strike_at = 0
        self.after_sending = False
        self.misfortune = self.cut
        self._target = target
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(folder / NAME))
        self._listener.listen()
        self._guard = threading.Lock()
        self._open: set[socket.socket] = set()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """End all connections, and listen no more."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()

    def cut(self) -> None:
        """End all connections at once."""
        with self._guard:
            ending, self._open = self._open, set()
        for one in ending:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        server = socket.socket(socket.AF_UNIX)
        with client, server, contextlib.suppress(OSError):
            server.connect(str(self._target / NAME))
            with self._guard:
                self._open |= {client, server}
            for data, to in _pieces(client, server, self._on_trip):
                to.sendall(data)
            with self._guard:
                self._open -= {client, server}

    def _on_trip(self, client: socket.socket, server: socket.socket, data: bytes) -> bool:
        """Count a trip; return whether what is sent is still to be passed on."""
        self.trips += 1
        if not self.strike_at or self.trips != self.strike_at:
            return True
        if self.after_sending:
            client.settimeout(REST_S)
            with contextlib.suppress(TimeoutError):
                while more := client.recv(_PIECE_BYTES):
                    data += more
            server.sendall(data)
        self.misfortune()
        return False


def _pieces(
    client: socket.socket,
    server: socket.socket,
    on_trip: Callable[[socket.socket, socket.socket, bytes], bool],
) -> Iterator[tuple[bytes, socket.socket]]:
    """Yield what one side sent and to whom it goes, until one of them ends."""
    selector = selectors.DefaultSelector()
    selector.register(client, selectors.EVENT_READ, server)
    selector.register(server, selectors.EVENT_READ, client)
    is_waiting = True
    with selector:
        while True:
            for key, _ in selector.select():
                data = key.fileobj.recv(_PIECE_BYTES)  # type: ignore[union-attr]
                if not data:
                    return
                is_client = key.fileobj is client
                if is_client and is_waiting and not on_trip(client, server, data):
                    continue
                is_waiting = not is_client
                yield data, key.data


@contextlib.contextmanager
def proxied(target: Path) -> Iterator[Proxy]:
    """A proxy before the socket in this folder."""
    with tempfile.TemporaryDirectory(prefix="earmark-proxy-") as folder:
        made = Proxy(target, Path(folder))
        try:
            yield made
        finally:
            made.close()
