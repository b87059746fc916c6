from __future__ import annotations

from earmark.server.protocol import protocol_within


def test_protocols_keep_their_own_time() -> None:
    """Two servers in one process may wait for different times."""
    assert (protocol_within(1.0).head_s, protocol_within(2.0).head_s) == (1.0, 2.0)
