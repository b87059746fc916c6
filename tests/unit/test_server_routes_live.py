from __future__ import annotations

import json
import time
from socket import SHUT_RDWR

from websockets.sync.client import connect

from tests.serving import PATIENCE_S, Running


def test_a_connection_that_breaks_off_frees_its_place(server: Running) -> None:
    """Though it says no goodbye."""
    with connect(server.live) as one, connect(server.live) as other:
        assert [json.loads(socket.recv())["type"] for socket in (one, other)] == ["ready"] * 2
        assert server.context.listeners.all >= 2
        for socket in (one, other):
            socket.socket.shutdown(SHUT_RDWR)
    until = time.monotonic() + PATIENCE_S
    while server.context.listeners.all and time.monotonic() < until:
        time.sleep(0.01)
    assert server.context.listeners.all == 0
