"""Tests of earmark.scanning.following."""

from __future__ import annotations

import numpy as np
import pytest

from earmark.matching.clip import Chart, chart_of
from earmark.matching.course import Course
from earmark.scanning.following import Witnesses, follow, joined
from tests.constellations import PARAMS, excerpt, frames_of, make_peaks, mixed, stored

TRACK, CROWD = make_peaks(1, 60), make_peaks(2, 5, 40)
HOP_S = 5.0
FIRST = 1000
"""The frame of the recording at which its stretch begins."""
BEGIN_S = FIRST * PARAMS.peaks.hop_samples / PARAMS.peaks.sample_rate_hz


def stretch(start_s: float = 20, tempo: float = 1.0) -> Chart:
    """Five seconds of a recording in which the track plays among others."""
    peaks = mixed(excerpt(TRACK, start_s, HOP_S, tempo=tempo), CROWD)
    return chart_of(peaks, frames_of(HOP_S), PARAMS.peaks)


def asked(chart: Chart, course: Course) -> tuple[Course, Witnesses, bool]:
    """What the track's peaks say of the stretch."""
    return follow(course, stored(TRACK), chart, FIRST, PARAMS.peaks)


@pytest.mark.parametrize("tempo", [1.0, 1.04])
def test_a_track_that_plays_on_has_its_peaks_heard(tempo: float) -> None:
    """Nearly all of the track's peaks are there, far more than by chance."""
    _, found, is_heard = asked(stretch(tempo=tempo), Course(BEGIN_S, 20, tempo, 1))
    assert is_heard
    assert (found.partner >= 0).mean() > 0.9 > 3 * found.chance[0]


def test_a_line_that_is_a_little_off_is_put_right() -> None:
    """A track that is 20 ms further on than it was reckoned is found there."""
    course, _, _ = asked(stretch(20.02), Course(BEGIN_S - 50, -30, 1, 1))
    assert course.track_at(BEGIN_S) == pytest.approx(20.02, abs=0.012)


def test_a_track_that_does_not_play_stays_where_it_was_reckoned() -> None:
    """Where nothing of it is heard, its line is not moved by chance."""
    course, found, is_heard = asked(stretch(20), Course(BEGIN_S, 40, 1, 1))
    assert not is_heard
    assert course.track_at(BEGIN_S) == pytest.approx(40)
    assert (found.partner >= 0).mean() < 0.4


def test_witnesses_speak_of_moments_of_the_recording() -> None:
    """The peaks of a stretch should be heard within it, in their order."""
    _, found, _ = asked(stretch(), Course(BEGIN_S, 20, 1, 1))
    assert BEGIN_S - 0.01 < found.at_s[0] < found.at_s[-1] < BEGIN_S + HOP_S + 0.01
    assert (np.diff(found.at_s) >= 0).all()


def test_a_peak_of_the_recording_has_one_number() -> None:
    """It is the same wherever the stretch begins that it is asked in."""
    ahead_s = 0.8  # in whole frames
    whole = chart_of(excerpt(TRACK, 20, 5), frames_of(5), PARAMS.peaks)
    later = chart_of(excerpt(TRACK, 20 + ahead_s, 4), frames_of(4), PARAMS.peaks)
    course = Course(BEGIN_S, 20, 1, 1)
    _, one, _ = asked(whole, course)
    _, other, _ = follow(course, stored(TRACK), later, FIRST + frames_of(ahead_s), PARAMS.peaks)
    shared = one.partner[(one.at_s > BEGIN_S + ahead_s + 0.1) & (one.at_s < BEGIN_S + 4.5)]
    assert len(shared) > 30
    assert np.isin(shared, other.partner).mean() > 0.95


def test_a_stretch_without_peaks_has_nothing_heard() -> None:
    """A recording's last moments may have none: the track's peaks are all missing there."""
    empty = chart_of(excerpt(TRACK, 70, HOP_S), frames_of(HOP_S), PARAMS.peaks)
    _, found, is_heard = asked(empty, Course(BEGIN_S, 20, 1.0, 1))
    assert not is_heard
    assert len(found.partner)
    assert (found.partner == -1).all()


def test_no_stretch_has_no_witnesses() -> None:
    """Joining nothing gives nothing."""
    assert len(joined([]).at_s) == 0
