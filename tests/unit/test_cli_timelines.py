"""Tests of earmark.cli.timelines."""

from __future__ import annotations

import pytest
from rich.console import Console

from earmark.cli import screen
from earmark.cli.timelines import summary, table
from tests.timelines import timeline


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
