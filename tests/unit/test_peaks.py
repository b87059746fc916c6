from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from earmark.axis import axis_of
from earmark.params import PeakParams
from earmark.peaks import LEVELS_PER_DB, PeakPicker, on_grid
from earmark.types import Peaks
from tests.axes import AXES, on_every_axis

PARAMS = PeakParams()
BINS = PARAMS.window_samples // 2 + 1
QUIET = 1e-12


def pick(
    *powers: NDArray[np.float32],
    radius: int = 4,
    ratio: float = 0.03,
    params: PeakParams = PARAMS,
) -> Peaks:
    """The peaks of a recording given as groups of rows."""
    picker = PeakPicker(params, radius, ratio, params.every_step)
    for power in powers:
        picker.feed(power)
    picker.finish()
    return picker.take()


def rows(frames: int, *cells: tuple[int, int, float]) -> NDArray[np.float32]:
    """Power that is quiet but for some cells, (frame, bin, power)."""
    power = np.full((frames, BINS), QUIET, np.float32)
    for frame, which, value in cells:
        power[frame, which] = value
    return power


def noise(seed: int, frames: int, params: PeakParams = PARAMS) -> NDArray[np.float32]:
    """Power of white noise, in bands."""
    power = np.random.default_rng(seed).exponential(0.01, (frames, BINS)).astype(np.float32)
    return axis_of(params).bands(power)


def places(peaks: Peaks) -> set[tuple[int, int]]:
    """The steps at which there are peaks."""
    return set(zip(peaks.time.tolist(), peaks.frequency.tolist()))


def test_silence_has_no_peaks() -> None:
    """Silence gives no peaks, not an error."""
    assert len(pick(np.zeros((100, BINS), np.float32))) == 0


def test_constant_power_has_no_peaks() -> None:
    """On a plateau no cell rises above the one before it."""
    assert len(pick(np.full((100, BINS), 0.5, np.float32))) == 0


def test_a_recording_without_frames_has_no_peaks() -> None:
    """Nothing in, nothing out."""
    assert len(pick()) == 0
    assert len(pick(np.empty((0, BINS), np.float32))) == 0


@pytest.mark.parametrize(("frame", "which"), [(0, 16), (0, 200), (57, 447), (99, 16), (99, 300)])
def test_a_lone_loud_cell_is_the_one_peak(frame: int, which: int) -> None:
    """A peak is found at the very edges of the recording and of the band, too."""
    peaks = pick(rows(100, (frame, which, 0.5)))
    assert places(peaks) == {(frame * PARAMS.steps, which * PARAMS.steps)}


@pytest.mark.parametrize("which", [0, 15, 448, 512])
def test_outside_the_band_there_are_no_peaks(which: int) -> None:
    """What a phone does not pass is not looked at."""
    assert len(pick(rows(50, (20, which, 0.5)))) == 0


def test_a_quieter_cell_of_the_neighbourhood_is_no_peak() -> None:
    """The loudest of a neighbourhood wins; beyond the radius another may stand beside it."""
    near, far = (24, 201, 0.4), (25, 201, 0.4)
    assert len(pick(rows(50, (20, 200, 0.5), near))) == 1
    assert len(pick(rows(50, (20, 200, 0.5), far))) == 2


@pytest.mark.parametrize("second", [(24, 200), (20, 203)])
def test_of_equal_cells_the_earlier_then_lower_wins(second: tuple[int, int]) -> None:
    """A tie is broken by time, then by frequency."""
    peaks = pick(rows(50, (20, 200, 0.5), (*second, 0.5)))
    assert places(peaks) == {(20 * PARAMS.steps, 200 * PARAMS.steps)}


def test_the_level_is_in_half_decibels_above_silence() -> None:
    """A full-scale sine is 90 dB above silence."""
    assert pick(rows(50, (20, 200, 1.0))).level.tolist() == [90 * LEVELS_PER_DB]


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(AXES), st.integers(0, 400), st.lists(st.integers(0, 400), max_size=6))
def test_any_cut_into_groups_gives_the_same_peaks(
    params: PeakParams, frames: int, cuts: list[int]
) -> None:
    """A stream gives what the whole recording gives."""
    power = noise(1, frames, params)
    whole = pick(power, params=params)
    pieces = pick(*np.split(power, sorted(cuts)), params=params)
    assert np.array_equal(whole.time, pieces.time)
    assert np.array_equal(whole.frequency, pieces.frequency)
    assert np.array_equal(whole.level, pieces.level)


@on_every_axis
@pytest.mark.parametrize("seed", range(4))
def test_a_sparse_peak_is_a_dense_one(seed: int, params: PeakParams) -> None:
    """A peak of a large neighbourhood is one of every smaller: a query misses none."""
    power = noise(seed, 400, params)
    sparse = pick(power, radius=16, ratio=0.12, params=params)
    dense = pick(power, params=params)
    assert places(sparse) <= places(dense)
    assert 0 < 3 * len(sparse) < len(dense)


@on_every_axis
def test_peaks_lie_on_the_axis(params: PeakParams) -> None:
    """No peak lies further than half a band beyond the lowest or the highest band."""
    axis, peaks = axis_of(params), pick(noise(5, 2000, params), params=params)
    assert peaks.frequency.min() >= (axis.low_band - 0.5) * params.steps
    assert peaks.frequency.max() <= (axis.high_band - 0.5) * params.steps


@pytest.mark.parametrize("seed", range(4))
def test_no_two_peaks_share_a_neighbourhood(seed: int) -> None:
    """Within the radius in time and the smallest in frequency there is one peak at most."""
    peaks = pick(noise(seed, 300))
    frames, bins = peaks.time / PARAMS.steps, peaks.frequency / PARAMS.steps
    near = [
        abs(frames[i] - frames[j]) < 3 and abs(bins[i] - bins[j]) < PARAMS.min_radius_bins - 1
        for i, j in itertools.combinations(range(len(peaks)), 2)
    ]
    assert not any(near)


def test_peaks_are_in_order() -> None:
    """A constellation is sorted by time, then frequency."""
    peaks = pick(noise(7, 600))
    order = np.lexsort((peaks.frequency, peaks.time))
    assert np.array_equal(order, np.arange(len(peaks)))


def test_many_peaks_outgrow_the_first_buffer() -> None:
    """A chessboard of peaks is found whole."""
    cells = [(t, f, 0.5) for t in range(0, 60, 5) for f in range(20, 440, 14)]
    assert len(pick(rows(60, *cells), radius=4, ratio=0.01)) == len(cells)


PARTS = st.sampled_from([1, 2, 4, 8, 16])


@given(st.floats(0, 1e5), PARTS)
def test_a_position_is_moved_by_half_a_cell_at_most(position: float, parts: int) -> None:
    """On a grid, a position becomes the middle of its cell; where a step is a cell, it is rounded.

    The first cell may begin below 0, and its middle does not.
    """
    moved = int(on_grid(np.array([position]), 8, (parts,))[0])
    assert abs(moved - position) <= max(1, 8 // parts) / 2
    assert moved >= 0
    assert parts < 8 or moved == round(position)


@given(st.integers(0, 100_000), st.sampled_from([1, 2, 4]))
def test_on_a_grid_a_position_stays_in_its_frame(eighth: int, parts: int) -> None:
    """What counts whole frames or bands, as hashes do, finds what it would find without a grid."""
    position = eighth + 0.25
    moved = int(on_grid(np.array([position]), 8, (parts,))[0])
    assert (moved + 4) // 8 == round(position / 8)
