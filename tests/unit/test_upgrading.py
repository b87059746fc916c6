from __future__ import annotations

import pytest

from earmark.stores import upgrading


def test_much_work_is_told_before_it_begins(capsys: pytest.CaptureFixture[str]) -> None:
    """On stderr, where a program has no handler of its own; little work is not worth a word."""
    upgrading.LOGGER.propagate = False  # as without pytest, whose handlers take everything
    try:
        upgrading.announce("music.earmark", upgrading.MANY_TRACKS - 1)
        assert capsys.readouterr().err == ""
        upgrading.announce("music.earmark", upgrading.MANY_TRACKS)
    finally:
        upgrading.LOGGER.propagate = True
    said = capsys.readouterr().err
    assert "library music.earmark is of an older version" in said
    assert f"{upgrading.MANY_TRACKS:,} tracks" in said
