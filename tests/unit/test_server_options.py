from __future__ import annotations

from pathlib import Path

import pytest

from earmark.server.options import ServerOptions


@pytest.mark.parametrize(
    ("host", "is_loopback"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),  # noqa: S104 - nothing listens
        ("::", False),
        ("192.0.2.1", False),
        ("", False),
    ],
)
def test_loopback_is_known(host: str, is_loopback: bool) -> None:  # noqa: FBT001 - a parameter
    """What is not surely this machine alone is not."""
    assert ServerOptions("x", Path(), host=host).is_loopback is is_loopback
