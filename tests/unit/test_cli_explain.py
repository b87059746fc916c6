"""Tests of earmark.cli.explain."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from earmark.cli.screen import READABLE
from tests.music import title
from tests.schemas import misfits
from tests.unit.conftest import Earmark

SCHEMA = Path(__file__).parents[2] / "docs" / "explain.schema.json"


def test_a_match_is_explained(earmark: Earmark) -> None:
    """In words, with exit code 0."""
    result = earmark("explain", "clip.flac")
    assert (result.exit_code, result.stderr) == (0, "")
    told = " ".join(result.stdout.split())
    assert f"It fits best at 3.0 s of “{title(1)}”" in told
    assert "That is believed" in told
    assert max(map(len, result.stdout.splitlines())) <= READABLE


def test_a_clip_can_be_compared_with_one_track(earmark: Earmark) -> None:
    """With one that it is not of, it is no match: exit code 1."""
    result = earmark("explain", "clip.flac", "--track", title(0), "--ladder", "off")
    assert (result.exit_code, title(0) in result.stdout) == (1, True)


def test_a_track_that_is_not_there_is_a_wrong_argument(earmark: Earmark) -> None:
    """Exit code 1 would say that the clip is not of it."""
    result = earmark("explain", "clip.flac", "--track", "nosuch")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "no track 'nosuch'" in result.stderr


@pytest.mark.parametrize(
    ("clip", "code"), [("clip.flac", 0), ("stranger.flac", 1), ("broken.mp3", 2)]
)
def test_json_is_as_the_schema_says(earmark: Earmark, clip: str, code: int) -> None:
    """Of a match, a miss and a file that is no music."""
    result = earmark("explain", "--json", "--ladder", "off", clip)
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    assert misfits(json.loads(result.stdout), schema, schema["$defs"]) == []
    assert result.exit_code == code


def test_it_can_be_drawn(earmark: Earmark, home: Path) -> None:
    """As a PNG."""
    earmark("explain", "clip.flac", "--plot", "why.png")
    assert (home / "why.png").read_bytes().startswith(b"\x89PNG")


def test_what_could_not_be_read_is_not_drawn(earmark: Earmark, home: Path) -> None:
    """It is told why in words."""
    result = earmark("explain", "broken.mp3", "--plot", "why.png")
    assert (result.exit_code, (home / "why.png").exists()) == (2, False)
    assert "cannot use broken.mp3" in result.stdout


@pytest.mark.parametrize("plot", ["why.jpg", "nowhere/why.png", "songs"])
def test_a_picture_that_could_not_be_written_is_refused_at_once(
    earmark: Earmark, plot: str
) -> None:
    """Before any work: nothing is answered."""
    result = earmark("explain", "clip.flac", "--plot", plot)
    assert (result.exit_code, result.stdout) == (2, "")
    assert plot in result.stderr


def test_the_help_names_the_extra_for_pictures(earmark: Earmark) -> None:
    """What stands in brackets would be taken for a style."""
    assert "extra `plot`" in " ".join(earmark("explain", "--help").stdout.replace("│", " ").split())
