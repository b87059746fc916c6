"""Runs pursued hop by hop through what is remembered of a recording, forth and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from earmark.matching.clip import Chart, chart_of
from earmark.scanning.following import Line, follow

if TYPE_CHECKING:
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
        first, line = run.sights[0].number, run.sights[0].line
        if run.hops:
            first, line = max(run.hops) + 1, run.line
        else:
            self._look_back(run)
        sighted = {sight.number: sight.line for sight in run.sights_from(first)}
        for number in range(first, upto):
            line = self._ask(run, number, sighted.get(number, line))

    def forget(self) -> None:
        """Let go of the charts of what is remembered no longer."""
        for number in [one for one in self._charts if one * self._hop < self._tail.begin]:
            del self._charts[number]

    def _look_back(self, run: Run) -> None:
        """Ask in the hops before a run was seen, back to where it is silent."""
        line, silent = run.sights[0].line, 0
        for number in range(run.sights[0].number - 1, -1, -1):
            if number * self._hop < self._tail.begin or silent == MOST_SILENT_HOPS:
                return
            line = self._ask(run, number, line)
            silent = 0 if line.is_heard else silent + 1

    def _ask(self, run: Run, number: int, line: Line) -> Line:
        """Ask in one hop; return the line as it runs there."""
        begin = number * self._hop
        end = min(begin + self._hop, self._tail.end)
        if begin < self._tail.begin or end <= begin:
            return line
        chart = self._chart(number, begin, end)
        line, run.hops[number] = follow(line, run.track, chart, begin, self._params)
        return line

    def _chart(self, number: int, begin: int, end: int) -> Chart:
        if number not in self._charts:
            peaks = self._tail.peaks(begin, end)
            self._charts[number] = chart_of(peaks, end - begin, self._params)
        return self._charts[number]
