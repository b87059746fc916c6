from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from earmark.matching.alignment import plain_at
from earmark.matching.clip import FINE_STEPS, FREQUENCY_STEPS, Clip
from earmark.matching.verification import (
    MAX_REACH_STEPS,
    PRIOR_FOUND,
    PRIOR_PEAKS,
    TRAITS,
    Evidence,
    Hypotheses,
    agreement,
    examine,
    joined,
    nothing,
    pair_up,
    weighed,
)
from earmark.types import Peaks
from tests.constellations import (
    STEPS_PER_S,
    excerpt,
    make_clip,
    make_peaks,
    mixed,
    sorted_peaks,
    stored,
)

TRACK = make_peaks(1, 60)
DENSE = mixed(TRACK, make_peaks(2, 60, 40))
"""The track as a clip hears it: with many more peaks."""

counts = st.integers(1, 500)


def one(value: float) -> NDArray[np.float64]:
    """An array of one number."""
    return np.array([value], np.float64)


def look(
    clip: Clip, track: Peaks, offset_s: float, *, reach_steps: int = 0, shifted: bool = True
) -> Evidence:
    """Verify that the clip starts here in the track."""
    place = plain_at(0, offset_s * STEPS_PER_S)
    references = stored(track)
    return examine(clip, references, place, reach_steps=reach_steps, shifted=shifted)


def test_the_right_place_has_all_peaks() -> None:
    """A clip has every peak of the track where it was cut, and few anywhere else."""
    clip = make_clip(excerpt(DENSE, 20, 10), 10)
    right, wrong = look(clip, TRACK, 20), look(clip, TRACK, 33)
    assert right.found == right.expected > 100
    assert right.score > 20 * max(1.0, wrong.score[0])


def test_another_track_scores_low() -> None:
    """What is not there is not found: chance explains the rest."""
    clip = make_clip(excerpt(DENSE, 20, 10), 10)
    scores = [look(clip, make_peaks(seed, 60), 20).score[0] for seed in range(100, 140)]
    assert max(scores) < 10


def test_chance_is_what_shifted_spans_have() -> None:
    """In a clip so full that every second cell is taken, chance is a half and nothing is proved."""
    full = look(make_clip(make_peaks(3, 10, 9000), 10), TRACK, 20)
    empty = look(make_clip(excerpt(TRACK, 20, 10), 10), TRACK, 20)
    assert full.chance[0] > 0.4
    assert empty.chance[0] < 0.03
    assert full.score[0] < 5


def test_chance_is_never_believed_to_be_nothing() -> None:
    """Without one shifted agreement the prior stands, so that scores stay finite."""
    found = look(make_clip(excerpt(TRACK, 0, 1), 1), excerpt(TRACK, 0, 1), 0)
    assert found.chance[0] <= PRIOR_FOUND / PRIOR_PEAKS
    assert np.isfinite(found.score[0])


def test_a_repetitive_track_has_to_agree_better() -> None:
    """A drone that agrees with itself at any shift scores less than music that does not."""
    time = np.arange(0, 60 * STEPS_PER_S, 2 * FINE_STEPS + 1)
    drone = sorted_peaks(time, np.full(len(time), 1600))
    clip = make_clip(excerpt(mixed(drone, TRACK), 20, 10), 10)
    monotonous = look(clip, drone, 20)
    assert monotonous.found == monotonous.expected
    assert monotonous.score[0] < look(clip, TRACK, 20).score[0]


@pytest.mark.parametrize("move", [-14, -8, 2, 10])
def test_a_place_is_moved_to_where_it_agrees_best(move: int) -> None:
    """Within its reach, a hypothesis slides to where the peaks agree."""
    clip = make_clip(excerpt(DENSE, 20, 10), 10)
    found = look(clip, TRACK, 20 + move / STEPS_PER_S, reach_steps=16)
    assert abs(found.hypotheses.offset[0] - 20 * STEPS_PER_S) < FINE_STEPS
    assert found.found == found.expected


def test_a_reach_beyond_the_chart_is_refused() -> None:
    """Further than a word of the chart nothing can be looked up, and nothing is tried."""
    clip = make_clip(excerpt(TRACK, 20, 10), 10)
    assert len(look(clip, TRACK, 20, reach_steps=MAX_REACH_STEPS).score) == 1
    with pytest.raises(ValueError, match="further"):
        look(clip, TRACK, 20, reach_steps=MAX_REACH_STEPS + 1)


@pytest.mark.parametrize("offset_s", [-1e9, -70.0, -5.0, 55.0, 59.99, 70.0, 1e9])
def test_a_clip_beyond_the_track_agrees_with_nothing(offset_s: float) -> None:
    """Off the edges fewer peaks are expected, far off none, and never a wrong memory is read."""
    found = look(make_clip(excerpt(DENSE, 20, 10), 10), TRACK, offset_s, reach_steps=14)
    assert 0 <= found.found[0] <= found.expected[0] <= len(TRACK)
    assert found.score[0] < 10


@pytest.mark.parametrize(("tempo", "pitch"), [(1.05, 1.0), (1.0, 0.98), (0.97, 1.03), (2.0, 0.95)])
def test_tempo_and_pitch_are_part_of_a_hypothesis(tempo: float, pitch: float) -> None:
    """A stretched clip agrees under its own tempo and pitch, to a few peaks at the edges."""
    clip = make_clip(excerpt(DENSE, 20, 10, tempo=tempo, pitch=pitch), 10)
    offset = one(20 * STEPS_PER_S)
    hypothesis = Hypotheses(np.zeros(1, np.int64), offset, one(tempo), one(pitch))
    references = stored(TRACK)
    found = examine(clip, references, hypothesis, reach_steps=0, shifted=True)
    assert found.found[0] > 0.9 * found.expected[0]
    assert found.score[0] > 100


def test_nothing_to_examine_gives_nothing() -> None:
    """No hypotheses, no constellation, an empty one: no error."""
    clip = make_clip(excerpt(TRACK, 20, 10), 10)
    none = np.empty(0, np.int64)
    nowhere = Hypotheses(none, none.astype(float), none.astype(float), none.astype(float))
    assert len(examine(clip, stored(), nowhere, reach_steps=14, shifted=True).score) == 0
    assert look(clip, excerpt(TRACK, 0, 0), 0, reach_steps=14).score == 0


def test_the_latest_peaks_of_a_constellation_with_long_silences_are_found() -> None:
    """Words that only move time on are no peaks, and none of their time is lost."""
    late = sorted_peaks(TRACK.time + 8191 * 7, TRACK.frequency)
    clip = make_clip(excerpt(TRACK, 20, 10), 10)
    found = look(clip, late, 20 + 8191 * 7 / STEPS_PER_S)
    assert found.found == found.expected > 100


@given(counts, counts, st.floats(0.01, 0.9))
def test_agreement_is_never_negative_and_zero_below_chance(
    expected: int, found: int, chance: float
) -> None:
    """Agreeing less than chance proves nothing."""
    found = min(found, expected)
    value = agreement(one(expected), one(found), one(chance))[0]
    assert value >= 0
    assert (value == 0) or found > chance * expected


@given(counts, counts, st.floats(0.01, 0.9))
def test_agreement_rises_with_what_is_found(expected: int, found: int, chance: float) -> None:
    """One peak more is never less evidence."""
    found = min(found, expected - 1)
    less, more = (agreement(one(expected), one(n), one(chance))[0] for n in (found, found + 1))
    assert more >= less


def test_peaks_of_one_moment_count_half_beyond_the_first() -> None:
    """A chord of many peaks weighs about half of as many single notes."""
    assert weighed(one(30), one(20), one(20)) == 30
    assert weighed(one(30), one(20), one(1)) == 15.75
    assert weighed(one(0), one(0), one(0)) == 0


def test_a_chord_proves_less_than_a_melody() -> None:
    """The same number of agreeing peaks is worth more when they come one after the other."""
    rng = np.random.default_rng(5)
    frequency = 200 + 12 * rng.permutation(240)
    melody = sorted_peaks(np.arange(240) * 40, frequency)
    chords = sorted_peaks(np.arange(240) // 12 * 480, frequency)
    scores = [look(make_clip(track, 20), track, 0).score[0] for track in (melody, chords)]
    assert 0.5 < scores[1] / scores[0] < 0.8


def test_pairs_are_the_peaks_that_agree() -> None:
    """Each reference peak of the span is listed, with the clip's nearest peak or none."""
    clip = make_clip(sorted_peaks(np.array([100, 103, 400]), np.array([800, 800, 900])), 2)
    track = sorted_peaks(np.array([602, 700, 900]), np.array([801, 2000, 905]))
    pairs = pair_up(clip, stored(track), plain_at(0, 500), 0)
    assert pairs.time.tolist() == [602, 700, 900]
    assert pairs.partner.tolist() == [1, -1, 2]


@pytest.mark.parametrize(
    ("apart", "across", "found"),
    [
        (FINE_STEPS, FREQUENCY_STEPS, 1),
        (FINE_STEPS + 1, 0, 0),
        (0, FREQUENCY_STEPS + 1, 0),
        (-FINE_STEPS, -FREQUENCY_STEPS, 1),
    ],
)
def test_a_peak_agrees_within_the_tolerances(apart: int, across: int, found: int) -> None:
    """As wide as the tolerances, and no wider."""
    clip = make_clip(sorted_peaks(np.array([200]), np.array([800])), 1)
    track = sorted_peaks(np.array([200 + apart]), np.array([800 + across]))
    pairs = pair_up(clip, stored(track), plain_at(0, 0), 0)
    assert (pairs.partner >= 0).sum() == found


def evidence(hypotheses: Hypotheses, score: list[float], rating: list[float]) -> Evidence:
    """Evidence with these scores and ratings."""
    numbers, unasked = np.array(score), np.full((len(score), TRAITS), np.nan)
    return Evidence(hypotheses, *(numbers,) * 5, np.array(rating), unasked)


def test_evidence_is_in_order_of_rating_then_score_then_track_then_place() -> None:
    """The best comes first; of equals the one with the lower number, then the earlier place."""
    reference = np.array([1, 0, 0, 2, 3])
    offset = np.array([5.0, 9, 3, 1, 0])
    hypotheses = Hypotheses(reference, offset, np.ones(5), np.ones(5))
    found = evidence(hypotheses, [7, 7, 7, 8, 1], [0, 0, 0, 0, 2])
    assert found.order().tolist() == [4, 3, 2, 1, 0]


def test_what_was_not_rated_comes_last() -> None:
    """Without a rating, a high score is only a promise."""
    two = Hypotheses(np.array([0, 1]), np.zeros(2), np.ones(2), np.ones(2))
    assert evidence(two, [99, 1], [-np.inf, -5]).order().tolist() == [1, 0]
    clip = make_clip(excerpt(TRACK, 20, 10), 10)
    assert look(clip, TRACK, 20).rating.tolist() == [-np.inf]


def test_evidence_can_be_joined_and_taken() -> None:
    """Rows keep together, and nothing adds nothing."""
    one, other = (
        evidence(plain_at(reference, 8.0), [4.0 * reference], [1.0]) for reference in (3, 5)
    )
    both = joined(one, nothing(), other)
    assert both.score.tolist() == [12, 20]
    assert both.traits.shape == (2, TRAITS)
    assert both.take(np.array([1])).hypotheses.reference.tolist() == [5]
    assert len(nothing().order()) == 0


def test_chance_in_the_mean_is_never_more_than_chance_with_its_outliers() -> None:
    """The loose score is the higher one: it forgives one shift that stands out."""
    drone = sorted_peaks(np.arange(0, 60 * STEPS_PER_S, 40), np.full(60 * STEPS_PER_S // 40, 1600))
    track = mixed(drone, TRACK)
    clip = make_clip(excerpt(mixed(track, make_peaks(7, 60, 20)), 20, 10), 10)
    for offset_s in (20.0, 23.0, 31.4):
        found = look(clip, track, offset_s)
        assert found.loose[0] >= found.score[0]
