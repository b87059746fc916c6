"""Tests of earmark.scanning.runs."""

from __future__ import annotations

import pytest

from earmark.matching.course import Course
from earmark.scanning.runs import Run, Sight
from tests.constellations import stored


def run_of(*scores: float) -> Run:
    """A run seen in successive windows with these scores."""
    run = Run(7, stored())
    for number, score in enumerate(scores):
        course = Course(5.0 * number, 100 + 5.0 * number, 1, 1)
        run.add(Sight(number, course, 5.0 * number, 5.0 * number + 10, score))
    return run


@pytest.mark.parametrize(
    ("scores", "expected"),
    [((9,), 9), ((9, 8), 9), ((9, 8, 7), 16), ((9, 30, 7), 30), ((1, 9, 2, 3, 9), 18)],
)
def test_windows_that_overlap_say_a_thing_once(scores: tuple[float, ...], expected: float) -> None:
    """Only windows apart from each other are added up: the choice of them that says most."""
    assert run_of(*scores).score == expected


@pytest.mark.parametrize(("track_s", "expected"), [(130, True), (130.2, True), (130.3, False)])
def test_a_track_runs_on_where_it_should_be(track_s: float, expected: bool) -> None:  # noqa: FBT001
    """A place is the run's own when it is where the track is by then, to a quarter of a second."""
    assert run_of(9).runs_through(7, Course(30, track_s, 1, 1)) is expected


def test_another_track_is_another_run() -> None:
    """However well the place would fit."""
    assert not run_of(9).runs_through(8, Course(30, 130, 1, 1))


def test_the_latest_windows_are_told() -> None:
    """The latest comes first, back to the one that was asked for."""
    assert [sight.number for sight in run_of(1, 2, 3, 4).sights_from(2)] == [3, 2]
