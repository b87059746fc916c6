"""Where frequencies lie on a linear, mel or logarithmic axis, and what its bands hold."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from earmark.axis import OUTSIDE, axis_of
from earmark.params import POSITIONS, Axis, PeakParams
from earmark.units import bins_to_hz, hz_to_mels
from tests.axes import AXES, on_every_axis

EVERYWHERE = np.arange(POSITIONS)
BINS = PeakParams().window_samples // 2 + 1


@given(st.sampled_from(AXES), st.floats(125, 3500))
def test_hertz_become_a_position_and_hertz_again(params: PeakParams, hz: float) -> None:
    """A frequency has one place on an axis, and a place one frequency."""
    axis = axis_of(params)
    assert axis.hz(axis.position(hz)) == pytest.approx(hz)


@on_every_axis
def test_positions_rise_with_frequency(params: PeakParams) -> None:
    """The order of peaks is the same on every axis."""
    assert (np.diff(axis_of(params).hz(EVERYWHERE)) > 0).all()


@on_every_axis
def test_every_axis_listens_to_the_same_frequencies(params: PeakParams) -> None:
    """The lowest and highest band lie at the edges of what a telephone passes."""
    axis = axis_of(params)
    low, high = axis.hz(np.array([axis.low_band, axis.high_band - 1]) * params.steps)
    assert low == pytest.approx(125)
    assert high == pytest.approx(3500, rel=0.003)


def test_equal_steps_are_equal_hertz_mels_or_intervals() -> None:
    """Each axis is even on the scale that it is named after."""
    scales: dict[Axis, Callable[[NDArray[np.float64]], NDArray[np.float64]]]
    scales = {Axis.LINEAR: np.positive, Axis.MEL: hz_to_mels, Axis.LOG: np.log2}
    for params in AXES:
        apart = np.diff(scales[params.axis](axis_of(params).hz(EVERYWHERE)))
        assert np.allclose(apart, apart[0])


def test_the_bands_of_a_linear_axis_are_the_bins() -> None:
    """A linear axis costs nothing and changes nothing."""
    power = np.random.default_rng(1).random((5, BINS), np.float32)
    axis = axis_of(PeakParams())
    assert axis.bands(power) is power
    assert axis.hz(800) == bins_to_hz(100, PeakParams())


@on_every_axis
def test_there_is_a_band_beyond_either_end(params: PeakParams) -> None:
    """A peak in the lowest or highest band has a neighbour on both sides."""
    axis = axis_of(params)
    bands = axis.bands(np.ones((3, BINS), np.float32)).shape[1]
    assert bands == len(axis.centre_bins) == len(axis.radii(0.1))
    assert axis.low_band >= 1
    assert axis.high_band < bands


@pytest.mark.parametrize("low_bin", [1, 16])
@pytest.mark.parametrize("high_bin", [448, 512])
@pytest.mark.parametrize("kind", [Axis.MEL, Axis.LOG])
def test_no_band_reaches_beyond_the_spectrum(kind: Axis, low_bin: int, high_bin: int) -> None:
    """Filters at the ends of the spectrum are cut there."""
    filters = axis_of(PeakParams(axis=kind, low_bin=low_bin, high_bin=high_bin, bands=60)).filters
    assert filters
    assert filters.first.min() >= 0
    assert (filters.first + filters.weights.shape[1]).max() <= BINS
    assert (filters.weights >= 0).all()


@on_every_axis
def test_equal_power_in_all_bins_is_smooth_in_bands(params: PeakParams) -> None:
    """White noise has no favourite band: its neighbours differ by a tenth at most."""
    power = axis_of(params).bands(np.ones((1, BINS), np.float32))[0]
    assert np.abs(np.diff(np.log(power))).max() < 0.1


@on_every_axis
def test_unmodified_a_position_stays_where_it_is(params: PeakParams) -> None:
    """A pitch of 1 warps nothing."""
    assert np.allclose(axis_of(params).warp(1.0)[1:], EVERYWHERE[1:], atol=1e-6)


@on_every_axis
def test_a_warp_and_its_inverse_lead_back(params: PeakParams) -> None:
    """What is played higher and lower again is where it was."""
    axis = axis_of(params)
    there = axis.warp(1.3)
    inside = there < POSITIONS
    back = axis.position(axis.hz(there[inside]) / 1.3)
    assert inside.sum() > POSITIONS / 2
    assert np.allclose(back, EVERYWHERE[inside], atol=1e-6)


@on_every_axis
@pytest.mark.parametrize("pitch", [0.5, 2.0])
def test_what_leaves_the_axis_is_outside(params: PeakParams, pitch: float) -> None:
    """A position that no clip can have is none that a kernel might look up."""
    there = axis_of(params).warp(pitch)
    assert ((there >= 0) & (there < POSITIONS) | (there == OUTSIDE)).all()


@pytest.mark.parametrize("pitch", [0.8, 0.94, 1.06, 1.25])
def test_a_pitch_stretches_a_linear_axis_and_shifts_a_logarithmic_one(pitch: float) -> None:
    """On a linear axis frequencies are multiplied, on a logarithmic one moved alike."""
    linear, log = axis_of(PeakParams()), axis_of(PeakParams(axis=Axis.LOG))
    inner = EVERYWHERE[1000:3000]
    assert np.allclose(linear.warp(pitch)[inner], inner * pitch)
    moved = log.warp(pitch)[inner] - inner
    assert np.allclose(moved, moved[0], atol=1e-6)
    assert np.sign(moved[0]) == np.sign(pitch - 1)


@given(st.sampled_from(AXES), st.floats(0.7, 1.4))
def test_the_ratio_of_warped_positions_is_the_pitch(params: PeakParams, pitch: float) -> None:
    """From pairs of peaks one reads by how much the clip is higher."""
    axis = axis_of(params)
    inside = axis.warp(pitch) < POSITIONS
    ratios = axis.ratio(EVERYWHERE[inside][1:], axis.warp(pitch)[inside][1:])
    assert np.allclose(ratios, pitch)


def test_neighbourhoods_are_musical_intervals() -> None:
    """Without limits, a neighbourhood is equally many bands high all over a logarithmic axis."""
    params = PeakParams(axis=Axis.LOG, min_radius_bins=0, max_radius_bins=1000)
    assert np.ptp(axis_of(params).radii(0.1)) <= 1


@on_every_axis
def test_neighbourhoods_are_as_high_in_hertz_on_every_axis(params: PeakParams) -> None:
    """At 1 kHz each reaches 12 % to either side, to a band."""
    axis = axis_of(params)
    band = round(float(axis.position(1000)) / params.steps)
    ends = band + np.array([-1, 1]) * axis.radii(0.12)[band]
    low, below, above, high = axis.hz(np.array([ends[0], band, band + 1, ends[1]]) * params.steps)
    assert high - low == pytest.approx(240, abs=2 * (above - below))
