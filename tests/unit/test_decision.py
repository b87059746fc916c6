from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.matching.alignment import plain_at
from earmark.matching.clip import Clip
from earmark.matching.decision import (
    CATALOGUE_FRAMES,
    SOUND,
    agreement_threshold,
    confidence,
    rating,
    size_cost,
    threshold,
    traits,
)
from earmark.matching.sweep import surroundings
from earmark.matching.verification import TRAITS, examine
from tests.constellations import STEPS_PER_S, excerpt, make_clip, make_peaks, mixed, stored

frames = st.integers(0, 1 << 45)
ratings = st.floats(-1e6, 1e6)
rates = st.floats(1e-12, 0.99)

TRACK = make_peaks(1, 60)
CLIP = make_clip(mixed(excerpt(TRACK, 20, 10), make_peaks(2, 10, 40)), 10)


def rated(clip: Clip, offset_s: float) -> float:
    """The rating of the hypothesis that the clip starts here in the track."""
    references, place = stored(TRACK), plain_at(0, offset_s * STEPS_PER_S)
    evidence = examine(clip, references, place, reach_steps=0, shifted=True)
    known = traits(evidence, surroundings(clip, references, place), clip.frames)
    assert known.shape == (1, TRAITS) == (1, len(SOUND.weights))
    return float(rating(known)[0])


@given(ratings, ratings)
def test_a_higher_rating_is_never_less_sure(one: float, other: float) -> None:
    """Confidence rises with the rating."""
    low, high = sorted([one, other])
    assert confidence(low) <= confidence(high)


@given(st.floats(allow_nan=False))
def test_confidence_is_a_probability(value: float) -> None:
    """It lies between 0 and 1, whatever the rating, an infinite one too."""
    assert 0 <= confidence(value) <= 1


@given(frames, frames)
def test_a_larger_catalogue_costs_more(one: int, other: int) -> None:
    """More places to be wrong at are taken off the rating, and asked of a score."""
    small, large = sorted([one, other])
    assert 0 <= size_cost(small) <= size_cost(large)
    assert agreement_threshold(small) <= agreement_threshold(large)


def test_ten_times_the_catalogue_costs_the_logarithm_of_ten() -> None:
    """A wrong alignment reaches a rating with a chance that falls exponentially."""
    assert size_cost(10**10) - size_cost(10**9) == pytest.approx(math.log(10))
    assert agreement_threshold(10**10) - agreement_threshold(10**9) == pytest.approx(math.log(10))


def test_a_small_catalogue_is_judged_as_one_of_ten_hours() -> None:
    """What a few tracks cannot be mistaken for proves nothing about the rest of music."""
    assert size_cost(0) == size_cost(1) == size_cost(CATALOGUE_FRAMES) == 0
    assert agreement_threshold(0) == agreement_threshold(CATALOGUE_FRAMES)


@given(rates, rates)
def test_who_accepts_more_mistakes_asks_for_less(one: float, other: float) -> None:
    """A higher false-accept rate never raises the threshold, and a rate is a chance of exp(-r)."""
    low, high = sorted([one, other])
    assert threshold(low) >= threshold(high) >= 0
    assert math.exp(-threshold(one)) == pytest.approx(one)


def test_what_is_reported_at_the_usual_rate_is_believed() -> None:
    """At the usual threshold a match is likely; one that chance reaches every time is not."""
    assert confidence(threshold(1e-4)) > 0.8
    assert confidence(0.0) < 0.1


def test_the_right_place_is_rated_above_the_threshold_and_others_below() -> None:
    """Where the clip was cut the rating is clear; anywhere else in the track it is not reached."""
    elsewhere = [rated(CLIP, offset_s) for offset_s in (3.0, 11.1, 18.4, 21.7, 33.0, 47.9)]
    assert rated(CLIP, 20) > threshold(1e-4) + 10
    assert max(elsewhere) < threshold(1e-2)


def test_no_hypotheses_have_no_ratings() -> None:
    """Nothing in, nothing out."""
    assert rating(np.empty((0, TRAITS))).shape == (0,)
