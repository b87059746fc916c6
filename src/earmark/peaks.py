"""Power to constellation: local maxima, refined below one frame and one band of the axis.

A cell is a peak when nothing in its neighbourhood is louder: `radius_frames` to either side in
time, and in frequency a part of its own frequency (a constant musical interval), so that the
octaves get their fair share. A peak of a large neighbourhood is one of every smaller, too: sparse
references and dense queries come from one rule.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from earmark.axis import axis_of
from earmark.kernels import kernel
from earmark.types import Peaks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from earmark.params import PeakParams

LEVELS_PER_DB = 2


class PeakPicker:
    """Turns rows of power into peaks, as a stream."""

    def __init__(
        self, params: PeakParams, radius_frames: int, radius_ratio: float, parts: tuple[int, int]
    ) -> None:
        """Begin a recording; so many parts of a frame, and of a band, are told apart."""
        self._params = params
        self._parts = parts
        self._radius = radius_frames
        self._axis = axis_of(params)
        self._radii = self._axis.radii(radius_ratio)
        self._rows = np.zeros((radius_frames, len(self._radii)), np.float32)
        self._first = -radius_frames
        self._found: list[NDArray[np.float64]] = []

    def feed(self, power: NDArray[np.float32]) -> None:
        """Take the next frames: shape (k, bands), float32."""
        self._rows = np.concatenate([self._rows, power])
        if len(self._rows) > 2 * self._radius:
            self._pick()

    def finish(self) -> None:
        """End the recording: what follows is silence."""
        self.feed(np.zeros((self._radius, self._rows.shape[1]), np.float32))

    def take(self) -> Peaks:
        """Return, and forget, the peaks found since the last call, sorted by (time, frequency)."""
        found, self._found = self._found, []
        rows = np.concatenate([np.empty((0, 3)), *found])
        time, frequency = on_grid(rows[:, :2], self._params.steps, self._parts).T
        order = np.lexsort((frequency, time))
        return Peaks(
            time[order].astype(np.int32),
            frequency[order].astype(np.uint16),
            rows[order, 2].astype(np.uint8),
        )

    def _pick(self) -> None:
        params = self._params
        self._found.append(
            _local_maxima(
                self._rows,
                self._radius,
                self._radii,
                self._axis.low_band,
                self._axis.high_band,
                np.float32(10 ** (params.silence_db / 10)),
                np.float32(params.silence_db),
                params.steps,
                self._first,
            )
        )
        done = len(self._rows) - 2 * self._radius
        self._first += done
        self._rows = self._rows[done:]


def thinned(peaks: Peaks, params: PeakParams, radius_frames: int, radius_ratio: float) -> Peaks:
    """Keep the peaks of a denser constellation that none of a larger neighbourhood outdoes.

    All that `PeakPicker` would find with these radii are among them.
    """
    reach = axis_of(params).radii(radius_ratio) * params.steps
    kept = _unrivalled(
        peaks.time, peaks.frequency, peaks.level, radius_frames * params.steps, reach, params.steps
    )
    return Peaks(peaks.time[kept], peaks.frequency[kept], peaks.level[kept])


def on_grid(
    positions: NDArray[np.float64], steps: int, parts: tuple[int, ...]
) -> NDArray[np.int64]:
    """Return the middles, in whole steps, of the cells in which positions lie.

    A cell is one of `parts` of a frame or band and lies in one of these. Their own middles are
    whole multiples of `steps`, so that a position rounded to frames or bands stays what it was.

    Args:
        positions: in steps, shape (..., n). What is below 0 is taken for 0.
        steps: to a frame or band.
        parts: in which each of the n is divided; as many as steps, or more, are steps.
    """
    cell = np.maximum(1, steps // np.array(parts))
    first = (steps + cell) // 2 % cell
    which = np.rint((np.maximum(positions, 0) - first) / cell).astype(np.int64)
    middles: NDArray[np.int64] = which * cell + first
    return middles


@kernel
def _local_maxima(
    power: NDArray[np.float32],
    radius: int,
    radii: NDArray[np.int64],
    low_band: int,
    high_band: int,
    silence: np.float32,
    silence_db: np.float32,
    steps: int,
    first_frame: int,
) -> NDArray[np.float64]:
    """Return rows (time, frequency, level) of the maxima of all frames with `radius` neighbours.

    Of equal cells the first in order of time, then frequency, wins.
    """
    frames, bands = power.shape
    out = np.empty(((frames + 1) * 64, 3), np.float64)
    count = 0
    summits = _summits(power, 2 * radius + 1)
    worthy = np.empty(bands, np.bool_)
    for t in range(radius, frames - radius):
        row, summit = power[t], summits[t - radius]
        for f in range(bands):
            worthy[f] = (row[f] >= summit[f]) & (row[f] > silence)
        for f in range(low_band, high_band):
            if not worthy[f]:
                continue
            value = row[f]
            low, high = max(0, f - radii[f]), min(bands, f + radii[f] + 1)
            if not _is_highest(power, t, f, radius, low, high):
                continue
            # a floor keeps digital silence beside a peak from bending the parabola without bounds
            floor = value * np.float32(1e-6)
            along = _vertex(max(power[t - 1, f], floor), value, max(power[t + 1, f], floor))
            across = _vertex(max(power[t, f - 1], floor), value, max(power[t, f + 1], floor))
            if count == len(out):
                out = np.concatenate((out, np.empty_like(out)))
            out[count, 0] = (first_frame + t + along) * steps
            out[count, 1] = (f + across) * steps
            decibel = 10.0 * np.log10(value) - silence_db
            out[count, 2] = min(255, max(1, int(decibel * LEVELS_PER_DB)))
            count += 1
    return out[:count].copy()


@kernel
def _summits(power: NDArray[np.float32], width: int) -> NDArray[np.float32]:
    """Return for each frame and band the greatest power in `width` frames from there on.

    After M. van Herk, 1992: within blocks of `width` frames, the maxima from each frame to the end
    of its block and from the beginning of the next to there; so the width costs nothing.
    """
    frames, bands = power.shape
    out = power.copy()
    for t in range(frames - 2, -1, -1):
        if (t + 1) % width:
            _raise(out[t], out[t + 1])
    so_far = np.empty(bands, np.float32)
    for t in range(width, frames):
        if t % width == 0:
            so_far[:] = power[t]
        else:
            _raise(so_far, power[t])
        _raise(out[t - width + 1], so_far)
    return out


@kernel
def _raise(row: NDArray[np.float32], other: NDArray[np.float32]) -> None:
    """Let every cell be at least what it is in the other row."""
    for f in range(len(row)):
        row[f] = max(row[f], other[f])


@kernel
def _unrivalled(
    time: NDArray[np.int32],
    frequency: NDArray[np.uint16],
    level: NDArray[np.uint8],
    radius: int,
    reach: NDArray[np.int64],
    steps: int,
) -> NDArray[np.bool_]:
    """Mark the peaks with no louder one near; `reach` is the half-height of each band's place."""
    kept = np.ones(len(time), np.bool_)
    first = 0
    for i in range(len(time)):
        while time[first] < time[i] - radius:
            first += 1
        band = min((np.int64(frequency[i]) + steps // 2) // steps, np.int64(len(reach) - 1))
        for j in range(first, len(time)):
            if time[j] > time[i] + radius:
                break
            if abs(np.int64(frequency[j]) - np.int64(frequency[i])) > reach[band]:
                continue
            if level[j] > level[i]:
                kept[i] = False
                break
    return kept


@kernel
def _is_highest(
    power: NDArray[np.float32], t: int, f: int, radius: int, low: int, high: int
) -> bool:
    """Tell whether no cell of the neighbourhood is louder, and no earlier one as loud."""
    value = power[t, f]
    for g in range(low, f):
        if power[t, g] >= value:
            return False
    for g in range(f + 1, high):
        if power[t, g] > value:
            return False
    for d in range(1, radius + 1):
        for g in range(low, high):
            if power[t - d, g] >= value or power[t + d, g] > value:
                return False
    return True


@kernel
def _vertex(before: np.float32, value: np.float32, after: np.float32) -> float:
    """Return where between -1/2 and 1/2 the parabola through three levels in dB has its top."""
    left, middle, right = np.log(before), np.log(value), np.log(after)
    bend = left - 2 * middle + right
    if bend >= 0:
        return 0.0
    return float(0.5 * (left - right) / bend)
