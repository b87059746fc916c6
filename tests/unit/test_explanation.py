"""Tests of earmark.pictures.explanation."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from earmark.errors import UsageError
from earmark.pictures.drawing import BAD, GOOD
from earmark.pictures.explanation import draw_explanation
from earmark.types import Exhibit, Explanation, Reason, Status
from tests.explanations import place
from tests.unit.test_timeline import pixels

NONE = np.empty(0)


def exhibit(heard: list[bool]) -> Exhibit:
    """A second of sound, and a track's peaks in it."""
    count = len(heard)
    times = np.linspace(0.1, 0.9, count)
    return Exhibit(
        *(np.zeros((60, 50), np.float32), 1 / 60, np.linspace(100, 3500, 50)),
        *(times, np.full(count, 900.0), times, np.full(count, 900.0)),
        heard=np.array(heard, bool),
        place_s=np.arange(0.0, 100),
        agreeing=np.arange(100),
    )


def drawing(path: Path, shown: Exhibit | None, *, found: bool = True) -> Path:
    """The picture of an explanation."""
    best = place(50, 190) if found else None
    words = ("One sentence.", "Another " * 30)
    explained = Explanation(
        *("clip.wav", Status.IDENTIFIED, (Reason.NAMED,), words, 1.0, -20.0, 5, best),
        exhibit=shown,
    )
    draw_explanation(explained, path / "a.png")
    return path / "a.png"


def test_heard_and_missing_peaks_have_their_colours(tmp_path: Path) -> None:
    """Green for what is heard, red rings for what is not; each has its place in the legend."""
    some = pixels(drawing(tmp_path, exhibit([True, False, True])))
    all_heard = pixels(drawing(tmp_path, exhibit([True, True, True])))
    assert some[BAD] > all_heard[BAD] > 0
    assert all_heard[GOOD] > some[GOOD] > 0


def test_a_clip_without_a_place_can_be_drawn(tmp_path: Path) -> None:
    """Also one without a peak, or without a sound."""
    sound = np.zeros((0, 50), np.float32), 1 / 60, np.linspace(100, 3500, 50)
    empty = Exhibit(*sound, NONE, NONE, NONE, NONE, NONE > 0, NONE, NONE.astype(np.int64))
    assert drawing(tmp_path, empty, found=False).stat().st_size > 0


def test_what_could_not_be_read_cannot_be_drawn(tmp_path: Path) -> None:
    """The message says so."""
    with pytest.raises(UsageError, match="nothing to draw"):
        drawing(tmp_path, None)
