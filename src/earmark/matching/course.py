"""A track drawn along a recording: where is it at each moment, and which of its peaks are heard?

`lines.py` fits one stored recording to another from end to end, in steps. Here one of the two is
heard piece by piece, so that its course is told in seconds, and put right wherever it is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from earmark.matching.verification import Hypotheses, Pairs, examine, pair_up
from earmark.units import frame_rate_hz

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from earmark.matching.clip import Chart
    from earmark.params import PeakParams
    from earmark.types import Constellations


@dataclass(frozen=True, slots=True)
class Course:
    """Where in a track a recording is, as both go on."""

    at_s: float
    """A moment of the recording."""
    track_s: float
    """Where the track is then."""
    tempo: float
    """Seconds of the track per second of the recording."""
    pitch: float
    """Frequency in the recording per frequency of the track."""

    def track_at(self, at_s: float) -> float:
        """Return where the track is at another moment."""
        return self.track_s + (at_s - self.at_s) * self.tempo

    def since(self, at_s: float) -> Course:
        """Return the same for whoever counts the recording's time from a moment on."""
        return Course(0.0, self.track_at(at_s), self.tempo, self.pitch)


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """What a stretch of a recording says of a course; arrays of shape (n,), by time."""

    course: Course
    """Where the stretch has it, told by its beginning."""
    score: float
    """How far the peaks agree beyond chance, in nats."""
    at_s: NDArray[np.float64]
    """When each of the track's peaks should be heard, in seconds of the recording."""
    partner: NDArray[np.int64]
    """The number of the stretch's peak that is heard there; -1 for none."""
    chance: float
    """The part of such peaks that is heard by chance just there."""


def placed(
    courses: Sequence[Course], numbers: NDArray[np.int64], begin_s: float, params: PeakParams
) -> Hypotheses:
    """Return where courses are when a stretch begins, in seconds of the recording.

    Args:
        courses: where tracks should be.
        numbers: shape (n,), of their constellations.
        begin_s: when the stretch begins.
        params: of both.
    """
    steps_hz = frame_rate_hz(params) * params.steps
    return Hypotheses(
        numbers,
        np.array([one.track_at(begin_s) * steps_hz for one in courses], np.float64),
        np.array([one.tempo for one in courses], np.float64),
        np.array([one.pitch for one in courses], np.float64),
    )


def moments(pairs: Pairs, there: Hypotheses, params: PeakParams) -> NDArray[np.float64]:
    """Return when the peaks of the one hypothesis should be heard, in seconds of its stretch."""
    track_steps_hz = frame_rate_hz(params) * params.steps * there.tempo[0]
    at_s: NDArray[np.float64] = (pairs.time - there.offset[0]) / track_steps_hz
    return at_s


def trace(
    course: Course,
    track: Constellations,
    chart: Chart,
    begin_s: float,
    params: PeakParams,
    *,
    reach_steps: int,
    least: float = 0.0,
) -> Trace:
    """Ask the peaks of a track whether they are heard along a course.

    Args:
        course: where the track should be.
        track: its constellation, alone.
        chart: the peaks of a stretch of the recording.
        begin_s: when the stretch begins, in seconds of the recording.
        params: those that both were made with.
        reach_steps: how far the course may be off.
        least: score from which the stretch tells where the course runs; else it stays.
    """
    there = placed([course], np.zeros(1, np.int64), begin_s, params)
    tried = examine(chart, track, there, reach_steps=reach_steps, shifted=True)
    score = float(tried.score[0])
    if score >= least:
        there = tried.hypotheses
    track_s = float(there.offset[0]) / (frame_rate_hz(params) * params.steps)
    pairs = pair_up(chart, track, there, 0)
    return Trace(
        Course(begin_s, track_s, course.tempo, course.pitch),
        score,
        begin_s + moments(pairs, there, params),
        pairs.partner,
        float(tried.chance[0]),
    )


def nats(
    heard: NDArray[np.bool_],
    share: NDArray[np.float64] | float,
    chance: NDArray[np.float64] | float,
) -> NDArray[np.float64]:
    """Return what each peak says for the track: for it if heard, against it if not; shape (n,).

    Args:
        heard: shape (n,).
        share: the part of such peaks that is heard while the track plays, like the next below 1.
        chance: the part that is heard by chance.
    """
    said: NDArray[np.float64] = np.where(
        heard, np.log(share / chance), np.log((1 - share) / (1 - chance))
    )
    return said
