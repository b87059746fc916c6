"""Tests of earmark.cli.progress."""

from __future__ import annotations

import pytest

from earmark.cli.progress import counting


def test_nobody_is_shown_nothing() -> None:
    """Where stderr is no terminal, there is no bar."""
    with counting("counting") as on_counted:
        assert on_counted is None


def test_a_person_sees_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bar takes what is done, and how much there is."""
    monkeypatch.setattr("earmark.cli.progress.is_watched", lambda: True)
    with counting("counting") as on_counted:
        assert on_counted is not None
        on_counted(1, 2)
