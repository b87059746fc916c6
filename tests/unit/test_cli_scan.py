"""Tests of earmark.cli.scan."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from earmark.cli.scan import exit_code
from earmark.evaluation.codecs import FLAC, encode
from earmark.types import Failure, Timeline
from tests.music import pieces, title
from tests.schemas import misfits
from tests.timelines import timeline
from tests.unit.conftest import Earmark

SCHEMA = Path(__file__).parents[2] / "docs" / "scan.schema.json"


@pytest.fixture
def mix(home: Path) -> Path:
    """Two pieces of the library with a stranger between them, as a file."""
    parts = [pieces()[number].samples for number in (1, 3, 0)]
    path = home / "mix.flac"
    path.write_bytes(encode(np.concatenate(parts), pieces()[0].sample_rate_hz, FLAC))
    return path


@pytest.mark.usefixtures("mix")
def test_a_mix_is_told_span_by_span(earmark: Earmark) -> None:
    """Both tracks, and what is unknown between them, as the schema says."""
    result = earmark("scan", "--json", "--ladder", "off", "mix.flac")
    spans = [json.loads(line) for line in result.stdout.splitlines()]
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    names = [span["track"] and span["track"]["title"] for span in spans]
    assert (result.exit_code, names) == (0, [title(1), None, title(0)])
    assert [misfits(span, schema, schema["$defs"]) for span in spans] == [[], [], []]


@pytest.mark.usefixtures("mix")
def test_a_person_is_shown_a_table(earmark: Earmark) -> None:
    """With the file above it and what was found below."""
    result = earmark("scan", "--ladder", "off", "mix.flac")
    assert result.stdout.startswith("mix.flac\n")
    assert title(1) in result.stdout
    assert "2 spans of known tracks" in result.stdout


@pytest.mark.usefixtures("mix")
def test_a_mix_can_be_drawn(earmark: Earmark, home: Path) -> None:
    """As a PNG, beside what is printed."""
    result = earmark("scan", "--cue", "--ladder", "off", "--plot", "mix.png", "mix.flac")
    assert result.stdout.count("TRACK") == 3
    assert (home / "mix.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.usefixtures("mix")
def test_a_broken_file_stops_no_other(earmark: Earmark) -> None:
    """It is told of on stderr; the others are scanned, and count."""
    result = earmark("scan", "--csv", "--ladder", "off", "broken.mp3", "mix.flac")
    assert (result.exit_code, len(result.stdout.splitlines())) == (0, 4)
    assert "cannot use broken.mp3" in result.stderr


def test_a_recording_can_come_by_a_pipe(earmark: Earmark, mix: Path) -> None:
    """As with `identify`, - is standard input."""
    result = earmark("scan", "--json", "--ladder", "off", "-", input=mix.read_bytes())
    assert json.loads(result.stdout.splitlines()[0])["file"] == "-"


def test_one_form_at_a_time(earmark: Earmark) -> None:
    """CSV and JSON together make no sense."""
    result = earmark("scan", "--csv", "--json", "clip.flac")
    assert (result.exit_code, "exclude each other" in result.stderr) == (2, True)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([timeline("A"), timeline(None)], 0),
        ([timeline(None)], 1),
        ([timeline(None), Timeline("b", None, 0.1, (), Failure("AudioError", "why"))], 2),
        ([timeline("A"), Timeline("b", None, 0.1, (), Failure("AudioError", "why"))], 0),
    ],
)
def test_the_exit_code_says_whether_anything_was_found(
    found: list[Timeline], expected: int
) -> None:
    """0 if so, else 2 if a file could not be used, else 1."""
    assert exit_code(found) == expected


@pytest.mark.parametrize("plot", ["why.jpg", "nowhere/why.png", "songs"])
def test_a_picture_that_could_not_be_written_is_refused_at_once(
    earmark: Earmark, plot: str
) -> None:
    """Before any work: nothing is answered."""
    result = earmark("scan", "clip.flac", "--plot", plot)
    assert (result.exit_code, result.stdout) == (2, "")
    assert plot in result.stderr


def test_the_help_names_the_extra_for_pictures(earmark: Earmark) -> None:
    """What stands in brackets would be taken for a style."""
    assert "extra `plot`" in " ".join(earmark("scan", "--help").stdout.replace("│", " ").split())
