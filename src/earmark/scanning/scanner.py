"""A long recording looked through, window by window, in bounded memory.

Windows of ten seconds overlap by half. Each is asked first whether the tracks that were heard last
run on; only if they do not explain it, the library is searched. Windows that find nothing are given
the ladder, ever more rarely while nothing is found. What windows find is joined into runs, whose
peaks are then asked one by one where they begin and end.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from earmark.answers import Intact
from earmark.matching import decision
from earmark.matching.clip import Chart, chart_of
from earmark.matching.matcher import Expected, Found, Hint, match
from earmark.packing import unpack_all
from earmark.params import Ladder
from earmark.scanning.following import Line, follow
from earmark.scanning.runs import Run, Sight
from earmark.scanning.sorting import Heard, spans_of
from earmark.scanning.tail import Tail
from earmark.types import Status
from earmark.units import frames_to_seconds, seconds_to_frames

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from earmark.library import Library
    from earmark.params import QueryParams
    from earmark.stores.base import Reader

HOP_S = 5.0
WINDOW_HOPS = 2
"""Hops that a window is long: windows whose numbers differ by as much are independent."""

TAIL_S = 120.0
"""What is remembered of the recording: so far back a track is followed that was found late."""

PATIENCE_S = 30.0
"""A track that was not found for so long has ended: talk-over and breaks are shorter."""

LOOK_BACK_S = 15.0
"""A track that speaks for itself nowhere in so much time has not begun before."""

LOOKS_AN_HOUR = 3600 / HOP_S

WEAK = 2.0
"""Score from which what a window finds, but does not believe, may become part of a run."""

MOST_PLACES = 12
"""Places of one track at which it may run on: repeats that a window cannot tell apart."""

MOST_EXPECTED = 16
"""Runs that a window is asked for first."""

FIRST_WAIT_S, LONGEST_WAIT_S = 10.0, 60.0
"""Between two windows that are given the ladder, while nothing is known."""

LIKELY_RUNGS = 3
"""Changes of tempo and pitch that were found last: neighbours in a mix often share theirs."""

CHANGED = 0.006
"""A tempo or pitch nearer to 1 is found without being tried."""


class Scanner:
    """Takes a recording as blocks of samples, and tells what it heard."""

    def __init__(self, library: Library, query: QueryParams) -> None:
        """Begin a recording."""
        self._library = library
        self._params = library.params
        self._query = query
        self._plainly = replace(query, ladder=Ladder.OFF)
        self._hop = round(seconds_to_frames(HOP_S, self._params.peaks))
        kept = round(seconds_to_frames(TAIL_S, self._params.peaks))
        self._tail = Tail(self._params.peaks, query, kept)
        self._looks = 0
        self._active: list[Run] = []
        self._ended: list[Run] = []
        self._charts: dict[int, Chart] = {}
        self._rungs: list[tuple[float, float]] = []
        self._wait_s, self._climb_at_s = FIRST_WAIT_S, 0.0
        self._size = 0

    @property
    def threshold(self) -> float:
        """Nats from which a run is believed: the chances of an hour's looks pay one clip's."""
        return decision.threshold(self._query.far) + math.log(LOOKS_AN_HOUR)

    def feed(self, samples: NDArray[np.float32]) -> None:
        """Take the next samples: shape (n,), float32, mono, at the library's rate."""
        self._tail.feed(samples)
        while self._tail.end >= (self._looks + WINDOW_HOPS) * self._hop:
            self._look((self._looks + WINDOW_HOPS) * self._hop)

    def finish(self) -> list[Heard]:
        """End the recording and return what was heard, in time order."""
        self._tail.finish()
        while self._looks == 0 or self._looks * self._hop < self._tail.end - self._hop:
            self._look(self._tail.end)
        for run in self._active:
            self._follow(run, self._looks + WINDOW_HOPS)
        runs = [*self._ended, *self._active]
        return spans_of(runs, self.threshold, decision.agreement_threshold(self._size))

    def _look(self, end: int) -> None:
        """Look at the next window, and follow what runs on."""
        begin = self._looks * self._hop
        begin_s = self._seconds(begin)
        with self._library.reading() as reader:
            self._size = reader.frames()
            heard = self._tail.window(begin, end)
            hint = Hint(tuple(self._expected(begin_s)), tuple(self._rungs))
            verdict = match(heard, Intact(reader), self._params, self._plainly, hint)
            if verdict.status is Status.NO_MATCH and self._may_climb(begin_s):
                verdict = match(heard, Intact(reader), self._params, self._query, hint)
                self._climbed(begin_s, found=bool(verdict.matches))
            found = verdict.matches or verdict.candidates
            for one in found:
                if one.score >= WEAK:
                    self._note(one, begin_s, reader)
        self._looks += 1
        self._follow_all(begin_s)

    def _expected(self, at_s: float) -> Iterator[Expected]:
        """Say where the runs should be, the likeliest first."""
        likely = sorted(self._active, key=lambda run: -run.score)[:MOST_EXPECTED]
        for run in likely:
            line = run.line
            yield Expected(line.key, line.track_at(at_s), line.tempo, line.pitch)

    def _may_climb(self, at_s: float) -> bool:
        return self._query.ladder is not Ladder.OFF and at_s >= self._climb_at_s

    def _climbed(self, at_s: float, *, found: bool) -> None:
        """Choose when the ladder is next climbed."""
        self._wait_s = FIRST_WAIT_S if found else min(LONGEST_WAIT_S, 1.5 * self._wait_s)
        self._climb_at_s = at_s + self._wait_s

    def _note(self, found: Found, begin_s: float, reader: Reader) -> None:
        """Join what a window found to the runs that it continues, or begin others."""
        for place_s in (found.offset_s, *found.other_offsets_s)[:MOST_PLACES]:
            line = Line(found.key, begin_s, place_s, found.tempo, found.pitch)
            run = next((one for one in self._active if one.runs_through(line)), None)
            if run is None:
                run = self._begun(found.key, reader)
                if run is None:
                    return
            span = found.span
            sight = Sight(
                self._looks,
                line,
                begin_s + span.clip_start_s,
                begin_s + span.clip_end_s,
                found.score,
            )
            run.add(sight, WINDOW_HOPS)

    def _begun(self, key: int, reader: Reader) -> Run | None:
        """Begin a run of a track; None if it has just gone."""
        packed = Intact(reader).constellations([key])
        if key not in packed:
            return None
        run = Run(unpack_all([packed[key]]))
        self._active.append(run)
        return run

    def _follow_all(self, begin_s: float) -> None:
        """Ask the peaks of what is believed; let go of what is over."""
        still = []
        for run in self._active:
            if run.score >= self.threshold:
                self._follow(run, self._looks)
                self._remember_rung(run)
            if begin_s - run.seen_s < PATIENCE_S:
                still.append(run)
            elif run.score >= self.threshold:
                self._ended.append(run)
        self._active = still
        for number in [one for one in self._charts if one * self._hop < self._tail.begin]:
            del self._charts[number]

    def _remember_rung(self, run: Run) -> None:
        rung = round(run.line.tempo, 3), round(run.line.pitch, 3)
        if run.sights[-1].number != self._looks - 1 or max(abs(p - 1) for p in rung) < CHANGED:
            return
        others = [
            one for one in self._rungs if max(abs(a - b) for a, b in zip(one, rung)) > CHANGED
        ]
        self._rungs = [rung, *others][:LIKELY_RUNGS]

    def _follow(self, run: Run, upto: int) -> None:
        """Ask a run's peaks in all hops before one; at first also before it was seen."""
        if run.score < self.threshold:
            return
        if not run.hops:
            self._look_back(run)
        sighted = {sight.number: sight.line for sight in run.sights[-(WINDOW_HOPS + 12) :]}
        first = max(run.hops, default=run.sights[0].number - 1) + 1
        line = run.sights[0].line if not run.hops else run.line
        for number in range(first, upto):
            line = self._ask(run, number, sighted.get(number, line))

    def _look_back(self, run: Run) -> None:
        """Ask the hops before a run was first seen, back to where it is silent."""
        line, silent = run.sights[0].line, 0
        for number in range(run.sights[0].number - 1, -1, -1):
            if number * self._hop < self._tail.begin or silent * HOP_S >= LOOK_BACK_S:
                return
            before = line
            line = self._ask(run, number, line)
            silent = silent + 1 if line.track_s == before.track_at(line.at_s) else 0

    def _ask(self, run: Run, number: int, line: Line) -> Line:
        """Ask a run's peaks in one hop; return its line there."""
        begin = number * self._hop
        end = min(begin + self._hop, self._tail.end)
        if begin < self._tail.begin or end <= begin:
            return line
        chart = self._chart(number, begin, end)
        line, witnesses = follow(line, run.track, chart, begin, self._params.peaks)
        run.hops[number] = witnesses
        return line

    def _chart(self, number: int, begin: int, end: int) -> Chart:
        if number not in self._charts:
            peaks = self._tail.peaks(begin, end)
            self._charts[number] = chart_of(peaks, end - begin, self._params.peaks)
        return self._charts[number]

    def _seconds(self, frames: int) -> float:
        return frames_to_seconds(frames, self._params.peaks)

