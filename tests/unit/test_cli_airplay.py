from __future__ import annotations

import json
from pathlib import Path

import pytest

from earmark.operations.recording import play_of
from earmark.operations.sqlite import SqliteOperations
from tests.live import ended
from tests.unit.conftest import Earmark


@pytest.fixture
def plays(home: Path) -> str:
    """A store with one play."""
    play = play_of(ended())
    assert play is not None
    with SqliteOperations(home / "plays.sqlite") as store:
        store.write(play)
    return str(home / "plays.sqlite")


def test_plays_are_listed(earmark: Earmark, plays: str) -> None:
    """When, how long, where, and what."""
    result = earmark("airplay", plays)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.split("  ")[0] == "2026-01-31 12:00:05"
    for word in ("1:00", "Rock", "Blue Kite — Band", "GBAYE0601498"):
        assert word in result.stdout


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--day", "2026-01-31"], 0),
        (["--day", "2026-01-30"], 1),
        (["--since", "2026-01-31T12:00:05", "--until", "2026-01-31T12:00:06"], 0),
        (["--since", "2026-01-31T13:00:05+01:00"], 0),
        (["--until", "2026-01-31T12:00:05"], 1),
        (["--station", "Jazz"], 1),
        (["--track", "Blue Kite", "--isrc", "GBAYE0601498"], 0),
    ],
)
def test_plays_are_chosen(earmark: Earmark, plays: str, options: list[str], code: int) -> None:
    """The exit code tells whether there are any."""
    assert earmark("airplay", plays, *options, "--json").exit_code == code


def test_plays_are_counted(earmark: Earmark, plays: str) -> None:
    """As a table, or as JSON."""
    assert "Blue Kite — Band" in earmark("airplay", plays, "--by", "track").stdout
    (line,) = earmark("airplay", plays, "--by", "isrc", "--json").stdout.splitlines()
    total = json.loads(line)
    assert (total["key"], total["plays"]) == ("GBAYE0601498", 1)


@pytest.mark.parametrize("options", [["--day", "soon"], ["--day", "2026-01-31", "--since", "2026"]])
def test_senseless_times_are_told(earmark: Earmark, plays: str, options: list[str]) -> None:
    """In one line."""
    assert earmark("airplay", plays, *options).exit_code == 2


def test_a_store_that_is_not_there_is_not_made(earmark: Earmark, home: Path) -> None:
    """A misspelt name would be an empty store."""
    result = earmark("airplay", "nowhere.sqlite")
    assert result.exit_code == 2
    assert "there is none" in result.stderr
    assert not (home / "nowhere.sqlite").exists()
