from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest

from earmark.cli.duplicates import print_report
from earmark.duplicates.groups import grouped
from earmark.duplicates.records import DuplicateReport
from earmark.evaluation.codecs import MP3_128K, encode
from tests.duplicates import link, member
from tests.music import pieces, song
from tests.schemas import misfits
from tests.unit.conftest import Earmark

SCHEMA = Path(__file__).parents[2] / "docs" / "duplicates.schema.json"
SHORT = ("--least", "5")


@pytest.fixture
def inbox(home: Path) -> Path:
    """A folder with the first song as an MP3 file, twice, and a broken file."""
    folder = home / "inbox"
    folder.mkdir()
    data = encode(pieces()[0].samples, pieces()[0].sample_rate_hz, MP3_128K)
    (folder / "a.mp3").write_bytes(data)
    (folder / "b.mp3").write_bytes(data)
    (folder / "broken.mp3").write_text("not at all music\n")
    return folder


def test_a_library_without_duplicates_is_exit_code_1(earmark: Earmark) -> None:
    """As grep, which finds nothing."""
    result = earmark("duplicates", *SHORT)
    assert result.exit_code == 1
    assert result.stdout.startswith("0 groups, 0 of their copies needless; 3 recordings, 0:43")


def test_duplicates_among_files_are_told(
    earmark: Earmark, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A table says what to keep; what could not be read is told on stderr."""
    monkeypatch.setenv("COLUMNS", "2000")
    result = earmark("duplicates", str(inbox), *SHORT)
    assert result.exit_code == 0
    assert "The same recording" in result.stdout
    assert [line.split()[0] for line in result.stdout.splitlines() if ".mp3" in line] == ["✓", "✗"]
    assert "skipped" in result.stderr


def test_files_are_compared_with_the_library(earmark: Earmark, inbox: Path) -> None:
    """The track is in the library and lossless; the files add nothing."""
    result = earmark("duplicates", str(inbox / "a.mp3"), "--with-library", "--json", *SHORT)
    (group,) = map(json.loads, result.stdout.splitlines())
    assert [(copy["keep"], copy["in_library"]) for copy in group["copies"]] == [
        (True, True),
        (False, False),
    ]


def test_json_fits_its_schema(earmark: Earmark, inbox: Path) -> None:
    """docs/duplicates.schema.json has every key, and no other."""
    (inbox / "song.flac").write_bytes(song(0))
    schema = json.loads(SCHEMA.read_text("utf-8"))
    lines = earmark("duplicates", str(inbox), "--json", *SHORT).stdout.splitlines()
    (group,) = map(json.loads, lines)
    assert len(group["copies"]) == 3
    assert misfits(group, schema, schema["$defs"]) == []


def test_a_report_is_written(earmark: Earmark, inbox: Path, home: Path) -> None:
    """One row for each copy, for a spreadsheet."""
    earmark("duplicates", str(inbox), "--report", "report.csv", *SHORT)
    with (home / "report.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(row["likeness"], row["keep"]) for row in rows] == [("same", "yes"), ("same", "no")]


def test_what_makes_no_sense_is_refused(earmark: Earmark, inbox: Path) -> None:
    """Nothing to compare with a library, and a report in a folder that is not there."""
    assert earmark("duplicates", "--with-library").exit_code == 2
    assert earmark("duplicates", str(inbox), "--report", "nowhere/report.csv").exit_code == 2
    assert earmark("duplicates", "--library", "nowhere.earmark").exit_code == 2


def test_a_narrow_screen_has_whole_names_and_readable_lines(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only a path may be longer than the screen: it has a line of its own, to be copied."""
    monkeypatch.setenv("COLUMNS", "60")
    path = b"/music/" + b"x" * 60
    groups = grouped([replace(member(number), path=path) for number in range(2)], [link(0, 1)])
    print_report(DuplicateReport(tuple(groups), 2, 400.0, (), 1.0), as_json=False)
    lines = capsys.readouterr().out.splitlines()
    copies = [line for line in lines if path.decode() in line]
    assert copies == [f"  {mark} {path.decode()}" for mark in "✓✗"]
    assert max(len(line) for line in lines[:-2] if line not in copies) <= 60
    assert lines[0] == "The same recording"
    assert sum("3:20" in line for line in lines) == 2
    assert "✓ keep   ✗ not needed" in lines[-2]


def test_places_are_told_where_they_differ(capsys: pytest.CaptureFixture[str]) -> None:
    """That all of a copy is all of the other is what its group says already."""
    members = [member(number) for number in range(3)]
    groups = grouped(members, [link(0, 1), link(0, 2, speed=1.02)])
    print_report(DuplicateReport(tuple(groups), 3, 600.0, (), 1.0), as_json=False)
    told = " ".join(capsys.readouterr().out.split())
    assert told.count("of the first") == 1
    assert "is 0:00-3:20 of the first at -2.0 %" in told


def test_files_that_cannot_be_read_are_an_error(earmark: Earmark) -> None:
    """If nothing was found beside them: a copy may be among them."""
    assert earmark("duplicates", "nowhere").exit_code == 2
