from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from earmark.server import run
from earmark.server.options import ServerOptions, settings
from tests.unit.conftest import Earmark


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[ServerOptions]:
    """The options of each server that would have run."""
    found: list[ServerOptions] = []

    class Fake:
        new_library: str | None = None
        address = "http://127.0.0.1:8765"
        on_ready = staticmethod(lambda: None)

        def run(self) -> None:
            """Be ready, and over at once."""
            self.on_ready()

    @contextlib.contextmanager
    def made(options: ServerOptions) -> Iterator[Any]:
        found.append(options)
        fake = Fake()
        fake.new_library = "new.earmark" if options.create else None
        yield fake

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
    assert result.stderr.endswith("http://127.0.0.1:8765\n")


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


def test_every_setting_is_an_option(earmark: Earmark, asked: list[ServerOptions]) -> None:
    """Each by its flag and by its variable; what is not said is as usual."""
    earmark("serve")
    for one in settings():
        usual = getattr(asked[0].limits if one.is_limit else asked[0], one.name)
        assert usual == one.usual
    earmark("serve", "--head-s", "3.5", "--tls-self-signed", env={"EARMARK_ALLOWED_HOSTS": "a b"})
    assert (asked[1].limits.head_s, asked[1].tls_self_signed) == (3.5, True)
    assert asked[1].allowed_hosts == ("a", "b")


@pytest.mark.parametrize("value", ["-1", "none", "0"])
def test_a_setting_that_makes_no_sense_is_refused(earmark: Earmark, value: str) -> None:
    """With its name."""
    result = earmark("serve", "--clip-mb", value)
    assert result.exit_code == 2
    assert "--clip-mb" in result.stderr


def test_only_the_usual_library_is_made_unasked(
    earmark: Earmark, asked: list[ServerOptions], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that is named may be mistyped; and it is told that one is new."""
    earmark("serve", "-l", "typo.earmark")
    told = earmark("serve", "-l", "new.earmark", "--create")
    monkeypatch.delenv("EARMARK_LIBRARY")
    earmark("serve")
    assert [options.create for options in asked] == [False, True, True]
    assert "made a new library, which is empty: new.earmark" in told.stderr


def test_a_mistyped_library_is_not_made(earmark: Earmark, tmp_path: Path) -> None:
    """The error says what would make one."""
    result = earmark("serve", "-l", "typo.earmark", "--state", "state", "--port", "0")
    assert result.exit_code == 2
    assert "no library at typo.earmark; --create makes" in result.stderr
    assert not (tmp_path / "typo.earmark").exists()
