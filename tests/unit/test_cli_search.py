"""Tests of earmark.cli.search."""

from __future__ import annotations

import json

from tests.music import title
from tests.unit.conftest import Earmark


def test_typing_errors_are_forgiven(earmark: Earmark) -> None:
    """A title without one of its letters finds its track first."""
    typed = title(1)[:2] + title(1)[3:]
    first, *_ = earmark("search", *typed.split(), "--json").stdout.splitlines()
    found = json.loads(first)
    assert found["title"] == title(1)
    assert 0.5 < found["score"] <= 1


def test_hits_are_listed(earmark: Earmark) -> None:
    """With their scores."""
    result = earmark("search", title(1))
    assert result.exit_code == 0
    assert title(1) in result.stdout
    assert result.stdout.startswith("Score")


def test_nothing_alike_is_exit_code_1(earmark: Earmark) -> None:
    """As grep, which finds nothing."""
    result = earmark("search", "xyzzy")
    assert (result.exit_code, result.stdout) == (1, "nothing like it\n")
