"""Tests of earmark.pictures.drawing."""

from __future__ import annotations

from pathlib import Path

import pytest
from matplotlib.image import imread

from earmark.errors import MissingExtraError, UsageError
from earmark.pictures import drawing
from earmark.pictures.drawing import DOTS_PER_INCH, check_installed, drawn


def test_a_picture_has_the_size_that_was_asked_for(tmp_path: Path) -> None:
    """In inches, at the usual resolution."""
    with drawn(tmp_path / "a.png", 3, 2) as figure:
        figure.subplots()
    assert imread(tmp_path / "a.png").shape[:2] == (2 * DOTS_PER_INCH, 3 * DOTS_PER_INCH)


def test_a_picture_needs_a_folder(tmp_path: Path) -> None:
    """Where it cannot be written, the message says so."""
    with pytest.raises(UsageError, match="cannot write"), drawn(tmp_path / "no" / "a.png", 1, 1):
        pass


def test_without_the_extra_there_is_a_plain_word(monkeypatch: pytest.MonkeyPatch) -> None:
    """It names what to install."""
    monkeypatch.setattr(drawing, "find_spec", lambda _: None)
    with pytest.raises(MissingExtraError, match=r"earmark\[plot\]"):
        check_installed()
