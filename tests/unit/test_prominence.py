from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from earmark.axis import axis_of
from earmark.params import PeakParams
from earmark.prominence import (
    CLASSES,
    EDGES_DB,
    RADIUS_FRAMES,
    RADIUS_RATIO,
    Prominence,
    prominence,
)
from tests.axes import on_every_axis

PARAMS = PeakParams()
BANDS = len(axis_of(PARAMS).centre_bins)


def noise(seed: int, frames: int = 60, bands: int = BANDS) -> NDArray[np.float32]:
    """Power whose level wanders over 60 dB."""
    rng = np.random.default_rng(seed)
    return (10 ** rng.uniform(-7, -1, (frames, bands))).astype(np.float32)


def plainly(power: NDArray[np.float32], params: PeakParams) -> NDArray[np.float64]:
    """The level of every cell above the mean level of its neighbourhood, in dB."""
    level = 10 * np.log10(np.maximum(power.astype(np.float64), 10 ** (params.silence_db / 10)))
    radii = axis_of(params).radii(RADIUS_RATIO)
    above = np.empty_like(level)
    for t, f in np.ndindex(*level.shape):
        rows = slice(max(0, t - RADIUS_FRAMES), t + RADIUS_FRAMES + 1)
        columns = slice(max(0, f - radii[f]), f + radii[f] + 1)
        above[t, f] = level[t, f] - level[rows, columns].mean()
    return above


@on_every_axis
@pytest.mark.parametrize("frames", [1, RADIUS_FRAMES, 40])
def test_prominence_is_the_level_above_the_mean_of_the_neighbourhood(
    params: PeakParams, frames: int
) -> None:
    """Summed plainly, every cell has the same class, but for those on an edge of it."""
    power = noise(1, frames, len(axis_of(params).centre_bins))
    above = plainly(power, params)
    on_an_edge = np.abs(above[..., None] - np.array(EDGES_DB)).min(axis=-1) < 0.01
    wanted = np.searchsorted(EDGES_DB, above, side="right")
    assert on_an_edge.mean() < 0.02
    assert np.array_equal(prominence(power, params)[~on_an_edge], wanted[~on_an_edge])


@settings(deadline=None, max_examples=20)
@given(st.floats(-15, 60))
def test_prominence_does_not_depend_on_loudness(louder_db: float) -> None:
    """Louder or softer, above silence, the same cells stand out, but for those on an edge."""
    usual = prominence(noise(2), PARAMS)
    louder = prominence(noise(2) * np.float32(10 ** (louder_db / 10)), PARAMS)
    assert (usual != louder).mean() < 1e-3


def test_a_tone_stands_out_all_the_time() -> None:
    """Its band is in the highest class, and the bands far from it are in no high one."""
    power = np.full((50, BANDS), 1e-6, np.float32)
    power[:, 200] = 1e-2
    classes = prominence(power, PARAMS)
    assert (classes[:, 200] == CLASSES - 1).all()
    assert classes[:, :150].max() <= 1


def test_a_cell_is_compared_with_both_its_past_and_its_future() -> None:
    """The onset of a long sound stands out as far as its end, and further than its middle."""
    power = np.full((80, BANDS), 1e-6, np.float32)
    power[30:50, 170:231] = 1e-3
    classes = prominence(power, PARAMS)
    assert np.array_equal(classes[30:50, 200], classes[30:50, 200][::-1])
    assert classes[30, 200] > classes[40, 200]


@pytest.mark.parametrize("frames", [0, 1, 3])
def test_silence_has_its_shape_and_nothing_stands_out(frames: int) -> None:
    """Digital silence of any length, none included, is no error."""
    classes = prominence(np.zeros((frames, BANDS), np.float32), PARAMS)
    assert classes.shape == (frames, BANDS)
    assert classes.max(initial=0) <= 1


@on_every_axis
def test_a_clip_in_pieces_has_the_classes_of_the_whole(params: PeakParams) -> None:
    """However many frames come at once, each is compared with all around it."""
    power = noise(5, 90, len(axis_of(params).centre_bins))
    cells = Prominence(params)
    for piece in np.split(power, [1, 3, 3, 20, 52, 60, 89]):
        cells.feed(piece)
    assert (cells.finish() != prominence(power, params)).mean() < 1e-3


def test_two_minutes_are_summed_as_exactly_as_the_first_second() -> None:
    """Running sums do not drift: the end of a long clip has the classes that it has alone."""
    power = np.concatenate([noise(3, 7300), noise(4, 100)])
    long, short = prominence(power, PARAMS)[-60:], prominence(power[-100:], PARAMS)[-60:]
    assert (long != short).mean() < 1e-3
