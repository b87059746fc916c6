from __future__ import annotations

import json
import time
from socket import SHUT_RDWR

import pytest
from websockets.exceptions import InvalidStatus
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


def test_a_connection_with_a_mistyped_parameter_is_refused(server: Running) -> None:
    """It is told which, before any sound is sent."""
    with pytest.raises(InvalidStatus) as caught, connect(f"{server.live}?fromat=encoded"):
        pass
    told = json.loads(caught.value.response.body or b"")
    assert told["errors"] == [{"where": "query.fromat", "what": "is not known here"}]
