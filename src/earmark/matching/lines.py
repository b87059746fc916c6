"""Where one recording lies in another: lines, and the peaks that agree along them.

A *line* maps times of one recording to times of the other. Peaks of the one are looked for where it
leads; pairs that are found turn it, until it fits from end to end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from earmark.kernels import kernel
from earmark.units import seconds_to_frames

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from earmark.axis import FrequencyAxis
    from earmark.types import Constellation

FREQUENCY_REACH_BANDS = 0.75
"""How far a peak may lie from where it is looked for: what an encoder moves it by."""

FIT_REACH_FRAMES = 2.5
"""How far a peak may lie from where it is looked for while a line is fitted."""

FIRST_FIT_S = 5.0
"""A line is first fitted so near to where the votes lie, then ever farther, twice as far a time."""

FIT_PAIRS = 8
"""With fewer pairs of peaks, nothing is fitted."""

MOST_TURN = 0.01
"""A fit that changes the speed by more than this part has followed chance."""

SPEED_DECIMALS = 4
"""Speeds are rounded so before a table of frequencies is made: a fiftieth of a band at most."""


@dataclass(frozen=True, slots=True)
class Line:
    """Where one recording lies in another: `offset + speed * time`, both in steps."""

    offset: float
    """Steps of the other at which the one begins; may be negative."""
    speed: float
    """Seconds of the other per second of the one, whose frequencies are higher by this factor."""

    def at(self, time: float) -> float:
        """Return the place in the other of a time of the one."""
        return self.offset + self.speed * time

    def back(self, time: float) -> float:
        """Return the place in the one of a time of the other."""
        return (time - self.offset) / self.speed


@dataclass(frozen=True, slots=True)
class Lead:
    """A line that votes or rungs suggest."""

    line: Line
    around: float
    """Steps of the one near which it is right."""


def fitted(one: Constellation, other: Constellation, lead: Lead, axis: FrequencyAxis) -> Line:
    """Fit a line to the peaks that agree: first where it is right, then ever farther from there."""
    line, around = lead.line, lead.around
    reach = seconds_to_frames(FIRST_FIT_S, axis.params) * axis.params.steps
    while True:
        first, last = own_ends(one, other, line)
        near = [max(first, around - reach), min(last, around + reach)]
        line = _turned(one, other, line, slice(*np.searchsorted(one.time, near)), axis)
        if around - reach <= first and last <= around + reach:
            return line
        reach *= 2


def paired(
    one: Constellation,
    other: Constellation,
    line: Line,
    part: slice,
    reach_frames: float,
    axis: FrequencyAxis,
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Return the times of a part's peaks, and of each the number of its partner, or -1."""
    steps = axis.params.steps
    time = one.time[part]
    row = axis.warp(round(1 / line.speed, SPEED_DECIMALS))[one.frequency[part]]
    partner = _partners(
        time,
        row,
        other.time,
        other.frequency,
        line.offset,
        line.speed,
        reach_frames * steps,
        FREQUENCY_REACH_BANDS * steps,
    )
    return time, partner


def own_ends(one: Constellation, other: Constellation, line: Line) -> tuple[float, float]:
    """Return from where to where the one lies in the other, in its own steps."""
    first, last = line.back(float(other.time[0])), line.back(float(other.time[-1]) + 1)
    return max(first, float(one.time[0])), min(last, float(one.time[-1]) + 1)


def _turned(
    one: Constellation, other: Constellation, line: Line, part: slice, axis: FrequencyAxis
) -> Line:
    """Return the line that fits best to the agreeing pairs of a part, by least squares."""
    time, partner = paired(one, other, line, part, FIT_REACH_FRAMES, axis)
    own = time[partner >= 0].astype(np.float64)
    theirs = other.time[partner[partner >= 0]].astype(np.float64)
    spread = ((own - own.mean()) ** 2).sum() if len(own) >= FIT_PAIRS else 0.0
    if spread == 0:
        return line
    speed = float(((own - own.mean()) * (theirs - theirs.mean())).sum() / spread)
    if abs(speed / line.speed - 1) > MOST_TURN:
        return line
    return Line(float(theirs.mean() - speed * own.mean()), speed)


@kernel
def _partners(
    time: NDArray[np.int32],
    row: NDArray[np.float64],
    other_time: NDArray[np.int32],
    other_row: NDArray[np.uint16],
    offset: float,
    speed: float,
    time_reach: float,
    row_reach: float,
) -> NDArray[np.int64]:
    """Return for each peak the number of the other's peak that is nearest in time, or -1."""
    out = np.full(len(time), -1, np.int64)
    start = offset + speed * time[0] - time_reach if len(time) > 0 else 0.0
    first = np.searchsorted(other_time, start)
    for i in range(len(time)):
        at = offset + speed * time[i]
        while first < len(other_time) and other_time[first] < at - time_reach:
            first += 1
        nearest = time_reach + 1.0
        j = first
        while j < len(other_time) and other_time[j] <= at + time_reach:
            apart = abs(other_time[j] - at)
            if apart < nearest and abs(other_row[j] - row[i]) <= row_reach:
                nearest, out[i] = apart, j
            j += 1
    return out
