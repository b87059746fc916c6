"""Tests of earmark.pictures.timeline."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread

from earmark.pictures.drawing import CALM, GRID
from earmark.pictures.timeline import _tick_s, draw_timelines
from tests.timelines import timeline


def pixels(path: Path) -> Counter[str]:
    """The colours of a picture, and how often each is there."""
    every = np.rint(imread(path)[:, :, :3] * 255).astype(np.uint8).reshape(-1, 3)
    found, counts = np.unique(every, axis=0, return_counts=True)
    return Counter({"#" + bytes(one).hex(): int(n) for one, n in zip(found, counts, strict=True)})


def test_tracks_and_the_unknown_have_their_colours(tmp_path: Path) -> None:
    """A bar for what is known, grey for what is not."""
    draw_timelines([timeline("A", None)], tmp_path / "a.png")
    assert {CALM, GRID} <= pixels(tmp_path / "a.png").keys()


def test_each_recording_has_its_place(tmp_path: Path) -> None:
    """Two recordings make a higher picture than one, also if one has nothing known."""
    draw_timelines([timeline("A")], tmp_path / "a.png")
    draw_timelines([timeline("A"), timeline(None)], tmp_path / "b.png")
    assert imread(tmp_path / "b.png").shape[0] > imread(tmp_path / "a.png").shape[0]


def test_a_title_may_be_anything(tmp_path: Path) -> None:
    """Dollars are no formula, and a long title is cut short."""
    draw_timelines([timeline("$x_1$ " * 30)], tmp_path / "a.png")
    assert (tmp_path / "a.png").stat().st_size > 0


@pytest.mark.parametrize(
    ("duration_s", "expected"), [(60, 5), (600, 60), (3600, 300), (12 * 3600, 3600)]
)
def test_ticks_are_round_times(duration_s: float, expected: float) -> None:
    """About ten of them on any axis."""
    assert _tick_s(duration_s) == expected
