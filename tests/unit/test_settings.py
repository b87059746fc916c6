"""Tests of earmark.settings."""

from __future__ import annotations

import pytest

from earmark import settings


def test_what_was_chosen_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """A library named on the command line is the one that is used."""
    monkeypatch.setenv(settings.LIBRARY_VARIABLE, "other.earmark")
    assert settings.library_location("mine.earmark") == "mine.earmark"


def test_the_environment_goes_before_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    """EARMARK_LIBRARY names the library where nothing else does."""
    monkeypatch.setenv("EARMARK_LIBRARY", "other.earmark")
    assert settings.library_location(None) == "other.earmark"


@pytest.mark.parametrize("value", [None, ""])
def test_otherwise_it_is_the_users_own(monkeypatch: pytest.MonkeyPatch, value: str | None) -> None:
    """Without a choice, or with an empty one, each user has a library."""
    monkeypatch.delenv("EARMARK_LIBRARY", raising=False)
    if value is not None:
        monkeypatch.setenv("EARMARK_LIBRARY", value)
    assert settings.library_location(None) == str(settings.default_library())


def test_the_usual_library_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the one that a command uses without being told."""
    monkeypatch.setenv("EARMARK_LIBRARY", "mine.earmark")
    assert settings.is_usual(None)
    assert settings.is_usual("mine.earmark")
    assert not settings.is_usual("other.earmark")
