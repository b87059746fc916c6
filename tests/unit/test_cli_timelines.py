"""Tests of earmark.cli.timelines."""

from __future__ import annotations

import csv
import json

import pytest
from rich.console import Console

from earmark.cli import screen
from earmark.cli.timelines import CueSheet, csv_heading, csv_lines, json_lines, summary, table
from tests.timelines import timeline


def test_json_has_a_line_for_each_span() -> None:
    """Each names its file; what is unknown has no track."""
    known, unknown = map(json.loads, json_lines(timeline("A", None)))
    assert (known["file"], known["track"]["title"], known["speed"]) == ("mix.mp3", "A", 1.03)
    assert (unknown["start_s"], unknown["track"], unknown["track_start_s"]) == (60, None, None)


def test_csv_has_the_same_under_a_heading() -> None:
    """Commas and quotes in a title stay in their field."""
    lines = [csv_heading(), *csv_lines(timeline('One, "two"', None))]
    known, unknown = csv.DictReader(lines)
    assert (known["title"], known["track_start_s"], known["tempo"]) == (
        'One, "two"',
        "10.0",
        "1.03",
    )
    assert (unknown["start_s"], unknown["title"], unknown["tempo"]) == ("60.0", "", "")


def test_a_csv_line_is_one_line() -> None:
    """Whatever a title has in it."""
    (line,) = csv_lines(timeline("A\nB"))
    assert r"A\nB" in line
    assert "\n" not in line


def test_a_cue_sheet_counts_on_through_its_files() -> None:
    """Times are minutes, seconds and 75ths; quotes in a title cannot end it."""
    sheet = CueSheet()
    lines = [
        *sheet.lines(timeline('A "B"', None, minutes=1.0101)),
        *sheet.lines(timeline("C", file="b.wav")),
    ]
    assert lines == [
        'TITLE "mix"',
        'FILE "mix.mp3" MP3',
        "  TRACK 01 AUDIO",
        "    TITLE \"A 'B'\"",
        '    PERFORMER "Band"',
        "    INDEX 01 00:00:00",
        "  TRACK 02 AUDIO",
        '    TITLE "unknown"',
        "    INDEX 01 01:00:45",
        'FILE "b.wav" WAVE',
        "  TRACK 03 AUDIO",
        '    TITLE "C"',
        '    PERFORMER "Band"',
        "    INDEX 01 00:00:00",
    ]


@pytest.mark.parametrize("told", ["A — Band", "0:10 to 1:12", "certain", "speed +3.0 %", "unknown"])
def test_a_table_tells_what_is_played(told: str) -> None:
    """Track, place, certainty and speed; and that the rest is unknown."""
    console = Console(width=200)
    with console.capture() as captured:
        console.print(table(timeline("A", None)))
    assert told in captured.get()


def test_a_summary_tells_how_much_is_unknown() -> None:
    """And how fast it was found out."""
    said = summary(timeline("A", None, "B"))
    assert said == "2 spans of known tracks, 1:00 unknown; 3:00 in 0:02, 90x real time"


def test_a_table_fits_a_narrow_screen(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The title folds; all times are whole."""
    monkeypatch.setenv("COLUMNS", "80")
    screen.show(table(timeline("A title that does not fit beside the rest", None, minutes=70)))
    told = capsys.readouterr().out
    assert max(map(len, told.splitlines())) <= 80
    assert [cell for cell in ("1:10:00", "0:10 to 1:12", "100 %") if cell not in told] == []
