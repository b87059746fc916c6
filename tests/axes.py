"""The three frequency axes, for tests that run over all of them."""

from __future__ import annotations

import pytest

from earmark.params import Axis, PeakParams

AXES = (
    PeakParams(),
    PeakParams(axis=Axis.MEL),
    PeakParams(axis=Axis.LOG),
    PeakParams(axis=Axis.LOG, bands=174),
)
"""The usual parameters on each axis, and on a coarse logarithmic one: 36 bands to an octave."""

on_every_axis = pytest.mark.parametrize(
    "params", AXES, ids=lambda params: f"{params.axis}-{params.bands}"
)
