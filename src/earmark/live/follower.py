"""Following a track that is known to play: does it still, and until when did it?

Only one place is examined, so that this costs little more than the spectrogram. Each peak of the
track speaks for its playing on when the stream has it, and against it when not, by log-likelihood
ratio. The sum falls from its highest value when the track is over: beyond LOST nats it is taken for
lost, and its last moment is where the sum was highest. This is Page's CUSUM test (1954).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from earmark.fingerprint import fingerprint
from earmark.matching.clip import chart_of
from earmark.matching.course import nats, trace
from earmark.types import Constellations
from earmark.units import samples_to_frames, samples_to_seconds

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from earmark.matching.course import Course
    from earmark.params import PeakParams, QueryParams
    from earmark.types import Constellation

LOST = 12.0
"""Nats by which the sum falls when a track is lost."""

FOUND_AGAIN = 10.0
"""Nats by which it rises when a lost track is heard again."""

LEAST_EXPECTED = 10
"""Fewer peaks in a check tell nothing of how well the track is heard."""

DISTURBED = 0.5
"""Of the peaks that were found while the track was heard well, so many are enough: a voice above it
hides the others."""

FIRST_SHARE = 0.4
"""What is expected before anything was heard: more than in noise, less than of plain music."""

FORGETTING = 0.1
"""How much a check counts for what is expected of the next, if it found less."""

NOT_INDEPENDENT = 0.5
"""Weight of a peak: those of one moment are no independent witnesses; docs/matching.md."""

SHARES = (0.06, 0.9)
"""The parts of a track's peaks that a stream has, by chance or because it plays, lie within."""

REACH_STEPS = 10
"""How far a track may have drifted between two checks: 20 ms."""

MARGIN_S = 0.3
"""At its ends a window lacks the neighbours of its peaks: what is nearer counts in the next one."""


class Follower:
    """Goes on checking one track at one place."""

    def __init__(
        self,
        peaks: Constellation,
        course: Course,
        heard_until_s: float,
        params: PeakParams,
        query: QueryParams,
    ) -> None:
        """Begin to follow.

        Args:
            peaks: the track's.
            course: where it plays.
            heard_until_s: until when, in seconds of the stream, it is known to.
            params: the library's.
            query: how the stream is listened to.
        """
        begins = np.array([0, len(peaks)], np.int64)
        self._track = Constellations(peaks.time, peaks.frequency, begins)
        self._params = params
        self._query = query
        self._share = FIRST_SHARE
        self._total = 0.0
        self._extreme = 0.0
        self.course = course
        self.checked_s = heard_until_s
        """Until when, in seconds of the stream, it was looked for."""
        self.heard_until_s = heard_until_s
        """The last moment, in seconds of the stream, at which the track was heard."""
        self.is_lost = False

    @property
    def last_track_s(self) -> float:
        """Where in the track that moment is."""
        return self.course.track_at(self.heard_until_s)

    @property
    def wanted_s(self) -> float:
        """From when on, in seconds of the stream, the next check needs the sound."""
        return self.checked_s - MARGIN_S

    def pass_over(self, stream_s: float) -> None:
        """Take the sound until there as unheard: it was lost, and the place with it."""
        self.is_lost = True
        self.checked_s = max(self.checked_s, stream_s)

    def check(self, samples: NDArray[np.float32], begin_s: float) -> None:
        """Look whether the track goes on.

        Args:
            samples: the sound since `wanted_s`, or as much of it as there is; shape (n,).
            begin_s: when it begins, in seconds of the stream.
        """
        params = self._params
        peaks = fingerprint([samples], params, self._query)
        chart = chart_of(peaks, samples_to_frames(len(samples), params), params)
        found = trace(self.course, self._track, chart, begin_s, params, reach_steps=REACH_STEPS)
        end_s = begin_s + samples_to_seconds(len(samples), params) - MARGIN_S
        fresh = (found.at_s >= self.checked_s) & (found.at_s < end_s)
        self._weigh(found.at_s[fresh], found.partner[fresh] >= 0, found.chance)
        self.checked_s = max(self.checked_s, end_s)
        if not self.is_lost and found.score >= FOUND_AGAIN:
            self.course = found.course

    def _weigh(self, times: NDArray[np.float64], agrees: NDArray[np.bool_], chance: float) -> None:
        """Add up what the peaks at these moments say."""
        if not len(times):
            return
        least, most = SHARES
        chance = float(np.clip(chance, least, most / 2))
        share = float(np.clip(DISTURBED * self._usual(agrees), 2 * chance, most))
        said = NOT_INDEPENDENT * nats(agrees, share, chance)
        for at_s, one in zip(times.tolist(), said.tolist()):
            self._total += one
            if self.is_lost:
                self._extreme = min(self._extreme, self._total)
                if self._total > self._extreme + FOUND_AGAIN:
                    self._turn(is_lost=False)
                    self.heard_until_s = at_s
            elif self._total >= self._extreme:
                self._extreme, self.heard_until_s = self._total, at_s
            elif self._total < self._extreme - LOST:
                self._turn(is_lost=True)

    def _turn(self, *, is_lost: bool) -> None:
        self.is_lost = is_lost
        self._total = self._extreme = 0.0

    def _usual(self, agrees: NDArray[np.bool_]) -> float:
        """Note, and return, which part of the peaks is found when the track is heard well."""
        if len(agrees) >= LEAST_EXPECTED and not self.is_lost:
            now = float(agrees.mean())
            self._share = max(now, self._share + FORGETTING * (now - self._share))
        return self._share
