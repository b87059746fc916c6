"""Tests of earmark.cli.edge."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer

from earmark.cli.edge import NO_FOLDER, in_words, naming, remedied
from earmark.errors import LibraryBusyError, TrackNotFoundError


def ending_of(error: BaseException, *, debug: bool = False) -> int:
    """The exit code of a command in which this is raised."""
    with pytest.raises(typer.Exit) as ending, in_words(debug=debug, on_interrupt="stopped"):
        raise error
    return int(ending.value.exit_code)


def test_an_error_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """What happened, without a traceback, and exit code 2."""
    assert ending_of(LibraryBusyError("here", "somebody\nwrites")) == 2
    assert capsys.readouterr().err == "earmark: library here: somebody\\nwrites\n"


def test_an_error_has_its_own_exit_code() -> None:
    """What was looked for and is not there is exit code 1, as with grep."""
    assert ending_of(TrackNotFoundError("song")) == 1


def test_an_unexpected_error_names_debug(capsys: pytest.CaptureFixture[str]) -> None:
    """A fault of ours is one line, too, which says how to learn more."""
    assert ending_of(ZeroDivisionError("oh")) == 2
    said = capsys.readouterr().err
    assert said.startswith("earmark: ZeroDivisionError: oh; ")
    assert "--debug" in said
    assert said.count("\n") == 1


def test_a_working_folder_that_is_gone_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What a relative path begins at cannot be told then: no fault of ours, and easily mended."""
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    with pytest.raises(typer.Exit) as ending, in_words(debug=False):
        Path("music.earmark").absolute()
    said = capsys.readouterr().err
    assert (ending.value.exit_code, said) == (2, f"earmark: {NO_FOLDER}\n")


def test_a_file_that_is_not_there_is_another_matter(capsys: pytest.CaptureFixture[str]) -> None:
    """Where the working folder is in its place, it is not blamed."""
    assert ending_of(FileNotFoundError("song.wav")) == 2
    assert NO_FOLDER not in capsys.readouterr().err


@pytest.mark.parametrize("error", [ZeroDivisionError("oh"), TrackNotFoundError("song")])
def test_debug_shows_where(capsys: pytest.CaptureFixture[str], error: Exception) -> None:
    """With --debug there is a traceback as well."""
    ending_of(error, debug=True)
    assert "Traceback (most recent call last)" in capsys.readouterr().err


def test_an_interrupt_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """Ctrl-C ends with a word and the shell's exit code for it."""
    assert ending_of(KeyboardInterrupt()) == 130
    assert capsys.readouterr().err == "earmark: stopped\n"


def test_an_interrupt_within_a_kernel_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    """Python then says that a result came with an error set; another such error is no interrupt."""
    torn = SystemError("returned a result with an exception set")
    torn.__cause__ = KeyboardInterrupt()
    assert ending_of(torn) == 130
    assert capsys.readouterr().err == "earmark: stopped\n"
    assert ending_of(SystemError("bad argument")) == 2


def test_an_exit_is_left_alone() -> None:
    """A command that ends with a code ends with that code."""
    assert ending_of(typer.Exit(1)) == 1


def test_a_remedy_names_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that would help is told as it has to be typed; other words stay."""
    monkeypatch.delenv("EARMARK_LIBRARY", raising=False)
    said = remedied("segment earmark is bad; run `earmark repair`", "my music.earmark")
    assert said == "segment earmark is bad; run `earmark repair --library 'my music.earmark'`"


@pytest.mark.parametrize("chosen", [None, "music.earmark"])
def test_the_usual_library_needs_no_naming(
    monkeypatch: pytest.MonkeyPatch, chosen: str | None
) -> None:
    """What a command uses anyway is not repeated."""
    monkeypatch.setenv("EARMARK_LIBRARY", "music.earmark")
    assert naming("earmark repair", chosen) == "earmark repair"
