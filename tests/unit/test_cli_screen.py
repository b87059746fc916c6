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
