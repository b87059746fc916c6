"""Tests of earmark.scanning.edges."""

from __future__ import annotations

import numpy as np
import pytest

from earmark.scanning.edges import coverage, stretch, weights
from earmark.scanning.following import Witnesses

AT_S = np.arange(0, 60, 0.05)
PLAYS = (AT_S >= 20) & (AT_S < 40)


def witnesses(share: float = 0.9, chance: float = 0.04) -> Witnesses:
    """Peaks of a track that plays from 20 to 40 s of a minute, 20 of them a second."""
    heard = np.random.default_rng(3).random(len(AT_S)) < np.where(PLAYS, share, chance)
    numbers = np.where(heard, np.arange(len(AT_S)), -1)
    return Witnesses(AT_S, numbers, np.full(len(AT_S), chance))


def edges(found: Witnesses) -> tuple[float, float]:
    """Where they say that the track begins and ends."""
    said = weights(found, (AT_S >= 25) & (AT_S <= 35))
    return stretch(found.at_s, said, 25, 35)


@pytest.mark.parametrize(("share", "within_s"), [(0.9, 0.3), (0.4, 1.0)])
def test_a_track_begins_and_ends_where_its_peaks_do(share: float, within_s: float) -> None:
    """The more exactly, the more of its peaks are heard."""
    assert edges(witnesses(share)) == pytest.approx((20, 40), abs=within_s)


def test_a_track_plays_on_under_a_voice() -> None:
    """Two seconds in which nothing of it is heard do not end it."""
    found = witnesses()
    covered = (found.at_s > 36) & (found.at_s < 38)
    partner = np.where(covered, -1, found.partner)
    assert edges(Witnesses(found.at_s, partner, found.chance))[1] == pytest.approx(40, abs=0.5)


def test_without_a_witness_the_windows_decide() -> None:
    """Where no peak was asked, what is beyond doubt is all."""
    assert stretch(np.empty(0), np.empty(0), 3, 5) == (3, 5)


def test_coverage_is_the_part_in_which_a_track_is_heard() -> None:
    """Of a minute in which it plays for 20 s, a third."""
    found = witnesses()
    said = weights(found, PLAYS)
    assert coverage(AT_S, said, 0, 60) == pytest.approx(1 / 3, abs=0.1)
    assert coverage(AT_S[PLAYS], said[PLAYS], 20, 40) == 1
