"""From evidence to a verdict: what is told of a clip."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from earmark.matching import decision
from earmark.matching.grouping import grouped
from earmark.matching.spans import Span, span_of
from earmark.types import Relation, Status
from earmark.units import steps_to_seconds

if TYPE_CHECKING:
    from earmark.matching.verification import Case, Evidence
    from earmark.params import Params

SHOWN_CANDIDATES = 5


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


def judged(case: Case, evidence: Evidence, params: Params) -> Verdict:
    """Say what some evidence, not in order, comes to."""
    return _Judge(case, params).verdict(evidence)


class _Judge:
    """Turns evidence into a verdict."""

    def __init__(self, case: Case, params: Params) -> None:
        self._case = case
        self._params = params

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
        rating = float(evidence.rating[which])
        scale = decision.scale_of(by_peaks=self._case.clip.by_peaks)
        return Found(
            key=self._case.keys[hypotheses.reference[which]],
            relation=relation,
            score=rating,
            confidence=decision.confidence(rating, scale),
            offset_s=places[0],
            other_offsets_s=tuple(places[1:]),
            span=span_of(self._case, evidence, earliest, self._params.peaks),
            tempo=float(hypotheses.tempo[earliest]),
            pitch=float(hypotheses.pitch[earliest]),
        )

    def _seconds(self, steps: float) -> float:
        return steps_to_seconds(float(steps), self._params.peaks)
