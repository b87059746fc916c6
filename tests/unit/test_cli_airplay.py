from __future__ import annotations

import csv
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
    heading, line = result.stdout.splitlines()
    assert heading.split() == ["started", "lasted", "station", "track", "ISRC"]
    assert line.split("  ")[0] == "2026-01-31 12:00:05"
    assert line.index("Rock") == heading.index("station")
    for word in ("1:00", "Rock", "Blue Kite — Band", "GBAYE0601498"):
        assert word in line


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--day", "2026-01-31"], 0),
        (["--day", "2026-01-30"], 1),
        (["--since", "2026-01-31T12:00:05", "--until", "2026-01-31T12:00:06"], 0),
        (["--since", "2026-01-31T13:00:05+01:00"], 0),
        (["--until", "2026-01-31T12:00:05"], 1),
        (["--since", "0001-01-01T00:00:00+14:00"], 0),
        (["--day", "9999-12-31"], 1),
        (["--station", "Jazz"], 1),
        (["--track", "bLUE kITE", "--isrc", "GBAYE0601498"], 0),
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


@pytest.mark.parametrize("options", [[], ["--by", "track"]])
def test_no_plays_are_told_to_be_none(earmark: Earmark, plays: str, options: list[str]) -> None:
    """In words; in JSON there is no line."""
    result = earmark("airplay", plays, "--station", "Jazz", *options)
    assert (result.exit_code, result.stdout) == (1, "no plays\n")
    assert earmark("airplay", plays, "--station", "Jazz", *options, "--json").stdout == ""


@pytest.mark.parametrize(
    ("options", "column", "value"),
    [([], "title", "Blue Kite"), (["--by", "isrc"], "key", "GBAYE0601498")],
)
def test_plays_are_told_as_csv(
    earmark: Earmark, plays: str, options: list[str], column: str, value: str
) -> None:
    """For a spreadsheet, with names of the columns."""
    (row,) = csv.DictReader(earmark("airplay", plays, "--csv", *options).stdout.splitlines())
    assert (row[column], row["duration_s"]) == (value, "60.0")


@pytest.mark.parametrize(
    "options",
    [
        ["--day", "soon"],
        ["--day", "2026-01-31", "--since", "2026"],
        ["--since", "2026-02-01", "--until", "2026-01-01"],
        ["--csv", "--json"],
    ],
)
def test_senseless_times_are_told(earmark: Earmark, plays: str, options: list[str]) -> None:
    """In one line."""
    assert earmark("airplay", plays, *options).exit_code == 2


def test_a_store_that_is_not_there_is_not_made(earmark: Earmark, home: Path) -> None:
    """A misspelt name would be an empty store."""
    result = earmark("airplay", "nowhere.sqlite")
    assert result.exit_code == 2
    assert "there is none" in result.stderr
    assert not (home / "nowhere.sqlite").exists()
