"""Tests of earmark.cli.fingerprint."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from earmark.clip_peaks import FORMAT
from earmark.params import Axis, Params, PeakParams
from tests.music import clip, title
from tests.unit.conftest import Earmark


def test_a_clip_is_named_by_its_printed_peaks(earmark: Earmark, home: Path) -> None:
    """What is printed into a file is identified like a recording, and called as it was."""
    printed = earmark("fingerprint", "clip.flac")
    assert printed.exit_code == 0
    (home / "peaks.json").write_text(printed.stdout)
    result = earmark("identify", "peaks.json")
    assert (result.exit_code, result.stderr) == (0, "")
    assert title(1) in result.stdout


def test_peaks_go_through_pipes(earmark: Earmark) -> None:
    """From standard input to standard output, and on."""
    printed = earmark("fingerprint", "-", input=clip(1))
    result = earmark("identify", "-", input=printed.stdout)
    assert title(1) in result.stdout


def test_without_a_library_the_usual_parameters_are_used(
    earmark: Earmark, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Whoever asks elsewhere need not have one; a library that was named has to be there."""
    monkeypatch.delenv("EARMARK_LIBRARY")
    monkeypatch.setattr("earmark.settings.default_library", lambda: tmp_path / "none.earmark")
    printed = json.loads(earmark("fingerprint", "clip.flac").stdout)
    assert (printed["format"], printed["peaks_id"]) == (FORMAT, Params().peaks_id)
    assert earmark("fingerprint", "-l", "missing", "clip.flac").exit_code == 2


def test_peaks_are_found_as_the_library_has_them(earmark: Earmark) -> None:
    """One on another axis has another id, and refuses what was found for the first."""
    earmark("add", "-l", "mel.earmark", "--axis", "mel", "songs")
    printed = earmark("fingerprint", "-l", "mel.earmark", "clip.flac").stdout
    assert json.loads(printed)["peaks_id"] == Params(PeakParams(axis=Axis.MEL)).peaks_id
    refused = earmark("identify", "-", input=printed)
    assert refused.exit_code == 2
    assert Params().peaks_id in refused.stdout


def test_what_cannot_be_decoded_is_told(earmark: Earmark) -> None:
    """In one line, with the exit code of an error."""
    result = earmark("fingerprint", "broken.mp3")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "broken.mp3" in result.stderr
