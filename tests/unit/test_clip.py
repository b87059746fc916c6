from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from earmark.axis import axis_of
from earmark.matching.clip import (
    CELL_STEPS,
    EVIDENCE,
    FINE_STEPS,
    FREQUENCY_STEPS,
    MARGIN_CELLS,
    MARGIN_FRAMES,
    NEAR_STEPS,
    PARTS_PER_NAT,
    Chart,
    Clip,
    chart_of,
    clip_of,
    warps,
)
from earmark.matching.sweep import TOGETHER
from earmark.params import POSITIONS, PeakParams
from earmark.prominence import CLASSES
from earmark.types import Heard, Peaks
from tests.axes import on_every_axis
from tests.constellations import PARAMS, STEPS, frames_of, heard, make_peaks, sorted_peaks

PEAKS = make_peaks(1, 5, 40)


def marked(chart: Chart, time: int, frequency: int) -> bool:
    """Whether the chart has a peak at this place, in steps."""
    cell = time // CELL_STEPS + MARGIN_CELLS
    word = int(chart.chart[frequency // CELL_STEPS, cell >> 6])
    return bool(word >> (cell & 63) & 1)


def near_a_peak(peaks: Peaks, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Mark the cells whose middle is near a peak, by asking every cell about every peak."""
    frames, bands = np.indices(shape) * STEPS
    near = np.zeros(shape, np.bool_)
    for time, frequency in zip(peaks.time.tolist(), peaks.frequency.tolist()):
        near |= (abs(frames - time) <= NEAR_STEPS[0]) & (abs(bands - frequency) <= NEAR_STEPS[1])
    return near


def inner(clip: Clip) -> NDArray[np.int16]:
    """The evidence without what surrounds it."""
    return clip.evidence[:-1, MARGIN_FRAMES : MARGIN_FRAMES + clip.frames]


@pytest.mark.parametrize(
    ("apart", "across", "found"),
    [
        (0, 0, True),
        (FINE_STEPS, FREQUENCY_STEPS - 1, True),
        (-FINE_STEPS, -FREQUENCY_STEPS, True),
        (FINE_STEPS + CELL_STEPS, 0, False),
        (-FINE_STEPS - CELL_STEPS, 0, False),
        (0, FREQUENCY_STEPS + CELL_STEPS, False),
        (0, -FREQUENCY_STEPS - CELL_STEPS, False),
    ],
)
def test_a_chart_has_a_peak_within_the_tolerances(apart: int, across: int, found: bool) -> None:  # noqa: FBT001
    """As wide as they are, to a cell, and no wider."""
    chart = chart_of(sorted_peaks(np.array([200]), np.array([800])), 100, PARAMS.peaks)
    assert marked(chart, 200 + apart, 800 + across) is found


def test_a_chart_knows_where_the_peaks_of_each_frame_begin() -> None:
    """The peaks of a frame are those from its number to that of the next frame."""
    chart = chart_of(PEAKS, frames_of(5), PARAMS.peaks)
    for frame in (0, 1, 17, chart.frames - 1):
        mine = PEAKS.time[chart.begins[frame] : chart.begins[frame + 1]]
        assert mine.tolist() == PEAKS.time[PEAKS.time // STEPS == frame].tolist()
    assert chart.begins[-1] == len(PEAKS)
    assert chart.length_steps == frames_of(5) * STEPS


def test_evidence_is_what_the_table_says_of_each_cell() -> None:
    """Of two cells that stand out equally, the one near a peak is better evidence."""
    sound = heard(PEAKS, 5)
    clip = clip_of(sound, PARAMS.peaks)
    near = near_a_peak(PEAKS, sound.prominence.shape)
    nats = np.array(EVIDENCE)[near.astype(int), sound.prominence].T
    wanted = nats - nats.mean(axis=1, keepdims=True)
    assert np.allclose(inner(clip) / PARTS_PER_NAT, wanted, atol=1 / PARTS_PER_NAT)
    assert 0 < near.mean() < 0.1


def test_beyond_the_clip_and_beyond_the_axis_there_is_no_evidence() -> None:
    """The margins are empty, and so is the last row."""
    clip = clip_of(heard(PEAKS, 5), PARAMS.peaks)
    assert not clip.evidence[:, :MARGIN_FRAMES].any()
    assert not clip.evidence[:, -MARGIN_FRAMES:].any()
    assert not clip.evidence[-1].any()
    assert clip.variance[-1] == 0


def test_the_strongest_evidence_of_cells_that_are_summed_together_fits_into_16_bits() -> None:
    """Whatever the mean of their band."""
    strongest = np.ptp(np.array(EVIDENCE)) * PARTS_PER_NAT
    assert TOGETHER * strongest < 1 << 15


def test_evidence_rises_with_prominence() -> None:
    """A cell that stands out is better evidence than one that does not, and best near a peak."""
    assert len(EVIDENCE[0]) == len(EVIDENCE[1]) == CLASSES
    far, near = np.array(EVIDENCE)
    assert far[-1] > far[0] + 1
    assert near[-1] > near[0] + 1
    assert (near >= far).all()


@on_every_axis
def test_mean_and_variance_are_those_of_each_band(params: PeakParams) -> None:
    """What a wrong alignment finds in a band is what the clip has there on average."""
    clip = clip_of(heard(make_peaks(2, 5), 5, params=params), params)
    cells = inner(clip).astype(np.float64)
    assert cells.shape == (len(axis_of(params).centre_bins), clip.frames)
    assert np.abs(cells.mean(axis=1)).max() <= 0.5
    assert np.allclose(clip.variance[:-1], cells.var(axis=1), atol=1)


def test_a_clip_of_no_length_is_no_error() -> None:
    """Without frames there is no evidence."""
    nothing = sorted_peaks(np.empty(0), np.empty(0))
    clip = clip_of(Heard(nothing, nothing, np.empty((0, 513), np.uint8)), PARAMS.peaks)
    assert inner(clip).shape == (513, 0)
    assert (clip.variance == 0).all()


def test_peaks_behind_the_end_of_the_clip_are_no_evidence() -> None:
    """A peak that was refined beyond the last frame, or lies far from all cells, marks none."""
    late = sorted_peaks(np.array([5 * STEPS + 40, 10**6]), np.array([800, 4095]))
    classes = np.full((5, 513), CLASSES - 1, np.uint8)
    assert (inner(clip_of(Heard(late, late, classes), PARAMS.peaks)) == 0).all()


def test_every_pitch_has_its_table_once() -> None:
    """Equal pitches share one; none at all have none."""
    axis = axis_of(PARAMS.peaks)
    tables, which = warps(axis, np.array([1.1, 1.0, 1.1]), 8, -4)
    assert tables.shape == (2, POSITIONS)
    assert np.array_equal(tables[which[0]], np.floor(axis.warp(1.1) / 8 + 0.5))
    assert np.array_equal(tables[which[1]], np.floor(axis.warp(1.0) / 8 + 0.5))
    assert warps(axis, np.empty(0), 8, 0)[0].shape == (0, POSITIONS)
