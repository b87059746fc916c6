"""Tests of earmark.cli.screen."""

from __future__ import annotations

import pytest

from earmark.cli import screen


def test_a_pipe_gets_whole_lines(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a terminal nothing is cut off, and no line ends in spaces."""
    table = screen.listing("Name", "Size", right=("Size",))
    table.add_row("x" * 500, "1")
    screen.show(table)
    lines = capsys.readouterr().out.splitlines()
    assert any("x" * 500 in line for line in lines)
    assert [line for line in lines if line != line.rstrip()] == []


def test_markup_is_only_text(capsys: pytest.CaptureFixture[str]) -> None:
    """Brackets and colons in a title are no commands."""
    screen.show(screen.details([("title", "[red]Song[/] :smile:")]))
    assert "[red]Song[/] :smile:" in capsys.readouterr().out


def test_what_is_not_known_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    """A detail of None has no line."""
    screen.show(screen.details([("title", "Song"), ("album", None)]))
    assert capsys.readouterr().out.split() == ["title", "Song"]


def test_a_narrow_screen_folds_and_cuts_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Numbers stay whole; of a path that does not fit, the rest is in the next line."""
    monkeypatch.setenv("COLUMNS", "40")
    table = screen.listing("from", "path", folding=("path",))
    table.add_row("1:23:45", "x" * 60)
    screen.show(table)
    told = capsys.readouterr().out
    assert max(map(len, told.splitlines())) <= 40
    assert ("1:23:45" in told, told.count("x"), "…" in told) == (True, 60, False)


def test_a_screen_that_is_too_narrow_loses_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lines are longer than it then, and the terminal breaks them."""
    monkeypatch.setenv("COLUMNS", "10")
    table = screen.listing("from", "to", "path", folding=("path",))
    table.add_row("1:23:45", "2:34:56", "song.flac")
    screen.show(table)
    told = capsys.readouterr().out
    assert [cell for cell in ("1:23:45", "2:34:56", "song.flac") if cell not in told] == []


@pytest.mark.parametrize(("columns", "longest"), [("40", 40), ("300", screen.READABLE)])
def test_sentences_are_broken_between_words(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    columns: str,
    longest: int,
) -> None:
    """At the edge of a narrow terminal, and where lines would be too long to read in a wide one."""
    monkeypatch.setenv("COLUMNS", columns)
    sentence = " ".join(["word"] * 50)
    screen.tell(sentence)
    lines = capsys.readouterr().out.splitlines()
    assert longest - len("  word") < max(map(len, lines)) <= longest
    assert " ".join(line.removeprefix("  ") for line in lines) == sentence


def test_a_word_that_is_longer_than_a_line_stays_whole(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A path can be copied from the terminal."""
    monkeypatch.setenv("COLUMNS", "40")
    screen.tell(f"cannot use {'x' * 60}: no such file")
    assert "x" * 60 in capsys.readouterr().out.splitlines()[1]
