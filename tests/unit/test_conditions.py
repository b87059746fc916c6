"""Tests of earmark.evaluation.conditions."""

from __future__ import annotations

import math

import pytest

from earmark.errors import UsageError
from earmark.evaluation.conditions import CONDITIONS, USUAL, Condition, Sound, at_speed, chosen


def test_every_condition_has_a_label_of_its_own() -> None:
    """Name, severity and length tell any two conditions apart."""
    assert len({condition.label for condition in CONDITIONS}) == len(CONDITIONS)


def test_the_usual_conditions_are_in_the_table() -> None:
    """No label of the list is misspelt, and unless others are asked for, these are measured."""
    assert {condition.label for condition in chosen()} == USUAL


def test_every_kind_of_trouble_is_among_the_usual() -> None:
    """Whoever asks for nothing special gets something of everything that is not a part."""
    parts = {"pink noise", "babble", "street"}
    assert {one.name for one in chosen()} == {one.name for one in CONDITIONS} - parts


def test_all_means_all() -> None:
    """With `everything`, nothing of the table is left out."""
    assert chosen(everything=True) == list(CONDITIONS)


def test_a_name_stands_for_all_severities() -> None:
    """A condition that is asked for by name comes in all its severities and lengths."""
    assert chosen(["speed"]) == [one for one in CONDITIONS if one.name == "speed"]


def test_strangers_may_be_asked_for_in_the_plural() -> None:
    """`strangers` means every clip of which no track is the right answer."""
    assert chosen(["strangers"]) == [one for one in CONDITIONS if not one.is_known]


def test_lengths_take_the_place_of_the_tables() -> None:
    """Each severity comes once in each length."""
    found = chosen(["dynamics"], [3, 7.5])
    assert [one.label for one in found] == [
        "dynamics clipped 12 dB 3 s",
        "dynamics clipped 12 dB 7.5 s",
        "dynamics radio 3 s",
        "dynamics radio 7.5 s",
    ]


def test_an_unknown_name_is_refused_with_all_that_are_known() -> None:
    """The error names what is wrong, and what there is."""
    with pytest.raises(UsageError, match=r"no condition nosie; there are clean, noise, room"):
        chosen(["nosie"])


@pytest.mark.parametrize("length_s", [0, -1, math.nan, math.inf])
def test_a_length_is_a_positive_number(length_s: float) -> None:
    """No clip has any other."""
    with pytest.raises(UsageError, match="more than 0 seconds"):
        chosen([], [length_s])


def test_speed_changes_tempo_and_pitch_alike() -> None:
    """Twelve percent faster is 1.12 times the tempo and 1.12 times the frequency."""
    faster = at_speed(Condition("speed", "+12 %", 10), 12)
    assert (faster.tempo, faster.pitch) == pytest.approx((1.12, 1.12))
    assert not faster.is_as_fast


def test_only_tracks_are_known() -> None:
    """Of tracks and pairs the answer is a track; of strangers and of no music it is none."""
    known = [Condition("", "", 1, sound).is_known for sound in Sound]
    assert known == [True, True, False, False]
