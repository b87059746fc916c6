"""A track drawn along a recording, hop by hop: which of its peaks are heard there?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from earmark.matching.verification import Hypotheses, examine, pair_up
from earmark.units import frame_rate_hz

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from earmark.matching.clip import Chart
    from earmark.params import PeakParams
    from earmark.types import Constellations

REACH_STEPS = 14
"""A line may be off by so much after a hop: a tempo is known to a part in a thousand or better."""

HEARD = 6.0
"""Nats from which a hop tells where the line runs: fewer are reached by moving it about."""

PEAK_BITS = 16
"""Bits of a peak's number that hold its frequency."""


@dataclass(frozen=True, slots=True)
class Line:
    """A track that plays along a recording."""

    key: int
    at_s: float
    """A moment of the recording."""
    track_s: float
    """Where the track is then."""
    tempo: float
    """Seconds of the track per second of the recording."""
    pitch: float
    """Frequency in the recording per frequency of the track."""
    is_heard: bool = True
    """Whether the recording says so there; else it is reckoned from where it does."""

    def track_at(self, at_s: float) -> float:
        """Return where the track is at another moment."""
        return self.track_s + (at_s - self.at_s) * self.tempo


@dataclass(frozen=True, slots=True, eq=False)
class Witnesses:
    """A track's peaks along a stretch of a recording; arrays of shape (n,), by time."""

    at_s: NDArray[np.float64]
    """When each should be heard."""
    partner: NDArray[np.int64]
    """The number of the peak that is heard instead, the same for all tracks; -1 for none."""
    chance: NDArray[np.float64]
    """The part of such peaks that is heard by chance just there."""


def nobody() -> Witnesses:
    """Return no witnesses."""
    return Witnesses(np.empty(0), np.empty(0, np.int64), np.empty(0))


def joined(parts: list[Witnesses]) -> Witnesses:
    """Return the witnesses of several stretches."""
    parts = [nobody(), *parts]
    return Witnesses(
        np.concatenate([part.at_s for part in parts]),
        np.concatenate([part.partner for part in parts]),
        np.concatenate([part.chance for part in parts]),
    )


def follow(
    line: Line, track: Constellations, chart: Chart, first_frame: int, params: PeakParams
) -> tuple[Line, Witnesses]:
    """Ask the peaks of a track whether they are heard along a line.

    Args:
        line: where the track should be.
        track: its constellation, alone.
        chart: the peaks of a stretch of the recording.
        first_frame: where this stretch begins.
        params: those that both were made with.

    Returns:
        The line as the stretch has it, told by its beginning, if enough is heard; and who said so.
    """
    rate_hz = frame_rate_hz(params)
    steps_hz, begin_s = rate_hz * params.steps, first_frame / rate_hz
    place = np.array([line.track_at(begin_s) * steps_hz])
    tempo, pitch = np.array([line.tempo]), np.array([line.pitch])
    there = Hypotheses(np.zeros(1, np.int64), place, tempo, pitch)
    tried = examine(chart, track, there, reach_steps=REACH_STEPS, shifted=True)
    is_heard = bool(tried.score[0] >= HEARD)
    if is_heard:
        there = tried.hypotheses
    track_s = float(there.offset[0]) / steps_hz
    line = replace(line, at_s=begin_s, track_s=track_s, is_heard=is_heard)
    pairs = pair_up(chart, track, there, 0)
    at_s = begin_s + (pairs.time - there.offset[0]) / (line.tempo * steps_hz)
    return line, Witnesses(
        at_s,
        _numbers(chart, pairs.partner, first_frame),
        np.full(len(at_s), tried.chance[0]),
    )


def _numbers(chart: Chart, partner: NDArray[np.int64], first_frame: int) -> NDArray[np.int64]:
    """Return numbers by which a recording's peaks are known wherever a stretch begins."""
    time = chart.peaks.time[partner].astype(np.int64) + first_frame * chart.steps
    number = time << PEAK_BITS | chart.peaks.frequency[partner]
    return np.where(partner >= 0, number, -1)
