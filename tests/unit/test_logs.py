from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from earmark.errors import UsageError
from earmark.live.events import EventKind
from earmark.sinks.logs import COLUMNS, EventLog
from earmark.units import iso_utc
from tests.live import ended, event


def test_a_log_holds_an_event_on_each_line(tmp_path: Path) -> None:
    """As JSON, and goes on where it was."""
    path = tmp_path / "events.jsonl"
    for told in (event(), ended()):
        with EventLog(path) as log:
            log(told)
    kinds = [json.loads(line)["kind"] for line in path.read_text().splitlines()]
    assert kinds == ["track_started", "track_ended"]


def test_a_csv_log_has_one_heading(tmp_path: Path) -> None:
    """And a cell for everything."""
    path = tmp_path / "events.csv"
    for told in (event(), ended()):
        with EventLog(path) as log:
            log(told)
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == COLUMNS
    assert rows[0]["told_at"] == iso_utc(event().told_at)
    assert (rows[0]["title"], rows[0]["duration_s"]) == ("Blue Kite", "")
    assert (rows[1]["kind"], rows[1]["duration_s"]) == ("track_ended", "60.000")


def test_a_title_does_no_harm_to_a_spreadsheet(tmp_path: Path) -> None:
    """A station may say what would be computed as a formula; line ends become spaces."""
    path = tmp_path / "events.csv"
    EventLog(path)(event(EventKind.TITLE, match=None, text='=cmd|"x"!A1\r\nnext'))
    with path.open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["text"] == '\'=cmd|"x"!A1  next'


def test_a_log_that_was_moved_away_is_begun_anew(tmp_path: Path) -> None:
    """By whatever rotates logs."""
    path = tmp_path / "events.csv"
    log = EventLog(path)
    log(event())
    path.rename(tmp_path / "events.csv.1")
    log(event())
    assert len(path.read_text().splitlines()) == 2


def test_a_log_that_cannot_be_written_is_told_at_once(tmp_path: Path) -> None:
    """Not when the first track is over."""
    with pytest.raises(UsageError, match="cannot write"):
        EventLog(tmp_path / "nowhere" / "events.jsonl")
