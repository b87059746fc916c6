"""Tests of earmark.evaluation.trials."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from earmark.evaluation.clips import RATE_HZ, Clip, Place, Tune
from earmark.evaluation.conditions import Condition, Sound
from earmark.evaluation.trials import Offset, Outcome, Trial, judge, sounds_same
from earmark.types import Identification, Match, Metadata, Relation, Source, Status, Track
from tests.music import pieces

CLEAN = Condition("clean", "", 3)
STRANGER = Condition("stranger", "music", 3, Sound.STRANGER)


@cache
def tune(number: int = 0) -> Tune:
    """A piece, followed by itself."""
    samples = pieces()[number].samples[: 10 * RATE_HZ]
    return Tune(f"t{number}", f"{number}.flac", np.concatenate([samples, samples]))


def match(track: str, offset_s: float = 2.0, **others: object) -> Match:
    """A match of the track with this id."""
    found = Track(1, track, Metadata(track.upper()), Source(b"", b"", b""), 20.0, "", 1, b"")
    basic = Match(Relation.BEST, found, 0.99, 30.0, offset_s, (), 0.0, 3.0, 2.0, 5.0, 1.0)
    return replace(basic, **others)  # type: ignore[arg-type]


def judged(
    *matches: Match, condition: Condition = CLEAN, candidates: tuple[Match, ...] = ()
) -> Trial:
    """What becomes of a clip of t0 at 2 s (and of t1 at 1 s, for a pair), with this answer."""
    names = ("t0", "t1") if condition.sound is Sound.PAIR else ("t0",)
    places = tuple(Place(name, name, 2.0 - n) for n, name in enumerate(names))
    clip = Clip(condition, 0, np.zeros(3 * RATE_HZ, np.float32), places)
    status = Status.IDENTIFIED if matches else Status.NO_MATCH
    answer = Identification("", status, 3.0, 5.0, matches, candidates)
    known = {one.id: one for one in (tune(), tune(1))}
    return judge(clip, answer, [tune(), tune(1)], known.get)


def test_the_right_track_is_a_hit() -> None:
    """The best match is the clip's track, at its place."""
    trial = judged(match("t0"))
    assert (trial.outcome, trial.offset, trial.is_best_right) == (Outcome.HIT, Offset.RIGHT, True)


def test_another_version_of_the_best_match_is_a_hit() -> None:
    """Whoever has a recording twice is told both, and either is right."""
    twin = match("t0", relation=Relation.VERSION)
    assert judged(match("t9"), twin).outcome is Outcome.HIT


def test_another_track_is_wrong() -> None:
    """Also if the right one plays at the same time: the best must be right."""
    second = match("t0", relation=Relation.SIMULTANEOUS)
    assert judged(match("t1"), second).outcome is Outcome.WRONG


def test_no_match_is_a_miss_even_if_the_candidate_is_right() -> None:
    """The candidate that was not accepted tells of the confidence only."""
    trial = judged(candidates=(match("t0", confidence=0.3),))
    assert (trial.outcome, trial.confidence, trial.is_best_right) == (Outcome.MISS, 0.3, True)


def test_a_stranger_is_rejected_or_accepted() -> None:
    """No match is right; any match is not."""
    assert judged(condition=STRANGER).outcome is Outcome.REJECTED
    assert judged(match("t1"), condition=STRANGER).outcome is Outcome.ACCEPTED


def test_a_stranger_whose_sound_the_track_has_is_none() -> None:
    """A remix that holds the very sound is a relative, whatever the catalogue calls it."""
    trial = judged(match("t0", 12.0), condition=STRANGER)
    assert (trial.outcome, trial.is_same_sound) == (Outcome.RELATED, True)


@pytest.mark.parametrize(
    ("said_s", "expected"),
    [(2.04, Offset.RIGHT), (12.0, Offset.REPEAT), (2.08, Offset.WRONG), (6.5, Offset.WRONG)],
)
def test_a_place_is_right_where_the_track_sounds_the_same(said_s: float, expected: Offset) -> None:
    """Within 50 ms, or at a repeat; a little beside the place is neither."""
    assert judged(match("t0", said_s)).offset is expected


def test_one_of_several_equal_places_is_right() -> None:
    """The true place may be among the others."""
    assert judged(match("t0", 7.0, other_offsets_s=(2.01,))).offset is Offset.RIGHT


def test_both_tracks_of_a_pair_are_looked_for() -> None:
    """Either is a hit; both are counted apart."""
    pair = Condition("overlap", "", 3, Sound.PAIR)
    one = judged(match("t1", 1.0), condition=pair)
    both = judged(match("t1", 1.0), match("t0", relation=Relation.SIMULTANEOUS), condition=pair)
    assert (one.outcome, one.offset, one.has_both) == (Outcome.HIT, Offset.RIGHT, False)
    assert both.has_both is True


def test_tempo_and_pitch_are_compared_with_the_truth() -> None:
    """A clip at 1.10 that is said to be at 1.12 is off by 1.8 %; places are not judged."""
    condition = Condition("tempo", "", 3, tempo=1.1, semitones=-2)
    trial = judged(match("t0", tempo=1.12, pitch_semitones=-1.5), condition=condition)
    assert trial.tempo_error == pytest.approx(0.01818, abs=1e-4)
    assert (trial.pitch_error_st, trial.offset) == (0.5, None)


@pytest.mark.parametrize("length_s", [2.0, 5.0])
def test_repeats_sound_the_same_and_other_places_do_not(length_s: float) -> None:
    """A piece and its copy agree, also a few milliseconds beside; two moments of it do not."""
    assert sounds_same(tune(), 1.0, tune(), 11.03, length_s)
    assert not sounds_same(tune(), 1.0, tune(), 4.7, length_s)
    assert not sounds_same(tune(), 1.0, tune(1), 1.0, length_s)
