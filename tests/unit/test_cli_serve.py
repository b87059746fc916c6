from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from earmark.server import run
from earmark.server.options import ServerOptions
from tests.unit.conftest import Earmark


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[ServerOptions]:
    """The options of each server that would have run."""
    found: list[ServerOptions] = []

    class Fake:
        def run(self) -> None:
            """Be over at once."""

    @contextlib.contextmanager
    def made(options: ServerOptions) -> Iterator[Any]:
        found.append(options)
        yield Fake()

    monkeypatch.setattr(run, "made", made)
    monkeypatch.setattr("earmark.server.logs.begin_logging", lambda: None)
    monkeypatch.delenv("EARMARK_PORT", raising=False)
    return found


def test_a_server_is_as_it_was_asked_for(earmark: Earmark, asked: list[ServerOptions]) -> None:
    """By flags; several of one add up."""
    result = earmark("serve", "--port", "9", "--allowed-host", "a", "--allowed-host", "b")
    assert result.exit_code == 0
    assert (asked[0].port, asked[0].allowed_hosts) == (9, ("a", "b"))
    assert asked[0].library == "music.earmark"


def test_a_file_sets_what_no_flag_does(
    earmark: Earmark,
    asked: list[ServerOptions],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A flag goes before it, and so does the environment."""
    monkeypatch.setenv("EARMARK_RATE", "5")
    monkeypatch.setenv("EARMARK_WORKERS", "1")
    text = "# mine\nexport EARMARK_PORT='7'\n\nEARMARK_RATE=6\nEARMARK_QUEUED=4\n"
    (tmp_path / ".env").write_text(text)
    for name in ("EARMARK_PORT", "EARMARK_QUEUED"):
        monkeypatch.setenv(name, "to be unset again after the test")
        monkeypatch.delenv(name)
    earmark("serve", "--queued", "3")
    assert (asked[0].port, asked[0].limits.per_minute, asked[0].limits.queued) == (7, 5, 3)


def test_a_file_that_sets_nothing_is_refused(earmark: Earmark, tmp_path: Path) -> None:
    """With the line."""
    (tmp_path / "odd.env").write_text("EARMARK_PORT 7\n")
    result = earmark("serve", "--env-file", "odd.env")
    assert result.exit_code == 2
    assert "line 1" in result.stderr


def test_what_is_not_safe_is_refused(earmark: Earmark, monkeypatch: pytest.MonkeyPatch) -> None:
    """In one line, with what to do."""
    monkeypatch.setenv("EARMARK_STATE", "state")
    result = earmark("serve", "--host", "0.0.0.0")  # noqa: S104 - what is refused
    assert result.exit_code == 2
    assert "earmark keys add" in result.stderr
