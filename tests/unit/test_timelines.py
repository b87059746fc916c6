from __future__ import annotations

import csv
import json
from typing import Any

import pytest

from earmark import jsonable
from earmark.timelines import (
    CueSheet,
    TimelineForm,
    csv_heading,
    csv_lines,
    json_lines,
    timeline_lines,
)
from tests.timelines import timeline


def shape(*titles: str | None, **options: Any) -> jsonable.Object:  # noqa: ANN401 - of a timeline
    """A made-up timeline as JSON."""
    return jsonable.timeline(timeline(*titles, **options))


def test_json_has_a_line_for_each_span() -> None:
    """Each names its file; what is unknown has no track."""
    known, unknown = map(json.loads, json_lines(shape("A", None)))
    assert (known["file"], known["track"]["title"], known["speed"]) == ("mix.mp3", "A", 1.03)
    assert (unknown["start_s"], unknown["track"], unknown["track_start_s"]) == (60, None, None)


def test_csv_has_the_same_under_a_heading() -> None:
    """Commas and quotes in a title stay in their field."""
    lines = [csv_heading(), *csv_lines(shape('One, "two"', None))]
    known, unknown = csv.DictReader(lines)
    assert (known["title"], known["track_start_s"], known["tempo"]) == (
        'One, "two"',
        "10.0",
        "1.03",
    )
    assert (unknown["start_s"], unknown["title"], unknown["tempo"]) == ("60.0", "", "")


def test_a_csv_line_is_one_line() -> None:
    """Whatever a title has in it."""
    (line,) = csv_lines(shape("A\nB"))
    assert r"A\nB" in line
    assert "\n" not in line


def test_a_cue_sheet_counts_on_through_its_files() -> None:
    """Times are minutes, seconds and 75ths; quotes in a title cannot end it."""
    sheet = CueSheet()
    lines = [
        *sheet.lines(shape('A "B"', None, minutes=1.0101)),
        *sheet.lines(shape("C", file="b.wav")),
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


@pytest.mark.parametrize("form", TimelineForm)
def test_a_file_has_all_of_one_timeline(form: TimelineForm) -> None:
    """In each form: the known track and the unknown stretch."""
    lines = list(timeline_lines(shape("A", None), form))
    expected = {
        TimelineForm.JSONL: 2,
        TimelineForm.CSV: 1 + 2,
        TimelineForm.CUE: 2 + 4 + 3,
    }
    assert len(lines) == expected[form]
    assert sum("songs/one.flac" in line or "PERFORMER" in line for line in lines) == 1
