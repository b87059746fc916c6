"""The life of a query: candidates, verification, refinement, grouping, decision.

Pure: it is handed what it reads, and knows nothing of where that is stored.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from earmark.landmarks import query_probes
from earmark.matching import decision
from earmark.matching.alignment import centre, grid_size, plain, refine, stretched
from earmark.matching.candidates import find_candidates
from earmark.matching.grouping import grouped
from earmark.matching.spans import Span, span_of
from earmark.matching.verification import Case, Clip, Evidence, Hypotheses, examine, join
from earmark.types import Relation, Status
from earmark.units import steps_to_seconds

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from earmark.matching.candidates import Candidate
    from earmark.params import Params, QueryParams
    from earmark.tape import Tape
    from earmark.types import Peaks

REACH_STEPS = 14
"""How far votes and truth may lie apart: the votes' window and the rounding of two frames."""

VERIFIED = 12
"""Candidates whose chance is measured; the others are told apart without it."""

STRETCHED = 20
"""Candidates tried under other tempos, speeds and pitches when none was accepted as it is."""

REFINED_GAIN = 2.0
"""Nats that a fitted tempo or pitch must gain over the unmodified clip to be believed."""

SHOWN_CANDIDATES = 5


class References(Protocol):
    """What a query reads of a library."""

    def tapes(self, hashes: NDArray[np.uint32]) -> Sequence[Tape]:
        """Return tapes that hold all postings of these hashes."""

    def frames(self) -> int:
        """Return the duration of all tracks together; the threshold follows it."""

    def constellations(self, keys: Iterable[int]) -> Mapping[int, bytes]:
        """Return the packed constellations of the tracks that are there."""


@dataclass(frozen=True, slots=True)
class Found:
    """One track found in a clip; `types.Match` before its track is looked up."""

    key: int
    relation: Relation
    score: float
    confidence: float
    offset_s: float
    other_offsets_s: tuple[float, ...]
    span: Span
    tempo: float
    pitch: float
    """Clip frequency to track frequency."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the matcher says about a clip."""

    status: Status
    matches: tuple[Found, ...] = ()
    candidates: tuple[Found, ...] = ()


def match(
    peaks: Peaks,
    frames: int,
    references: References,
    params: Params,
    query: QueryParams,
) -> Verdict:
    """Name a clip.

    Args:
        peaks: the clip's dense constellation.
        frames: duration of the clip.
        references: the library's index and constellations.
        params: the parameters that the library was made with.
        query: how hard to look.
    """
    if not len(peaks):
        return Verdict(Status.SILENT)
    probes = query_probes(peaks, params, query)
    tapes = references.tapes(probes.hash)
    catalogue_frames = references.frames()
    candidates = find_candidates(tapes, probes, frames, query.candidates)
    stored = references.constellations({c.key for c in candidates})
    candidates = [c for c in candidates if c.key in stored]
    if not candidates:
        return Verdict(Status.NO_MATCH)
    keys = sorted(stored)
    case = Case(
        Clip.of(peaks, frames, params.peaks.steps),
        keys,
        join([stored[key] for key in keys]),
        decision.threshold(catalogue_frames),
    )
    return _Judge(case, params, catalogue_frames).verdict(_weigh(case, candidates))


def _weigh(case: Case, candidates: Sequence[Candidate]) -> Evidence:
    """Verify the candidates as they are; if none is accepted, stretched; sorted, best first."""
    steps = case.clip.steps
    reference = np.searchsorted(case.keys, [c.key for c in candidates])
    rough = examine(
        case.clip,
        case.references,
        plain(candidates, reference, steps),
        reach_steps=REACH_STEPS,
        shifted=False,
    )
    evidence = examine(
        case.clip,
        case.references,
        rough.hypotheses.take(rough.order()[:VERIFIED]),
        reach_steps=0,
        shifted=True,
    )
    if evidence.score.max() < case.threshold:
        return evidence.joined(
            _weigh_stretched(case, candidates[:STRETCHED], reference[:STRETCHED])
        )
    best = rough.order()[:1]
    leader = [candidates[int(best[0])]]
    return _refined(case, evidence).joined(_weigh_stretched(case, leader, reference[best]))


def _refined(case: Case, evidence: Evidence) -> Evidence:
    """Centre what is accepted; keep a fit of tempo and pitch where it is clearly better."""
    good = np.flatnonzero(evidence.score >= case.threshold)
    accepted = evidence.hypotheses.take(good)
    centred = centre(case.clip, case.references, accepted)
    fitted = refine(case.clip, case.references, centred)
    as_is = examine(case.clip, case.references, centred, reach_steps=0, shifted=True)
    tried = examine(case.clip, case.references, fitted, reach_steps=0, shifted=True)
    better = tried.score > as_is.score + REFINED_GAIN
    others = np.flatnonzero(evidence.score < case.threshold)
    return (
        evidence.take(others)
        .joined(as_is.take(np.flatnonzero(~better)))
        .joined(tried.take(np.flatnonzero(better)))
    )


def _weigh_stretched(
    case: Case, candidates: Sequence[Candidate], reference: NDArray[np.int64]
) -> Evidence:
    """Try other tempos, speeds and pitches; each hypothesis tried lowers the score of all."""
    hypotheses = stretched(candidates, reference, case.clip.steps)
    rough = examine(case.clip, case.references, hypotheses, reach_steps=REACH_STEPS, shifted=False)
    best = rough.score.reshape(len(candidates), -1).argmax(axis=1)
    best += np.arange(len(candidates)) * grid_size()
    best = best[np.argsort(-rough.score[best], kind="stable")][:VERIFIED]
    fitted = refine(case.clip, case.references, rough.hypotheses.take(best))
    tried = examine(case.clip, case.references, fitted, reach_steps=0, shifted=True)
    return tried.lowered(np.log(len(hypotheses)))


class _Judge:
    """Turns evidence into a verdict."""

    def __init__(self, case: Case, params: Params, catalogue_frames: int) -> None:
        self._case = case
        self._params = params
        self._catalogue_frames = catalogue_frames

    def verdict(self, evidence: Evidence) -> Verdict:
        evidence = evidence.take(evidence.order())
        groups = grouped(self._case, evidence)
        weaker = tuple(
            self._found(evidence, which, (), Relation.BEST)
            for which in groups.weaker[:SHOWN_CANDIDATES]
            if evidence.score[which] > 0
        )
        matches = tuple(
            self._found(evidence, which, groups.elsewhere[which], relation)
            for which, relation in groups.matches
        )
        if not matches:
            return Verdict(Status.NO_MATCH, (), weaker)
        status = Status.AMBIGUOUS if groups.ambiguous else Status.IDENTIFIED
        return Verdict(status, matches, weaker)

    def _found(
        self, evidence: Evidence, which: int, elsewhere: Sequence[int], relation: Relation
    ) -> Found:
        hypotheses = evidence.hypotheses
        places = sorted(self._seconds(hypotheses.offset[i]) for i in (which, *elsewhere))
        earliest = min((which, *elsewhere), key=lambda i: hypotheses.offset[i])
        score = float(evidence.score[which])
        return Found(
            key=self._case.keys[hypotheses.reference[which]],
            relation=relation,
            score=score,
            confidence=decision.confidence(score, self._catalogue_frames),
            offset_s=places[0],
            other_offsets_s=tuple(places[1:]),
            span=span_of(self._case, evidence, earliest, self._params.peaks),
            tempo=float(hypotheses.tempo[earliest]),
            pitch=float(hypotheses.pitch[earliest]),
        )

    def _seconds(self, steps: float) -> float:
        return steps_to_seconds(float(steps), self._params.peaks)


__all__ = ["Found", "Hypotheses", "References", "Verdict", "match"]
