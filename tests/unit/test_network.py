from __future__ import annotations

import httpcore
import pytest

from earmark.errors import AddressRefusedError
from earmark.sources.addresses import AddressPolicy
from earmark.sources.network import Guard, PinnedBackend
from tests.servers import ok, serving


def test_a_connection_goes_to_the_address_that_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name is resolved once: the second time it might lead elsewhere."""
    asked = []

    def resolve(_: AddressPolicy, host: str, __: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    monkeypatch.setattr(AddressPolicy, "resolve", resolve)
    with serving({"": ok(b"")}) as served:
        port = int(served.url.rpartition(":")[2])
        backend = PinnedBackend(AddressPolicy(allow_private=True), Guard(5))
        stream = backend.connect_tcp("radio.example", port, timeout=5)
        stream.close()
    assert asked == ["radio.example"]


def test_a_forbidden_address_is_not_connected_to() -> None:
    """The policy speaks before anything is sent."""
    with serving({"": ok(b"")}) as served:
        backend = PinnedBackend(AddressPolicy(), Guard(5))
        with pytest.raises(AddressRefusedError):
            backend.connect_tcp("127.0.0.1", int(served.url.rpartition(":")[2]), timeout=5)
        assert not served.requests


def test_a_guard_lets_nothing_wait_beyond_its_time() -> None:
    """However little is asked for at once."""
    guard = Guard(60)
    left = guard.left_s(5)
    assert left == 5
    guard.restrict(0)
    with pytest.raises(httpcore.ReadTimeout):
        guard.left_s(5)
    guard.relax()
    assert guard.left_s(5) == 5
