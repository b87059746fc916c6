"""Tests of earmark.evaluation.summary."""

from __future__ import annotations

import pytest

from earmark.evaluation.conditions import Condition, Sound
from earmark.evaluation.summary import Share, row, summarised
from earmark.evaluation.trials import Offset, Outcome, Trial
from tests.measurements import CLEAN, SETUP, STRANGER, report, trial


def test_a_row_counts_hits_and_wrong_tracks() -> None:
    """Of four clips two are named, one is taken for another and one is missed."""
    outcomes = (Outcome.HIT, Outcome.HIT, Outcome.WRONG, Outcome.MISS)
    found = row([trial(outcome) for outcome in outcomes], CLEAN)
    assert (found.found.count, found.found.n, found.wrong) == (2, 4, 1)
    assert found.found.low < 0.5 < found.found.high


def test_strangers_have_the_exact_interval() -> None:
    """None of ten accepted leaves 31 %; Wilson's formula would say 28."""
    found = row([trial(Outcome.REJECTED, STRANGER)] * 10, STRANGER)
    assert found.found.high == pytest.approx(0.3085, abs=1e-4)


def test_a_relative_is_no_stranger() -> None:
    """What the catalogue does hold is told, but counts neither as accepted nor as a clip."""
    related = trial(Outcome.RELATED, STRANGER, is_same_sound=True)
    found = row([related, trial(Outcome.REJECTED, STRANGER)], STRANGER)
    assert (found.found.count, found.found.n, found.related) == (0, 1, 1)


def test_places_are_counted_where_they_were_judged() -> None:
    """Repeats apart; hits at another speed and misses have no place."""
    offsets = (Offset.RIGHT, Offset.REPEAT, Offset.WRONG, None)
    found = row([trial(offset=offset) for offset in offsets], CLEAN)
    assert (found.places.n, found.places.right, found.places.repeats) == (3, 1, 1)


def test_errors_are_medians_without_sign() -> None:
    """Half a percent too slow and too fast are both half a percent off."""
    found = row([trial(tempo_error=error) for error in (-0.005, 0.005, 0.001)], CLEAN)
    assert found.tempo_error == 0.005
    assert found.pitch_error_st is None


def test_pairs_are_counted_apart() -> None:
    """Either track is a hit; both are a share of their own."""
    pair = Condition("overlap", "", 5, Sound.PAIR)
    found = row([trial(condition=pair, has_both=both) for both in (True, False)], pair)
    assert found.both is not None
    assert (found.both.count, found.both.n, found.found.count) == (1, 2, 2)


def test_no_clip_is_no_rate() -> None:
    """A condition that nothing was long enough for has no rate, no time and no place."""
    found = row([], CLEAN)
    assert (found.found.rate, found.median_ms, found.places.n) == (None, None, 0)


def test_a_report_has_a_row_for_each_condition_in_order() -> None:
    """Known music and strangers have totals of their own."""
    found = report()
    assert [one.condition for one in found.rows] == [CLEAN, STRANGER]
    assert (found.known.found.n, found.strangers.found.n) == (3, 2)


def test_mistakes_are_kept() -> None:
    """Wrong tracks and accepted strangers can be looked at."""
    assert [one.outcome for one in report().mistakes] == [Outcome.WRONG, Outcome.ACCEPTED]


def test_calibration_takes_every_best_candidate() -> None:
    """Known and unknown, accepted or not, but for what is excused."""
    excused = trial(Outcome.RELATED, STRANGER, is_same_sound=True)
    trials: list[Trial] = [trial(), trial(Outcome.REJECTED, STRANGER), excused]
    found = summarised(trials, [CLEAN, STRANGER], SETUP, [], is_complete=True)
    assert sum(one.n for one in found.bins) == 2


@pytest.mark.parametrize(("count", "text"), [(5, "90 to 100"), (0, "98.00 to 99.50")])
def test_an_interval_has_decimals_where_it_is_narrow(count: int, text: str) -> None:
    """Two points and more are told in whole percent."""
    low, high = (0.9, 1.0) if count else (0.98, 0.995)
    assert Share(count, 10, low, high).interval == text
