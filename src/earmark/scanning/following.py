"""A track drawn along a recording, hop by hop: which of its peaks are heard there?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from earmark.matching.course import trace
from earmark.units import frames_to_seconds

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from earmark.matching.clip import Chart
    from earmark.matching.course import Course
    from earmark.params import PeakParams
    from earmark.types import Constellations

REACH_STEPS = 14
"""A course may be off by so much after a hop: tempos are known to one in a thousand or better."""

HEARD = 6.0
"""Nats from which a hop tells where the course runs: fewer are reached by moving it about."""

PEAK_BITS = 16
"""Bits of a peak's number that hold its frequency."""


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
    course: Course, track: Constellations, chart: Chart, first_frame: int, params: PeakParams
) -> tuple[Course, Witnesses, bool]:
    """Ask the peaks of a track whether they are heard along its course.

    Args:
        course: where the track should be.
        track: its constellation, alone.
        chart: the peaks of a stretch of the recording.
        first_frame: where this stretch begins.
        params: those that both were made with.

    Returns:
        The course as the stretch has it, told by its beginning; who said so; and whether enough is
        heard for it to be told, or it is as it was.
    """
    begin_s = frames_to_seconds(first_frame, params)
    found = trace(course, track, chart, begin_s, params, reach_steps=REACH_STEPS, least=HEARD)
    partner = _numbers(chart, found.partner, first_frame)
    chance = np.full(len(found.at_s), found.chance)
    return found.course, Witnesses(found.at_s, partner, chance), found.score >= HEARD


def _numbers(chart: Chart, partner: NDArray[np.int64], first_frame: int) -> NDArray[np.int64]:
    """Return numbers by which a recording's peaks are known wherever a stretch begins."""
    if not len(chart.peaks):
        return partner  # none of them has one
    time = chart.peaks.time[partner].astype(np.int64) + first_frame * chart.steps
    number = time << PEAK_BITS | chart.peaks.frequency[partner]
    return np.where(partner >= 0, number, -1)
