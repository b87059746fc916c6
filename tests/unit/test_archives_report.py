"""Tests of earmark.archives.report."""

from __future__ import annotations

from earmark.archives.report import MOST_TOLD, Failed, Failures, ImportReport


def test_failures_are_counted_and_the_first_told() -> None:
    """A report takes no more memory the more has failed."""
    failures = Failures()
    for number in range(MOST_TOLD + 5):
        failures.add(Failed("", str(number), "gone"))
    assert failures.count == MOST_TOLD + 5
    assert [failed.name for failed in failures.told] == [str(n) for n in range(MOST_TOLD)]


def test_tracks_are_those_that_are_there() -> None:
    """Added now, replaced, or there before."""
    assert ImportReport("x", added=1, replaced=2, unchanged=4).tracks == 7
