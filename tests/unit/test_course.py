"""Tests of earmark.matching.course."""

from __future__ import annotations

import numpy as np
import pytest

from earmark.matching.clip import Chart, chart_of
from earmark.matching.course import Course, nats, placed, trace
from tests.constellations import PARAMS, excerpt, frames_of, make_peaks, stored

TRACK = make_peaks(1, 60)
BEGIN_S = 16.0


def stretch(start_s: float, tempo: float = 1.0) -> Chart:
    """Five seconds of a recording in which the track plays from a place on."""
    return chart_of(excerpt(TRACK, start_s, 5.0, tempo=tempo), frames_of(5.0), PARAMS.peaks)


def test_a_course_tells_where_a_track_is_at_any_moment() -> None:
    """A track at 1 s when the recording is at 10 s, and 3 % fast, is at 11.3 s when that is 20."""
    assert Course(10, 1, 1.03, 1.03).track_at(20) == pytest.approx(11.3)


def test_a_course_is_the_same_wherever_time_is_counted_from() -> None:
    """Who counts from 4 s on says 6 where others say 10."""
    course = Course(10, 1, 1.03, 1.01)
    later = course.since(4)
    assert later.track_at(6) == pytest.approx(course.track_at(10))
    assert (later.tempo, later.pitch) == (course.tempo, course.pitch)


def test_hypotheses_say_where_tracks_are_when_a_stretch_begins() -> None:
    """In steps: `params.steps` to a frame, and 62.5 frames a second."""
    there = placed([Course(10, 1, 2.0, 1.5)], np.array([4]), 12.0, PARAMS.peaks)
    assert there.offset[0] == pytest.approx(5 * frames_of(1.0) * PARAMS.peaks.steps, rel=0.02)
    assert (there.reference[0], there.tempo[0], there.pitch[0]) == (4, 2.0, 1.5)


def test_a_course_is_put_right_where_enough_is_heard() -> None:
    """Twenty milliseconds that it is off are found; the peaks are told by the recording's time."""
    found = trace(
        Course(BEGIN_S, 20, 1, 1),
        stored(TRACK),
        stretch(20.02),
        BEGIN_S,
        PARAMS.peaks,
        reach_steps=14,
    )
    assert found.course.track_at(BEGIN_S) == pytest.approx(20.02, abs=0.012)
    assert (found.partner >= 0).mean() > 0.9 > 3 * found.chance
    assert BEGIN_S - 0.02 <= found.at_s[0] < found.at_s[-1] <= BEGIN_S + 5.02


def test_a_course_stays_where_too_little_is_heard() -> None:
    """A stretch that says less than it has to moves nothing."""
    asked = Course(BEGIN_S, 40, 1, 1)
    found = trace(
        asked, stored(TRACK), stretch(20), BEGIN_S, PARAMS.peaks, reach_steps=14, least=6.0
    )
    assert found.score < 6
    assert found.course.track_s == pytest.approx(40)


def test_peaks_speak_for_a_track_and_against_it() -> None:
    """By the logarithm of how much likelier they are heard, or not, while it plays."""
    said = nats(np.array([True, False]), 0.8, 0.1)
    assert said == pytest.approx([np.log(8), np.log(0.2 / 0.9)])
