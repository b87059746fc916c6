"""Which of the accepted tracks are versions of one recording, which play at once, which compete."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from earmark.matching.alignment import plain_at
from earmark.matching.clip import chart_of
from earmark.matching.verification import (
    MOMENT_STEPS,
    agreement,
    examine,
    pair_up,
    weighed,
)
from earmark.types import Constellation, Relation

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from earmark.matching.verification import Case, Evidence

EQUAL_PLACES = 0.97
"""A place of a track is as good as the best when it has this part of the best's score."""

SAME_PLACE_STEPS = 125
"""Places nearer than this (a quarter of a second) are one place."""

SAME_RECORDING = 0.3
"""Two tracks are versions of one recording when they share this part of their peaks throughout."""

NO_LEAD = 0.9
"""A rival with this part of the best score cannot be told apart from the best."""

VERSION_REACH_STEPS = 24

NEIGHBOURHOOD_FRAMES = 3750
"""How far around the clip two tracks are compared: a minute to either side."""


@dataclass(slots=True)
class Groups:
    """Evidence sorted out; numbers are rows of the evidence."""

    matches: list[tuple[int, Relation]] = field(default_factory=list)
    """Best first."""
    ambiguous: bool = False
    weaker: list[int] = field(default_factory=list)
    """One row for every other track."""
    elsewhere: dict[int, list[int]] = field(default_factory=dict)
    """Other places of the same track that are as good as this one."""


def grouped(case: Case, evidence: Evidence) -> Groups:
    """Sort out evidence that is in order, best first."""
    groups = Groups()
    leaders = _leaders(evidence, groups)
    accepted = [which for which in leaders if evidence.rating[which] >= case.threshold]
    groups.weaker = [which for which in leaders if evidence.rating[which] < case.threshold]
    if not accepted:
        return groups
    best = accepted[0]
    groups.matches.append((best, Relation.BEST))
    heads = {best: Relation.VERSION}
    claimed = _claim(case, evidence, best)
    for which in accepted[1:]:
        relation = _of_a_group(case, evidence, which, heads)
        if relation is not None:
            groups.matches.append((which, relation))
        elif _own_score(case, evidence, which, claimed) >= case.agreement:
            groups.matches.append((which, Relation.SIMULTANEOUS))
            heads[which] = Relation.SIMULTANEOUS
            claimed |= _claim(case, evidence, which)
        elif evidence.score[which] >= NO_LEAD * evidence.score[best]:
            groups.matches.append((which, Relation.BEST))
            heads[which] = Relation.BEST
            groups.ambiguous = True
        else:
            groups.weaker.append(which)
    groups.weaker.sort()
    return groups


def _of_a_group(
    case: Case, evidence: Evidence, which: int, heads: dict[int, Relation]
) -> Relation | None:
    """Return how a track stands to the best if it is a version of the head of a group.

    Args:
        case: the clip and its tracks.
        evidence: what was found.
        which: row of the track.
        heads: row of the first track of each group, and what its other versions are.
    """
    return next(
        (
            relation
            for head, relation in heads.items()
            if same_recording(case, evidence, head, which)
        ),
        None,
    )


def _leaders(evidence: Evidence, groups: Groups) -> list[int]:
    """Return the best row of each track, and note its other places in `groups.elsewhere`."""
    leaders: dict[int, int] = {}
    hypotheses = evidence.hypotheses
    for which, reference in enumerate(hypotheses.reference.tolist()):
        leader = leaders.setdefault(reference, which)
        places = groups.elsewhere.setdefault(leader, [])
        apart = [
            abs(hypotheses.offset[which] - hypotheses.offset[other]) for other in (leader, *places)
        ]
        equal = evidence.score[which] >= EQUAL_PLACES * evidence.score[leader]
        if equal and min(apart) > SAME_PLACE_STEPS:
            places.append(which)
    return list(leaders.values())


def _claim(case: Case, evidence: Evidence, which: int) -> NDArray[np.bool_]:
    """Mark the clip's peaks that this match explains."""
    claimed = np.zeros(len(case.clip.peaks), np.bool_)
    partner = pair_up(case.clip, case.references, evidence.hypotheses, which).partner
    claimed[partner[partner >= 0]] = True
    return claimed


def _own_score(case: Case, evidence: Evidence, which: int, claimed: NDArray[np.bool_]) -> float:
    """Return the score that remains without the peaks that better matches explain."""
    pairs = pair_up(case.clip, case.references, evidence.hypotheses, which)
    agreeing = pairs.partner >= 0
    shared = agreeing & claimed[pairs.partner]  # a partner of -1 is masked out
    own = pairs.time[agreeing & ~shared]
    expected = np.array([len(pairs.time) - shared.sum()], np.float64)
    found, moments = np.array([len(own)], np.float64), np.array([_moments(own)], np.float64)
    chance = evidence.chance[which : which + 1]
    return float(weighed(agreement(expected, found, chance), found, moments)[0])


def _moments(times: NDArray[np.int64]) -> int:
    """Count the moments in which peaks at these ascending times, in steps, sound."""
    count, latest = 0, -np.inf
    for time in times.tolist():
        if time - latest > MOMENT_STEPS:
            count, latest = count + 1, time
    return count


def same_recording(case: Case, evidence: Evidence, one: int, other: int) -> bool:
    """Tell whether two matches are the same sound throughout, not only where the clip lies."""
    hypotheses = evidence.hypotheses
    peaks = case.references.of(int(hypotheses.reference[one]))
    steps, margin = case.clip.steps, NEIGHBOURHOOD_FRAMES * case.clip.steps
    start = max(0, int(hypotheses.offset[one]) - margin)
    end = int(hypotheses.offset[one]) + case.clip.length_steps + margin
    near = (peaks.time >= start) & (peaks.time < end)
    if not near.any():
        return False
    passage = Constellation(peaks.time[near] - start, peaks.frequency[near])
    whole = chart_of(passage, int(passage.time[-1]) // steps + 1, case.clip.axis.params)
    place = hypotheses.offset[other] - hypotheses.offset[one] + start
    found = examine(
        whole,
        case.references,
        plain_at(int(hypotheses.reference[other]), float(place)),
        reach_steps=VERSION_REACH_STEPS,
        shifted=False,
    )
    return bool(found.found[0] >= SAME_RECORDING * max(found.expected[0], 1))
