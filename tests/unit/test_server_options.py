from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from earmark.server.options import Limits, ServerOptions, settings
from earmark.types import MediaKind


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


def test_each_setting_has_a_name_of_its_own() -> None:
    """A flag, a variable, a sentence about it, and what stands for a value."""
    found = list(settings())
    assert len({one.flag for one in found}) == len({one.variable for one in found}) == len(found)
    for one in found:
        assert one.flag.startswith("--")
        assert one.meaning.endswith(".")
        assert (one.metavar is None) == (one.kind in {bool, MediaKind})


def test_no_option_is_without_a_setting() -> None:
    """What can be chosen at all can be chosen by a user."""
    ours = {one.name for owner in (ServerOptions, Limits) for one in fields(owner)}
    assert ours - {one.name for one in settings()} == {"library", "state", "limits"}
