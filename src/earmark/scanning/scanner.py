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
from earmark.matching.course import Course
from earmark.matching.matcher import Expected, Hint, match
from earmark.matching.verdict import Found
from earmark.packing import unpack_all
from earmark.params import Ladder
from earmark.scanning.pursuit import Pursuit
from earmark.scanning.runs import WINDOW_HOPS, Run, Sight
from earmark.scanning.sorting import Heard, Sorter
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
TAIL_S = 120.0
"""What is remembered of the recording: so far back a track is followed that was found late."""

PIECE_SAMPLES = 1 << 17
"""So many are heard at once, whatever the blocks that are fed: less than is remembered."""

PATIENCE_S = 30.0
"""A track that was not found for so long has ended: talk-over and breaks are shorter."""

MANY_LOOKS = math.log(3600 / HOP_S)
"""Nats that a run needs beyond a clip: chance has as many more places as an hour has windows."""

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

ROUNDING_S = 0.01
"""So much earlier than a hop begins its first peak may be expected."""

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
        self._pursuit = Pursuit(self._tail, self._hop, self._params.peaks)
        self._looks = 0
        self._active: list[Run] = []
        self._sorter = Sorter(self.threshold)
        self._rungs: list[tuple[float, float]] = []
        self._wait_s, self._climb_at_s = FIRST_WAIT_S, 0.0
        self._size = 0

    @property
    def threshold(self) -> float:
        """Nats from which a run is believed."""
        return decision.threshold(self._query.far) + MANY_LOOKS

    @property
    def kept(self) -> int:
        """How many peaks are kept of what was found: of runs, and of spans beside them."""
        of_runs = sum(len(hop.at_s) for run in self._active for hop in run.hops.values())
        return of_runs + self._sorter.kept

    def feed(self, samples: NDArray[np.float32]) -> None:
        """Take the next samples: shape (n,), float32, mono, at the library's rate."""
        for begin in range(0, len(samples), PIECE_SAMPLES):
            self._feed(samples[begin : begin + PIECE_SAMPLES])

    def _feed(self, samples: NDArray[np.float32]) -> None:
        self._tail.feed(samples)
        while self._tail.end >= (self._looks + WINDOW_HOPS) * self._hop:
            self._look((self._looks + WINDOW_HOPS) * self._hop)

    def finish(self) -> list[Heard]:
        """End the recording and return what was heard, in time order."""
        self._tail.finish()
        while self._looks == 0 or self._looks * self._hop < self._tail.end - self._hop:
            self._look(self._tail.end)
        for run in self._active:
            if run.score >= self.threshold:
                self._pursuit.pursue(run, self._looks + WINDOW_HOPS)
                self._sorter.add(run)
        self._active = []
        self._settle(math.inf)
        return self._sorter.spans()

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
        self._pursue(begin_s)

    def _expected(self, at_s: float) -> Iterator[Expected]:
        """Say where the runs should be, the likeliest first."""
        likely = sorted(self._active, key=lambda run: -run.score)[:MOST_EXPECTED]
        for run in likely:
            yield Expected(run.key, run.course.since(at_s))

    def _may_climb(self, at_s: float) -> bool:
        return self._query.ladder is not Ladder.OFF and at_s >= self._climb_at_s

    def _climbed(self, at_s: float, *, found: bool) -> None:
        """Choose when the ladder is next climbed."""
        self._wait_s = FIRST_WAIT_S if found else min(LONGEST_WAIT_S, 1.5 * self._wait_s)
        self._climb_at_s = at_s + self._wait_s

    def _note(self, found: Found, begin_s: float, reader: Reader) -> None:
        """Join what a window found to the runs that it continues, or begin others."""
        for place_s in (found.offset_s, *found.other_offsets_s)[:MOST_PLACES]:
            course = Course(begin_s, place_s, found.tempo, found.pitch)
            run = self._run_through(found.key, course, reader)
            if run is None:
                return
            span = found.span
            sight = Sight(
                self._looks,
                course,
                begin_s + span.clip_start_s,
                begin_s + span.clip_end_s,
                found.score,
            )
            run.add(sight)

    def _run_through(self, key: int, course: Course, reader: Reader) -> Run | None:
        """Return the run that goes on along a course, or a new one; None if its track has gone."""
        going = next((run for run in self._active if run.runs_through(key, course)), None)
        if going is not None:
            return going
        packed = Intact(reader).constellations([key])
        if key not in packed:
            return None
        run = Run(key, unpack_all([packed[key]]))
        self._active.append(run)
        return run

    def _pursue(self, begin_s: float) -> None:
        """Ask the peaks of what is believed; let go of what is over."""
        still = []
        for run in self._active:
            if run.score >= self.threshold:
                self._pursuit.pursue(run, self._looks)
                self._remember_rung(run)
            if begin_s - run.sights[-1].end_s < PATIENCE_S:
                still.append(run)
            elif run.score >= self.threshold:
                self._sorter.add(run)
        self._active = still
        self._pursuit.forget()
        self._settle(self._seconds(self._tail.begin) - ROUNDING_S)

    def _settle(self, horizon_s: float) -> None:
        """Find the spans in which what is heard from a moment on has no say."""
        own = decision.agreement_threshold(self._size)
        self._sorter.settle(self._active, horizon_s, own)

    def _remember_rung(self, run: Run) -> None:
        rung = round(run.course.tempo, 3), round(run.course.pitch, 3)
        if run.sights[-1].number != self._looks - 1 or max(abs(p - 1) for p in rung) < CHANGED:
            return
        others = [
            one for one in self._rungs if max(abs(a - b) for a, b in zip(one, rung)) > CHANGED
        ]
        self._rungs = [rung, *others][:LIKELY_RUNGS]

    def _seconds(self, frames: int) -> float:
        return frames_to_seconds(frames, self._params.peaks)
