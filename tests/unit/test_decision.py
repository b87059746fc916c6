from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.matching.decision import confidence, threshold

frames = st.integers(0, 1 << 45)
scores = st.floats(0, 1e6)


@given(scores, scores, frames)
def test_a_higher_score_is_never_less_sure(one: float, other: float, catalogue: int) -> None:
    """Confidence rises with the score."""
    low, high = sorted([one, other])
    assert confidence(low, catalogue) <= confidence(high, catalogue)


@given(scores, frames, frames)
def test_a_larger_catalogue_asks_for_more(score: float, one: int, other: int) -> None:
    """More places to be wrong at raise the threshold and lower the confidence."""
    small, large = sorted([one, other])
    assert threshold(small) <= threshold(large)
    assert confidence(score, small) >= confidence(score, large)


@given(st.floats(-1e9, 1e9), frames)
def test_confidence_is_a_probability(score: float, catalogue: int) -> None:
    """It lies between 0 and 1, whatever the score."""
    assert 0 <= confidence(score, catalogue) <= 1


@pytest.mark.parametrize("catalogue", [1, 10**7, 10**10])
def test_what_is_reported_is_believed(catalogue: int) -> None:
    """At the threshold a match is likely; without any agreement it is not."""
    assert confidence(threshold(catalogue), catalogue) > 0.8
    assert confidence(0, catalogue) < 0.01


def test_ten_times_the_catalogue_costs_the_logarithm_of_ten() -> None:
    """A wrong alignment reaches a score with a chance that falls exponentially."""
    assert threshold(10**10) - threshold(10**9) == pytest.approx(2.302585)
