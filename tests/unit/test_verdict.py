"""Tests of earmark.matching.verdict."""

from __future__ import annotations

from dataclasses import replace

import pytest

from earmark.matching.verdict import judged
from earmark.matching.verification import nothing
from earmark.types import Relation, Status
from tests.constellations import PARAMS, case_of, excerpt, make_clip, make_peaks, mixed
from tests.constellations import judged as evidence_of

TRACKS = [make_peaks(1, 60), make_peaks(2, 60)]
CASE = case_of(make_clip(mixed(excerpt(TRACKS[0], 20, 10), make_peaks(3, 10, 40)), 10), TRACKS)


def test_what_is_accepted_is_told_with_its_place() -> None:
    """The track, where the clip begins in it, and how sure that is."""
    verdict = judged(CASE, evidence_of(CASE, (0, 20.0), (1, 5.0)), PARAMS)
    (found,) = verdict.matches
    assert (verdict.status, found.relation, found.key) == (Status.IDENTIFIED, Relation.BEST, 0)
    assert found.offset_s == pytest.approx(20, abs=0.02)
    assert found.confidence > 0.99


def test_what_is_not_accepted_is_a_candidate() -> None:
    """Where more is asked for, the same place is told as the nearest, and no match."""
    case = replace(CASE, threshold=1e6)
    verdict = judged(case, evidence_of(case, (0, 20.0)), PARAMS)
    assert (verdict.status, verdict.matches) == (Status.NO_MATCH, ())
    assert [found.key for found in verdict.candidates] == [0]


def test_nothing_comes_to_no_match() -> None:
    """Without evidence there is nothing to tell."""
    verdict = judged(CASE, nothing(), PARAMS)
    assert (verdict.status, verdict.candidates) == (Status.NO_MATCH, ())
