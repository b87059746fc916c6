"""Tests of earmark.sketch."""

from __future__ import annotations

import numpy as np

from earmark.params import PeakParams
from earmark.sketch import EDGES_DB, LONE_DB, sketched
from earmark.types import Peaks

PARAMS = PeakParams()
STEPS = PARAMS.steps
LONE = int(np.searchsorted(EDGES_DB, LONE_DB, side="right"))


def peaks(*rows: tuple[int, int, float]) -> Peaks:
    """Peaks at these frames and bands, with these levels in dB."""
    frame, band, level = np.array(rows).T
    return Peaks(
        (frame * STEPS).astype(np.int32),
        (band * STEPS).astype(np.uint16),
        (2 * level).astype(np.uint8),
    )


def test_cells_beside_a_peak_are_of_its_class() -> None:
    """A frame and a band to either side; all other cells have no class."""
    cells = sketched(peaks((5, 100, 60)), 20, PARAMS)
    assert cells.shape == (20, PARAMS.window_samples // 2 + 1)
    assert (cells[4:7, 99:102] == LONE).all()
    assert cells.astype(int).sum() == 9 * LONE


def test_a_peak_stands_out_from_those_around_it() -> None:
    """The loudest of three has the highest class, the softest none."""
    cells = sketched(peaks((5, 100, 50), (9, 110, 70), (13, 100, 60)), 20, PARAMS)
    assert cells[9, 110] > cells[13, 100] > cells[5, 100] == 0


def test_only_what_is_near_counts() -> None:
    """A loud peak far away in time or in frequency makes no peak softer."""
    cells = sketched(peaks((5, 100, 50), (9, 400, 90), (80, 100, 90)), 90, PARAMS)
    assert (cells[5, 100], cells[9, 400], cells[80, 100]) == (LONE, LONE, LONE)


def test_louder_music_gives_the_same_sketch() -> None:
    """What counts is how peaks differ, not how loud they are."""
    rows = [(5, 100, 50), (9, 110, 70), (13, 100, 60)]
    louder = [(frame, band, level + 20) for frame, band, level in rows]
    soft, loud = (sketched(peaks(*some), 20, PARAMS) for some in (rows, louder))
    assert (soft == loud).all()


def test_peaks_at_the_edges_stay_inside() -> None:
    """At the first and the last frame, and beyond the last one, nothing is written elsewhere."""
    cells = sketched(peaks((0, 16, 60), (9, 447, 60), (12, 300, 60)), 10, PARAMS)
    assert (cells[0, 16], cells[9, 447]) == (LONE, LONE)
    assert cells[:, 290:310].sum() == 0
