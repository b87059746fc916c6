"""What plays? Asked of sound as it comes in, and answered as soon as the evidence suffices.

A recogniser searches or follows. It *searches* a stretch of sound that is not known yet, at the
lengths that its plan says, and decides when a rating reaches the threshold of that look. Then it
*follows* the track, which is cheap, until it is lost. What is lost is held for a while: it may only
be talked over. The search goes on meanwhile, from the moment at which the track was heard last.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from earmark.audio import channels_of, to_mono
from earmark.live.follower import Follower
from earmark.live.looking import Looker, of_the_stream
from earmark.live.plan import LookPlan
from earmark.live.steps import Steps
from earmark.live.updates import Update, UpdateKind
from earmark.live.waiting import Waiting
from earmark.live.window import Window
from earmark.matching.course import Course
from earmark.params import QueryParams
from earmark.types import Status
from earmark.units import samples_to_seconds, semitones_to_pitch

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from earmark.library import Library
    from earmark.live.quota import Quotas
    from earmark.types import Identification, Match

STEP_S = 0.25
"""How often it is considered what to do: however the sound is cut into pieces, the same is said."""

CHECK_S = 1.0
"""How often a track that is followed is checked."""

MARGIN_S = 2.0
"""Sound that is kept beyond the longest look: a lost track is noticed so late."""

QUIET = 1e-3
"""Amplitude, of full scale, below which it is silent: -60 dB."""

SILENCE_S = 2.0
"""So long it must be quiet to be a silence."""

OVERRUN_S = 1.0
"""A track is over when it has run on for so long beyond its end."""

SAME_PLACE_S = 0.5
"""Places nearer than this are one."""

REPLAY_S = 20.0
"""A track that is found again no further back than this (a player repeats what it had buffered)
still plays; further back, it was started anew."""

PATIENCE_S = 10.0
"""A stretch that waits for so long for its turn on the ladder is told to be unknown before."""

LEAST_CANDIDATE = 1.0
"""Rating, in nats, from which a candidate is told of."""


@dataclass(slots=True)
class _Play:
    """A track that was decided on."""

    match: Match
    """As decided; the whole stream is its clip."""
    follower: Follower


class Recognizer:
    """Names what plays while it is fed with sound.

    Example:
        recognizer = Recognizer(library)
        for chunk in chunks:
            for update in recognizer.feed(chunk, sample_rate=44_100):
                print(update.kind, update.match)

    It keeps the last seconds of the sound and the constellation of one track. It is not meant for
    several threads at once; several recognisers may share one library.
    """

    def __init__(
        self,
        library: Library,
        *,
        query: QueryParams | None = None,
        plan: LookPlan | None = None,
        quotas: Quotas | None = None,
    ) -> None:
        """Begin to listen.

        Args:
            library: where to look.
            query: how hard to look; its `far` is what a new stretch may spend, its `ladder` what
                each stretch is given once.
            plan: when to look.
            quotas: what looks may take of a processor beyond glances, if that is limited.
        """
        self._library = library
        self._params = library.params.peaks
        self._query = query or QueryParams()
        self._plan = plan or LookPlan()
        self._looker = Looker(library, self._query, quotas)
        self._rate_hz = self._params.sample_rate_hz
        self._steps = Steps(self._rate_hz, round(STEP_S * self._rate_hz))
        self._window = Window(round((self._plan.longest_s + MARGIN_S) * self._rate_hz))
        self._play: _Play | None = None
        self._waiting = Waiting()
        self._origin_s = 0.0
        self._looks = 0
        self._later_s = 0.0
        self._searched_s = 0.0
        self._ladder_due = False
        self._is_unknown = False
        self._quiet_s: float | None = None
        self._is_silent = False

    @property
    def position_s(self) -> float:
        """How much sound was heard, in seconds; what was skipped counts."""
        return samples_to_seconds(self._window.end, self._params)

    @property
    def playing(self) -> Match | None:
        """The track that plays, if one does."""
        return self._play.match if self._play else None

    @property
    def played(self) -> Match | None:
        """The same, with its end where the track was heard last: it may go on."""
        if self._play is None:
            return None
        follower, match = self._play.follower, self._play.match
        end_s = max(follower.heard_until_s, match.clip_start_s)
        return replace(match, clip_end_s=end_s, track_end_s=follower.course.track_at(end_s))

    def feed(self, samples: NDArray[Any], sample_rate: int) -> list[Update]:
        """Listen to the next piece, and return what there is to say about it.

        Args:
            samples: shape (n,) or (n, channels); integers are scaled to +-1.
            sample_rate: in Hz; it may change from piece to piece.

        Raises:
            UsageError: an array of another shape or type, or a rate beyond reason.
            LibraryError: the library cannot be read.
        """
        return list(self._heard(self._steps.feed(to_mono(channels_of(samples)), sample_rate)))

    def skip(self, seconds: float) -> list[Update]:
        """Note that so much sound was lost, and return what there is to say about it."""
        updates = self._drained()
        self._window.skip(round(seconds * self._params.sample_rate_hz))
        if self._play:
            self._play.follower.pass_over(self.position_s)
        self._begin_stretch(self.position_s)
        return [*updates, *self._in_order(self._expired())]

    def finish(self) -> list[Update]:
        """End the stream, and return what is left to say; what is fed then is another stretch."""
        updates = self._drained()
        if not self._is_following():
            updates += self._in_order(self._last_look())
        updates += self._in_order(self._ended())
        self._window.skip(0)
        self._begin_stretch(self.position_s)
        return updates

    def _last_look(self) -> Iterator[Update]:
        """Look at what is left, with the ladder; a stretch that had all its looks pays for it."""
        plan, looker = self._plan, self._looker
        had_all = self._looks == len(plan.looks_s) and not self._ladder_due
        length_s, share = self._stretch_s(), plan.share
        if had_all:
            length_s, share = plan.later_s, plan.later_share
        sound = self._latest(length_s)
        answer = None if had_all else looker.climb(sound, share)
        answer = answer or looker.search(sound, share, is_new=not had_all)
        return self._concluded(answer or looker.glance(sound, share), length_s)

    def _drained(self) -> list[Update]:
        """Listen to what is left of a piece of sound."""
        updates = list(self._heard(self._steps.drain()))
        self._window.add(self._steps.rest())
        return updates

    def _heard(self, steps: Iterable[NDArray[np.float32]]) -> Iterator[Update]:
        for step in steps:
            self._window.add(step)
            yield from self._in_order(self._silences(step))
            yield from self._in_order(self._follow() if self._is_following() else self._search())

    def _in_order(self, updates: Iterable[Update]) -> Iterator[Update]:
        """Yield updates when nothing can come any more that happened before them."""
        for update in updates:
            yield from self._waiting.passed(update, self._heard_until_s)
        yield from self._waiting.played_on(self._heard_until_s, self.position_s)

    @property
    def _heard_until_s(self) -> float | None:
        return None if self._play is None else self._play.follower.heard_until_s

    def _is_following(self) -> bool:
        return self._play is not None and not self._play.follower.is_lost

    def _silences(self, piece: NDArray[np.float32]) -> Iterator[Update]:
        """Tell of silences; what follows one is a stretch of its own."""
        now_s = self.position_s
        if np.abs(piece).max() >= QUIET:
            if self._is_silent and self._quiet_s is not None:
                begin_s = now_s - samples_to_seconds(len(piece), self._params)
                self._begin_stretch(begin_s)
                yield Update(UpdateKind.SOUND, now_s, self._quiet_s, begin_s)
            self._quiet_s, self._is_silent = None, False
            return
        if self._quiet_s is None:
            self._quiet_s = now_s - samples_to_seconds(len(piece), self._params)
        if not self._is_silent and now_s - self._quiet_s >= SILENCE_S:
            self._is_silent = True
            yield Update(UpdateKind.SILENCE, now_s, self._quiet_s)

    def _follow(self) -> Iterator[Update]:
        """Check the track that plays, when it is time to."""
        self._check()
        if self._play and not self._is_following():
            self._begin_stretch(self._play.follower.heard_until_s)
            yield from self._search()

    def _check(self) -> None:
        """Let the follower hear what is new."""
        if self._play is None:
            return
        follower = self._play.follower
        rate = self._params.sample_rate_hz
        if self.position_s < follower.checked_s + CHECK_S:
            return
        first = max(round(follower.wanted_s * rate), self._window.begin)
        follower.check(self._window.since(first), samples_to_seconds(first, self._params))
        track_s = follower.course.track_at(follower.checked_s)
        if track_s > self._play.match.track.duration_s + OVERRUN_S:
            follower.is_lost = True

    def _search(self) -> Iterator[Update]:
        """Look, if it is time to; a track that was lost may be heard again."""
        if self._play is not None:
            self._check()
            if self._is_following():
                return
            yield from self._expired()
        if self._is_silent:
            return
        yield from self._scheduled()

    def _expired(self) -> Iterator[Update]:
        """End a track that was lost long ago; one that had reached its end is not held at all."""
        if self._play is None:
            return
        follower = self._play.follower
        left_s = self._play.match.track.duration_s - follower.last_track_s
        held_s = self._plan.hold_s if left_s > OVERRUN_S else 0.0
        if self.position_s - follower.heard_until_s > held_s:
            yield from self._ended()

    def _scheduled(self) -> Iterator[Update]:
        """Look at the stretch if the plan says so; of several looks that are due, the longest."""
        plan, stretch_s = self._plan, self._stretch_s()
        due = sum(length <= stretch_s for length in plan.looks_s)
        if due > self._looks:
            self._looks = due
            self._ladder_due = due == len(plan.looks_s)
            self._later_s = self.position_s
            yield from self._look(plan.looks_s[due - 1], plan.share, is_new=True)
        if self._ladder_due and not self._is_following():
            yield from self._climb()
        is_time = self.position_s >= self._later_s + plan.later_every_s
        if self._looks == len(plan.looks_s) and is_time and not self._is_following():
            self._later_s = self.position_s
            yield from self._look(plan.later_s, plan.later_share, is_new=False)

    def _look(self, length_s: float, share: float, *, is_new: bool) -> Iterator[Update]:
        """Search the last `length_s` of the sound if that is allowed and due, or glance at it."""
        sound = self._latest(length_s)
        answer = None
        if is_new or self.position_s >= self._searched_s + self._plan.search_every_s:
            answer = self._looker.search(sound, share, is_new=is_new)
        if answer is None:
            answer = self._looker.glance(sound, share)
        else:
            self._searched_s = self.position_s
        yield from self._concluded(answer, length_s)

    def _climb(self) -> Iterator[Update]:
        """Give the stretch the ladder, once, when it is its turn."""
        length_s = self._plan.looks_s[-1]
        answer = self._looker.climb(self._latest(length_s), self._plan.share)
        if answer is not None:
            self._ladder_due = False
            yield from self._concluded(answer, length_s)
        is_late = self.position_s >= self._origin_s + length_s + PATIENCE_S
        if (is_late or not self._ladder_due) and not self._is_following():
            yield from self._unknown()

    def _unknown(self) -> Iterator[Update]:
        """Tell, once, that the stretch is unknown."""
        if not self._is_unknown:
            self._is_unknown = True
            yield Update(UpdateKind.UNKNOWN, self.position_s, self._origin_s)

    def _latest(self, length_s: float) -> NDArray[np.float32]:
        """Return the last `length_s` of the sound, or as much of it as is kept, shape (n,)."""
        return self._window.since(self._window.end - round(length_s * self._rate_hz))

    def _concluded(self, answer: Identification, length_s: float) -> Iterator[Update]:
        """Say what follows from the answer to the last `length_s` of the sound."""
        first = max(self._window.end - round(length_s * self._rate_hz), self._window.begin)
        begin_s = samples_to_seconds(first, self._params)
        if self._is_decided(answer, length_s):
            yield from self._decide(answer, begin_s)
            return
        for match in (*answer.matches, *answer.candidates)[:1]:
            if match.score >= LEAST_CANDIDATE:
                told = of_the_stream(match, begin_s)
                yield Update(UpdateKind.CANDIDATE, self.position_s, told.clip_start_s, match=told)

    def _is_decided(self, answer: Identification, length_s: float) -> bool:
        if answer.status is Status.AMBIGUOUS:
            return length_s >= self._plan.undecided_s
        return answer.status is Status.IDENTIFIED

    def _decide(self, answer: Identification, begin_s: float) -> Iterator[Update]:
        """Begin to follow what was named; what was lost goes on if it is the same."""
        found = [of_the_stream(match, begin_s) for match in answer.matches]
        again = next(filter(None, map(self._gone_on, found)), None)
        match = again or found[0]
        follower = self._follower(match)
        if follower is None:
            return
        if again and self._play:
            self._play.follower = follower
            return
        yield from self._ended()
        self._play = _Play(match, follower)
        yield Update(UpdateKind.STARTED, self.position_s, match.clip_start_s, match=match)

    def _gone_on(self, match: Match) -> Match | None:
        """Return the match if it is of the track that was lost, and this was not started anew.

        Of several places that fit equally well it is the one where the track was expected.
        """
        if self._play is None or match.track.id != self._play.match.track.id:
            return None
        expected_s = self._play.follower.course.track_at(0.0)
        for offset_s in (match.offset_s, *match.other_offsets_s):
            if abs(offset_s - expected_s) < SAME_PLACE_S:
                return replace(match, track_start_s=match.track_start_s + offset_s - match.offset_s)
        goes_on = match.track_start_s > self._play.follower.last_track_s - REPLAY_S
        return match if goes_on else None

    def _follower(self, match: Match) -> Follower | None:
        """Begin to follow; None if the track has gone from the library meanwhile."""
        peaks = self._library.constellation(match.track)
        if peaks is None:
            return None
        pitch = semitones_to_pitch(match.pitch_semitones)
        course = Course(match.clip_start_s, match.track_start_s, match.tempo, pitch)
        return Follower(peaks, course, match.clip_end_s, self._params, self._query)

    def _ended(self) -> Iterator[Update]:
        """Tell that the track that played, if one did, plays no more."""
        whole, self._play = self.played, None
        if whole is not None:
            begin_s, end_s = whole.clip_start_s, whole.clip_end_s
            yield Update(UpdateKind.ENDED, self.position_s, begin_s, end_s, whole)

    def _begin_stretch(self, at_s: float) -> None:
        """What follows is unknown."""
        self._origin_s = max(at_s, 0.0)
        self._looks = 0
        self._ladder_due = False
        self._is_unknown = False

    def _stretch_s(self) -> float:
        """How much of the unknown stretch was heard and is kept."""
        kept_s = self.position_s - samples_to_seconds(self._window.begin, self._params)
        return min(self.position_s - self._origin_s, kept_s)
