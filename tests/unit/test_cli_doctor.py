"""Tests of earmark.cli.doctor."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from earmark.cli.doctor import Findings, examine
from tests.unit.conftest import Earmark
from tests.unit.test_cli_upkeep import spoil_the_index


def examined(earmark: Earmark, *arguments: str) -> dict[str, Any]:
    """What `doctor --json` says."""
    findings: dict[str, Any] = json.loads(earmark("doctor", "--json", *arguments).stdout)
    return findings


def test_all_is_well(earmark: Earmark) -> None:
    """A sound installation and library give exit code 0."""
    result = earmark("doctor", "--deep")
    assert result.exit_code == 0
    assert "✓ all is well" in result.stdout


def test_versions_are_told(earmark: Earmark) -> None:
    """Everything that decides what can be opened and how fast."""
    versions = examined(earmark)["versions"]
    assert versions.keys() >= {
        *("Earmark", "Python", "NumPy", "Numba", "PyAV", "FFmpeg", "libavcodec", "libsndfile"),
        "SQLite",
    }


def test_formats_are_told(earmark: Earmark) -> None:
    """Which containers and codecs this installation opens."""
    findings = examined(earmark)
    assert {"mp3", "ogg", "flac", "wav"} <= set(findings["containers"])
    assert {"mp3float", "vorbis", "opus", "aac"} <= set(findings["codecs"])


def test_no_library_is_no_illness(earmark: Earmark) -> None:
    """Before the first `add` all is well, and it is said how to begin."""
    result = earmark("doctor", "--library", "nowhere.earmark")
    assert result.exit_code == 0
    assert "none yet; add some: earmark add --library nowhere.earmark PATH" in result.stdout


def test_damage_is_found_with_its_remedy(earmark: Earmark, home: Path) -> None:
    """A damaged index is a problem that names `earmark repair`; the exit code is 1."""
    spoil_the_index(home)
    result = earmark("doctor", "--deep", "--json")
    assert result.exit_code == 1
    (problem, *_) = json.loads(result.stdout)["problems"]
    assert problem["what"].startswith("segment ")
    assert problem["remedy"] == "earmark repair"


def test_a_remedy_repeats_the_library(earmark: Earmark, home: Path) -> None:
    """Where the library was named, the command that mends it names it, too."""
    spoil_the_index(home)
    (home / "music.earmark").rename("other.earmark")
    (problem, *_) = examined(earmark, "--deep", "--library", "other.earmark")["problems"]
    assert problem["remedy"] == "earmark repair --library other.earmark"


def test_an_index_of_another_kind_is_told_and_rebuilt(earmark: Earmark, home: Path) -> None:
    """After an update that changed the index, the doctor names `rebuild`, and that mends it."""
    catalogue = sqlite3.connect(home / "music.earmark" / "catalogue.sqlite")
    with catalogue:
        catalogue.execute("UPDATE state SET index_id = 'i-other'")
    catalogue.close()
    (problem,) = examined(earmark)["problems"]
    assert problem["remedy"] == "run `earmark rebuild` (no audio needed)"
    assert earmark("identify", "clip.flac").exit_code == 2
    assert earmark("rebuild").exit_code == 0
    assert earmark("identify", "clip.flac").exit_code == 0


def test_something_else_is_not_taken_for_a_library(earmark: Earmark) -> None:
    """A folder of songs is no library, and is told to be none."""
    result = earmark("doctor", "--library", "songs")
    assert result.exit_code == 1
    assert "! library: " in result.stdout


def test_kernels_that_cannot_be_kept_are_a_problem(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no cache can be written, every start would compile."""
    monkeypatch.setattr("earmark.cli.doctor._is_writable", lambda _: False)
    findings: Findings = examine(str(home / "music.earmark"), deep=False)
    assert [problem["what"] for problem in findings.problems] == ["kernels"]
    assert "XDG_CACHE_HOME" in findings.problems[0]["remedy"]
