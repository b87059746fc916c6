"""Runs pursued hop by hop through what is remembered of a recording, forth and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from earmark.matching.clip import Chart, chart_of
from earmark.scanning.following import follow

if TYPE_CHECKING:
    from earmark.matching.course import Course
    from earmark.params import PeakParams
    from earmark.scanning.runs import Run
    from earmark.scanning.tail import Tail

MOST_SILENT_HOPS = 3
"""A track that is heard nowhere in so many hops has not begun before: fifteen seconds."""


class Pursuit:
    """Asks the peaks of runs whether they are heard, in every hop once."""

    def __init__(self, tail: Tail, hop: int, params: PeakParams) -> None:
        """Begin a recording; a hop has so many frames."""
        self._tail = tail
        self._hop = hop
        self._params = params
        self._charts: dict[int, Chart] = {}

    def pursue(self, run: Run, upto: int) -> None:
        """Ask in all hops before one; the first time, also before the run was seen."""
        first, course = run.sights[0].number, run.sights[0].course
        if run.hops:
            first, course = max(run.hops) + 1, run.course
        else:
            self._look_back(run)
        sighted = {sight.number: sight.course for sight in run.sights_from(first)}
        for number in range(first, upto):
            course, _ = self._ask(run, number, sighted.get(number, course))

    def forget(self) -> None:
        """Let go of the charts of what is remembered no longer."""
        for number in [one for one in self._charts if one * self._hop < self._tail.begin]:
            del self._charts[number]

    def _look_back(self, run: Run) -> None:
        """Ask in the hops before a run was seen, back to where it is silent."""
        course, silent = run.sights[0].course, 0
        for number in range(run.sights[0].number - 1, -1, -1):
            if number * self._hop < self._tail.begin or silent == MOST_SILENT_HOPS:
                return
            course, is_heard = self._ask(run, number, course)
            silent = 0 if is_heard else silent + 1

    def _ask(self, run: Run, number: int, course: Course) -> tuple[Course, bool]:
        """Ask in one hop; return the course as it runs there, and whether the track is heard."""
        begin = number * self._hop
        end = min(begin + self._hop, self._tail.end)
        if begin < self._tail.begin or end <= begin:
            return course, True
        chart = self._chart(number, begin, end)
        found = follow(course, run.track, chart, begin, self._params)
        course, run.hops[number], is_heard = found
        return course, is_heard

    def _chart(self, number: int, begin: int, end: int) -> Chart:
        if number not in self._charts:
            peaks = self._tail.peaks(begin, end)
            self._charts[number] = chart_of(peaks, end - begin, self._params)
        return self._charts[number]
