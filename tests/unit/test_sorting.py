"""Tests of earmark.scanning.sorting."""

from __future__ import annotations

import numpy as np
import pytest

from earmark.matching.course import Course
from earmark.scanning.following import Witnesses
from earmark.scanning.runs import Run, Sight
from earmark.scanning.sorting import MOST_WAITING, Heard, Sorter
from tests.constellations import stored

THRESHOLD, OWN = 15.0, 18.0
HOP_S, HOPS = 5.0, 12


def run_of(
    key: int, begin_s: float, end_s: float, *, peaks: int, track_s: float = 0, score: float = 30
) -> Run:
    """A run of a track that plays from one moment to another of a minute.

    Tracks with the same number of `peaks` are heard by the same peaks of the recording.
    """
    run = Run(key, stored())
    for number in range(int(begin_s / HOP_S), int(end_s / HOP_S) - 1):
        seen_s = number * HOP_S
        course = Course(seen_s, track_s + seen_s - begin_s, 1, 1)
        run.add(Sight(number, course, max(begin_s, seen_s), min(end_s, seen_s + 10), score))
    for number in range(HOPS):
        at_s = number * HOP_S + np.arange(0, HOP_S, 0.05)
        heard = (at_s >= begin_s) & (at_s < end_s)
        numbers = peaks * 1_000_000 + np.rint(at_s * 20).astype(np.int64)
        run.hops[number] = Witnesses(at_s, np.where(heard, numbers, -1), np.full(len(at_s), 0.1))
    return run


def told(*runs: Run) -> list[tuple[int, float, float]]:
    """Track, beginning and end of each span."""
    return [(one.key, one.begin_s, one.end_s) for one in spans(*runs)]


def spans(*runs: Run) -> list[Heard]:
    """What is heard of these runs."""
    sorter = Sorter(THRESHOLD)
    for run in runs:
        sorter.add(run)
    sorter.settle([], np.inf, OWN)
    return sorter.spans()


def test_a_run_is_a_span_of_recording_and_track() -> None:
    """It lies where its peaks are heard, and in the track where its line runs."""
    (span,) = spans(run_of(1, 12, 41, peaks=1, track_s=100))
    assert (span.begin_s, span.end_s) == pytest.approx((12, 41), abs=0.1)
    assert (span.track_begin_s, span.track_end_s) == pytest.approx((100, 129), abs=0.1)
    assert (span.tempo, span.pitch, span.coverage) == pytest.approx((1, 1, 1))


def test_tracks_that_overlap_are_both_heard() -> None:
    """In a crossfade each has peaks of its own."""
    found = told(run_of(1, 0, 35, peaks=1), run_of(2, 30, 60, peaks=2))
    assert [key for key, _, _ in found] == [1, 2]
    assert found[0][2] > found[1][1] + 4


def test_another_version_is_not_heard_beside_the_likelier() -> None:
    """What the likelier explains speaks for no other."""
    assert [key for key, _, _ in told(run_of(1, 0, 50, peaks=1), run_of(2, 0, 40, peaks=1))] == [1]


def test_of_equal_repeats_the_first_is_told() -> None:
    """A loop that a track repeats is told to be its first."""
    (span,) = spans(run_of(1, 0, 30, peaks=1, track_s=60), run_of(1, 0, 30, peaks=1, track_s=20))
    assert span.track_begin_s == pytest.approx(20, abs=0.1)


def test_a_track_that_jumps_back_is_two_spans() -> None:
    """Whoever plays a passage twice hears it told twice, one after the other."""
    found = told(run_of(1, 0, 30, peaks=1), run_of(1, 30, 60, peaks=1, track_s=10))
    assert [span[1:] for span in found] == [
        pytest.approx((0, 30), abs=0.1),
        pytest.approx((30, 60), abs=0.1),
    ]


def test_what_windows_hardly_say_is_not_heard() -> None:
    """A run below the threshold is no span."""
    assert told(run_of(1, 0, 10, peaks=1, score=THRESHOLD - 0.1)) == []


TRACK_S, APART_S = 60.0, 50.0


def brief(number: int, score: float) -> Run:
    """The run of a track of a minute that begins ten seconds before the one before it ends.

    Of the peaks of two that overlap, half are the same.
    """
    begin_s = APART_S * number
    run = Run(number, stored())
    for hop in range(int(TRACK_S / HOP_S)):
        seen_s = begin_s + hop * HOP_S
        course = Course(seen_s, hop * HOP_S, 1, 1)
        run.add(Sight(int(seen_s / HOP_S), course, seen_s, seen_s + 10, score))
        at_s = seen_s + np.arange(0, HOP_S, 0.1)
        shared = np.arange(len(at_s)) % 2 * (number + 1)
        numbers = np.rint(at_s * 10).astype(np.int64) << 20 | shared
        run.hops[int(seen_s / HOP_S)] = Witnesses(at_s, numbers, np.full(len(at_s), 0.1))
    return run


def sorted_as_they_end(scores: list[float]) -> tuple[list[Heard], int]:
    """The spans of a mix of tracks of these scores, and the most peaks that were kept for them."""
    sorter, most, before = Sorter(THRESHOLD), 0, None
    for number, score in enumerate(scores):
        run = brief(number, score)
        if before is not None:
            sorter.add(before)
            sorter.settle([run], run.begin_s - TRACK_S, OWN)
        most, before = max(most, sorter.kept), run
    if before is not None:
        sorter.add(before)
    sorter.settle([], np.inf, OWN)
    return sorter.spans(), most


def test_what_is_decided_early_is_what_would_be_decided_late() -> None:
    """Nothing that comes later has a say in it."""
    scores = np.random.default_rng(7).uniform(20, 60, 150).tolist()
    early, _ = sorted_as_they_end(scores)
    assert len(early) > 100
    assert early == spans(*(brief(number, score) for number, score in enumerate(scores)))


@pytest.mark.parametrize("rising", [False, True])
def test_what_is_kept_does_not_grow_with_a_recording(rising: bool) -> None:  # noqa: FBT001
    """A day of tracks that overlap takes no more than an hour, whichever is believed first.

    If each has more said for it than the one before, all would have to wait for the last.
    """
    count = int(24 * 3600 / APART_S)
    scores = np.random.default_rng(7).uniform(20, 60, count)
    hour = int(3600 / APART_S)
    least = int(TRACK_S * 10)
    scores = np.sort(scores) if rising else scores
    found, most = sorted_as_they_end(scores.tolist())
    _, most_of_an_hour = sorted_as_they_end(scores[:hour].tolist())
    assert len(found) > count / 2
    assert most < (2 * MOST_WAITING if rising else 20) * least
    assert rising or most <= 3 * most_of_an_hour
