"""The life of a query: a glance, a search, a ladder; then grouping and decision.

Each attempt costs more than the one before and is made only if none was accepted yet. Pure: it is
handed what it reads, and knows nothing of where that is stored.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Protocol

import numpy as np

from earmark import packing
from earmark.landmarks import EXACT, query_probes
from earmark.matching import decision
from earmark.matching.alignment import MOVES, centre, nearby, paced, plain, refine
from earmark.matching.candidates import (
    Index,
    affordable,
    find_candidates,
    is_affordable,
    rarest,
)
from earmark.matching.clip import clip_of
from earmark.matching.course import placed
from earmark.matching.ladder import PER_RUNG, batches, budget, climb, hypotheses_of, swept
from earmark.matching.sweep import surroundings, sweep
from earmark.matching.verdict import Verdict, judged
from earmark.matching.verification import Case, Evidence, Hypotheses, examine, joined, nothing
from earmark.params import Ladder
from earmark.types import Status
from earmark.units import frame_rate_hz

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from earmark.landmarks import Probes
    from earmark.matching.candidates import Candidate
    from earmark.matching.course import Course
    from earmark.matching.ladder import Rung
    from earmark.matching.sweep import Place
    from earmark.params import Params, QueryParams
    from earmark.types import Constellations, Heard

REACH_STEPS = 14
"""How far votes and truth may lie apart: the votes' window and the rounding of two frames."""

WEIGHED_QUICKLY, WEIGHED = 4, 12
"""Hypotheses that are weighed in full of what votes, and of what a sweep, brought up."""

CLIMBED = 16
"""Alignments of a batch of rungs that are tried with slightly other tempos and pitches."""

GLANCED, VOTED = 100, 2000
"""Alignments of a glance and of a look, whose tracks are swept in a catalogue too large to sweep
whole."""

CHUNK = 32
"""Constellations that a thread holds at once while sweeping."""

EXPLAINED = 0.93
"""A match that finds this part of its peaks is all that sounds: 19 of 20 clean clips have 0.96 and
more, 19 of 20 with another track beside it 0.90 and less."""

CERTAIN = 8.0
"""Nats above the threshold from which nothing better is looked for on the ladder. A transposed
chord may be taken for another track as it is, and is its own more clearly at its own pitch."""

REFINED_GAIN = 6.0
"""Nats that a fitted tempo or pitch must gain over the unmodified clip to be believed. Over another
tempo or pitch it may lose as much: of two that agree equally well, the fit is the more exact."""

REFINED_SHARE = 0.9
"""Where the best place of a track agrees throughout, others are refined that have this part of its
score: those below `grouping.EQUAL_PLACES` are not told of."""


class References(Index, Protocol):
    """What a query reads of a library."""

    def frames(self) -> int:
        """Return the duration of all tracks together; the threshold follows it."""

    def constellations(self, keys: Iterable[int]) -> Mapping[int, bytes]:
        """Return the packed constellations of the tracks that are there."""


@dataclass(frozen=True, slots=True)
class Expected:
    """A place where a clip may lie, if what was heard before it runs on."""

    key: int
    course: Course
    """In seconds of the clip."""


@dataclass(frozen=True, slots=True)
class Hint:
    """What is known of a clip by what was heard before it."""

    places: tuple[Expected, ...] = ()
    """Looked at first; nothing else is, if one explains the clip."""
    rungs: tuple[Rung, ...] = ()
    """Changes of tempo and pitch that are tried before the ladder, and without it."""


NO_HINT = Hint()


def match(
    heard: Heard,
    references: References,
    params: Params,
    query: QueryParams,
    hint: Hint = NO_HINT,
) -> Verdict:
    """Name a clip.

    Args:
        heard: the clip.
        references: the library's index and constellations.
        params: the parameters that the library was made with.
        query: how hard to look.
        hint: where to look first.
    """
    if not len(heard.peaks):
        return Verdict(Status.SILENT)
    search = Search(heard, references, params, query, hint)
    evidence = search.evidence()
    if not len(evidence.score):
        return Verdict(Status.NO_MATCH)
    return judged(search.case(), evidence, params)


class Search:
    """One query: the attempts, and the tracks that they brought up."""

    def __init__(
        self,
        heard: Heard,
        references: References,
        params: Params,
        query: QueryParams,
        hint: Hint = NO_HINT,
    ) -> None:
        self._heard = heard
        self._hint = hint
        self._references = references
        self._params = params
        self._query = query
        self._clip = clip_of(heard, params.peaks)
        self._size = references.frames()
        self._query = replace(query, rung_postings=budget(query.rung_postings, self._size))
        self._keys: list[int] = []
        self._tracks = packing.unpack_all([])
        self._threshold = decision.threshold(query.far)
        self._voted: list[Candidate] = []
        self.trials = 0
        """Rungs that were tried so far."""
        limit = query.time_limit_s
        self._deadline = np.inf if limit is None else time.monotonic() + limit

    def evidence(self) -> Evidence:
        """Try harder and harder until something is accepted; what was accepted is refined."""
        found = joined(nothing(), *self.attempts())
        return self._refined(found) if self._accepted(found) else found

    def case(self) -> Case:
        """Return the clip and the tracks that were brought up."""
        return Case(
            self._clip,
            self._keys,
            self._tracks,
            self._threshold,
            decision.agreement_threshold(self._size),
        )

    def attempts(self) -> Iterator[Evidence]:
        """Yield what each attempt found: glances, a search, and each batch of rungs."""
        expected = nothing()
        if self._hint.places:
            expected = self._expected()
            yield expected
            if self._explains(expected):
                return
        glanced = nothing()
        for probes in self._glances():
            self._look(probes, GLANCED)
            if self._accepted(glanced):
                break  # only what sounds beside it is looked for: see the sweep
            glanced = self._glance()
            yield glanced
            if self._explains(glanced) or self._is_late():
                return
        leader = glanced.take(glanced.order()[:1])
        # beside what is known already something else may sound: it has a few votes, too
        few = self._query.look_postings
        whole = self._sweep() if self._accepted(leader) else self._search(few)
        yield whole
        found = joined(expected, glanced, whole)
        if not self._accepted(found) and self._may_look_further():
            further = self._search(budget(few, self._size))
            yield further
            found = joined(found, further)
        best = float(found.rating.max(initial=-np.inf))
        likely = [self._hint.rungs] if self._hint.rungs else []
        for rungs in chain(likely, self._batches()):
            if best >= self._threshold + CERTAIN or self._is_late():
                return
            climbed = self._climb(rungs, self._votes)
            yield climbed
            best = max(best, climbed.rating.max(initial=-np.inf))
        rungs = swept(self._query.ladder)
        if rungs and best < self._threshold and not self._is_late():
            yield self._climb(rungs, self._lifts)

    def _batches(self) -> Iterator[Sequence[Rung]]:
        """Yield the ladder's rungs, finer ones where only exact cells can be afforded."""
        few, query = self._heard.few, self._query
        index, most = self._references, query.rung_postings
        fuzzy = is_affordable(index, few, self._params, query, most)
        yield from batches(query.ladder, fine=not fuzzy)

    def _is_late(self) -> bool:
        return time.monotonic() > self._deadline

    def _accepted(self, evidence: Evidence) -> bool:
        return bool((evidence.rating >= self._threshold).any())

    def _explains(self, evidence: Evidence) -> bool:
        """Tell whether the best of this is accepted, and nothing else need sound."""
        leader = evidence.take(evidence.order()[:1])
        return self._accepted(leader) and bool(_agrees_throughout(leader).all())

    def _expected(self) -> Evidence:
        """Look where the clip lies if what was heard before it runs on."""
        places = self._hint.places
        numbers = self._numbers([one.key for one in places])
        courses = [one.course for one in places]
        rough = self._roughly(placed(courses, numbers, 0.0, self._params.peaks))
        return self._weighed(rough.hypotheses)

    def _glances(self) -> Iterator[Probes]:
        """Yield exact pairs of the sparser peaks: the rarest, then more, if there are more."""
        query, asked = self._query, -1
        every = query_probes(self._heard.few, self._params, query.fanout, EXACT)
        for postings in query.glances:
            probes = rarest(self._references, every, budget(postings, self._size))
            if len(probes.hash) > asked:
                yield probes
            asked = len(probes.hash)

    def _glance(self) -> Evidence:
        """Weigh the places with most votes."""
        rough = self._roughly(self._plain(self._voted[: self._query.candidates]))
        return self._weighed(rough.hypotheses.take(rough.order()[:WEIGHED_QUICKLY]))

    def _may_look_further(self) -> bool:
        """Tell whether the ladder begins with more pairs of the clip as it is.

        Only a large catalogue has more than were looked at.
        """
        query, most = self._query, self._query.look_postings
        if query.ladder is Ladder.OFF or self._is_late() or budget(most, self._size) == most:
            return False
        return not is_affordable(self._references, self._heard.few, self._params, query, most)

    def _search(self, postings: int) -> Evidence:
        """Look at all pairs that can be afforded with so many postings, and sweep."""
        query = self._query
        probes = affordable(self._references, self._heard.few, self._params, query, postings)
        self._look(probes, VOTED)
        return self._sweep(self._voted[: query.candidates])

    def _sweep(self, voted: Sequence[Candidate] = ()) -> Evidence:
        """Compare the clip with every place, or every place of the tracks with most votes.

        Weighed are what the sweep lifts most and, of what votes brought up, what agrees best.
        """
        rough = self._roughly(self._plain(voted))
        best = rough.hypotheses.take(rough.order()[:WEIGHED_QUICKLY])
        lifted = self._plain(sweep(self._clip, self._constellations(), WEIGHED))
        return joined(self._weighed(best), self._weighed(self._roughly(lifted).hypotheses))

    def _look(self, probes: Probes, limit: int) -> None:
        """Note where most votes fall."""
        self._voted = find_candidates(self._references, probes, self._clip.frames, limit)

    def _plain(self, found: Sequence[Candidate | Place]) -> Hypotheses:
        """Take the clip for unmodified."""
        return plain(found, self._numbers([one.key for one in found]), self._clip.steps)

    def _constellations(self) -> Iterator[tuple[Sequence[int], Callable[[], Constellations]]]:
        """Yield the keys to sweep, and what unpacks their constellations, some at a time."""
        keys = self._swept_keys()
        for first in range(0, len(keys), CHUNK):
            there, packed = self._packed(keys[first : first + CHUNK])
            yield there, partial(packing.unpack_all, packed)

    def _packed(self, keys: Iterable[int]) -> tuple[Sequence[int], Sequence[bytes]]:
        """Return the keys that are there, in order, and their packed constellations."""
        packed = self._references.constellations(keys)
        there = sorted(packed)
        return there, [packed[key] for key in there]

    def _swept_keys(self) -> list[int]:
        budget = round(self._query.sweep_hours * 3600 * frame_rate_hz(self._params.peaks))
        if self._size <= budget:
            return sorted(self._every_key())
        frames = {one.key: one.track_frames for one in self._voted}
        upto = np.searchsorted(np.cumsum(list(frames.values())), budget, side="right")
        return list(frames)[:upto]

    def _every_key(self) -> Iterator[int]:
        for tape in self._references.tapes(np.empty(0, np.uint32)):
            yield from tape.keys[~tape.dead].tolist()

    def _votes(self, rung: Rung) -> Sequence[Candidate]:
        """Return where the votes fall on this rung."""
        clip, few = self._clip, self._heard.few
        index = self._references
        return climb(rung, few, clip.frames, index, clip.axis, self._params, self._query)

    def _lifts(self, rung: Rung) -> Sequence[Place]:
        """Return what a sweep lifts most on this rung."""
        tempo, pitch = rung
        return sweep(self._clip, self._constellations(), PER_RUNG, tempo=tempo, pitch=pitch)

    def _climb(
        self, rungs: Sequence[Rung], look: Callable[[Rung], Sequence[Candidate | Place]]
    ) -> Evidence:
        """Look for the clip under other speeds, tempos and pitches."""
        found: list[tuple[Rung, Candidate | Place]] = []
        for rung in rungs:
            if self._is_late():
                break
            found += [(rung, one) for one in look(rung)]
        numbers = self._numbers([one.key for _, one in found])
        rough = self._roughly(hypotheses_of(found, numbers, self._clip.steps))
        self.trials += len(rungs)
        if not len(rough.score):
            return rough
        best = rough.hypotheses.take(rough.order()[:CLIMBED])
        moved = self._roughly(nearby(best, self._clip))
        which = moved.score.reshape(-1, len(MOVES)).argmax(axis=1)
        which += np.arange(len(best)) * len(MOVES)
        close = moved.take(which)
        close = close.take(close.order()[:WEIGHED])
        fitted = refine(self._clip, self._tracks, close.hypotheses)
        return self._weighed(fitted)

    def _numbers(self, keys: Sequence[int]) -> NDArray[np.int64]:
        """Return the numbers of tracks, -1 for one that is gone; bring up those that are new."""
        new, packed = self._packed(sorted(set(keys) - set(self._keys)))
        self._keys += new
        self._tracks = packing.joined(self._tracks, packing.unpack_all(packed))
        number = {key: i for i, key in enumerate(self._keys)}
        return np.array([number.get(key, -1) for key in keys], np.int64)

    def _roughly(self, hypotheses: Hypotheses) -> Evidence:
        """Compare hypotheses without measuring chance, each moved to where it agrees best."""
        there = hypotheses.take(np.flatnonzero(hypotheses.reference >= 0))
        return examine(self._clip, self._tracks, there, reach_steps=REACH_STEPS, shifted=False)

    def _weighed(self, hypotheses: Hypotheses) -> Evidence:
        """Weigh hypotheses in full."""
        clip, references = self._clip, self._tracks
        evidence = examine(clip, references, hypotheses, reach_steps=0, shifted=True)
        around = surroundings(clip, references, hypotheses)
        traits = decision.traits(evidence, around, clip.frames)
        cost = decision.size_cost(self._size) + np.log1p(self.trials)
        scale = decision.scale_of(by_peaks=clip.by_peaks)
        return replace(evidence, traits=traits, rating=decision.rating(traits, scale) - cost)

    def _refined(self, evidence: Evidence) -> Evidence:
        """Centre what is accepted; keep a fit of tempo and pitch where it is clearly better."""
        worth = (evidence.rating >= self._threshold) & _may_be_told_of(evidence)
        # only what agrees for a moment may have been accepted under a wrong tempo
        throughout = _agrees_throughout(evidence)
        whole, part = np.flatnonzero(worth & throughout), np.flatnonzero(worth & ~throughout)
        good = evidence.take(np.concatenate([whole, part]))
        clip, references, accepted = self._clip, self._tracks, good.hypotheses
        centred = centre(clip, references, accepted)
        turned = paced(clip, references, evidence.hypotheses.take(part), REACH_STEPS)
        moved = self._roughly(nearby(evidence.hypotheses.take(whole).joined(turned), clip))
        which = moved.score.reshape(-1, len(MOVES)).argmax(axis=1)
        which += np.arange(len(accepted)) * len(MOVES)
        fitted = refine(clip, references, moved.hypotheses.take(which))
        tried = self._weighed(centred.joined(fitted))
        tried = replace(tried, rating=np.maximum(tried.rating, np.tile(good.rating, 2)))
        as_is, fit = np.split(tried.score, 2)
        unmodified = (centred.tempo == 1) & (centred.pitch == 1)
        better = fit > as_is + np.where(unmodified, REFINED_GAIN, -REFINED_GAIN)
        best = np.arange(len(accepted)) + np.where(better, len(accepted), 0)
        return joined(evidence.take(np.flatnonzero(~worth)), tried.take(best))


def _agrees_throughout(evidence: Evidence) -> NDArray[np.bool_]:
    """Mark the places that have nearly all of their peaks: nothing else need sound or be wrong."""
    throughout: NDArray[np.bool_] = evidence.found >= EXPLAINED * evidence.expected
    return throughout


def _may_be_told_of(evidence: Evidence) -> NDArray[np.bool_]:
    """Mark the places of each track whose score comes near to that of its best, as that agrees.

    If the best does not agree throughout, another may be better once its tempo is right.
    """
    order, reference = evidence.order(), evidence.hypotheses.reference
    tracks, first = np.unique(reference[order], return_index=True)
    best = order[first][np.searchsorted(tracks, reference)]
    least = np.where(_agrees_throughout(evidence)[best], REFINED_SHARE * evidence.score[best], 0)
    told: NDArray[np.bool_] = evidence.score >= least
    return told
