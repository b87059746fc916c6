"""Tests of earmark.explaining.words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from earmark.explaining.words import other_words, place_s, place_words, reasons_of, sound_words
from earmark.types import BestPlace, Reason, Relation, Status
from tests.explanations import place


@pytest.mark.parametrize(
    ("status", "level_db", "peaks_hz", "best", "expected"),
    [
        (Status.IDENTIFIED, -60, 10, place(50, 190), [Reason.NAMED]),
        (Status.TOO_SHORT, -20, 100, None, [Reason.TOO_SHORT]),
        (Status.SILENT, -20, 0, None, [Reason.SILENT]),
        (Status.NO_MATCH, -20, 100, None, [Reason.NO_ALIGNMENT]),
        (Status.NO_MATCH, -20, 100, place(-2, 30), [Reason.NO_ALIGNMENT]),
        (Status.NO_MATCH, -20, 100, place(3, 15), [Reason.NO_ALIGNMENT]),
        (Status.NO_MATCH, -20, 100, place(3, 30), [Reason.BELOW_THRESHOLD]),
        (
            *(Status.NO_MATCH, -60, 10, place(3, 30)),
            [Reason.TOO_QUIET, Reason.FEW_PEAKS, Reason.BELOW_THRESHOLD],
        ),
    ],
)
def test_reasons_follow_from_the_numbers(
    status: Status, level_db: float, peaks_hz: float, best: BestPlace | None, expected: list[Reason]
) -> None:
    """One word if the clip was named; else all that may have kept it from that."""
    assert list(reasons_of(status, level_db, peaks_hz, best)) == expected


def test_a_sound_is_told_by_its_numbers() -> None:
    """Its length, its level and its peaks."""
    (words,) = sound_words(10, -23.2, 1250, (Reason.NAMED,))
    assert words == (
        "The clip lasts 10.0 s, at 23 dB below full scale, and has 1,250 peaks (125 a second)."
    )


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        (Reason.TOO_SHORT, "too short"),
        (Reason.SILENT, "silent"),
        (Reason.TOO_QUIET, "very quiet"),
        (Reason.FEW_PEAKS, "few peaks"),
    ],
)
def test_what_is_wrong_with_a_sound_is_told(reason: Reason, expected: str) -> None:
    """In a sentence of its own."""
    assert expected in list(sound_words(10, None, 5, (reason,)))[1]


def test_a_match_is_told_with_what_speaks_for_it() -> None:
    """Where, how many peaks, and by how much it is believed."""
    where, why = place_words(place(50, 190), (Reason.NAMED,))
    assert "at 83.0 s of “A Song” by Band: of the 200 peaks" in where
    assert "190 are heard (95%); on this music, chance would give 5%." in where
    assert why == (
        "That is believed: its score is 50.0 nats, 40.8 more than the 9.2 that it takes."
    )


def test_a_miss_is_told_with_what_is_missing() -> None:
    """By how much the score falls short."""
    _, why = place_words(place(3, 30), (Reason.BELOW_THRESHOLD,))
    assert "6.2 less than the 9.2" in why


def test_a_stranger_is_told_to_be_one() -> None:
    """Where nothing agrees, the music is not there, or is drowned; and no place is as plain."""
    _, why = place_words(place(-2, 30), (Reason.NO_ALIGNMENT,))
    assert "not in the library, or too little of it is heard" in why
    assert list(place_words(None, (Reason.NO_ALIGNMENT,))) == ["No place agrees with it at all."]


def test_a_change_is_told() -> None:
    """Tempo and pitch, as they are at the best place."""
    faster = place(50, 190, speed=None, tempo=1.03, pitch_semitones=0.512)
    where, _ = place_words(faster, (Reason.NAMED,))
    assert "with tempo +3.0 % and pitch +0.51 semitones" in where
    where, _ = place_words(place(50, 190, speed=0.965, tempo=0.965), (Reason.NAMED,))
    assert "with speed -3.5 %: of" in where


def test_of_silence_no_place_is_told() -> None:
    """There is nothing to compare."""
    assert list(place_words(None, (Reason.SILENT,))) == []


def test_a_clip_that_is_not_of_the_only_track_says_nothing_of_the_library() -> None:
    """The others were not asked."""
    _, why = place_words(place(-2, 30), (Reason.NO_ALIGNMENT,), alone=True)
    assert ("not of this track" in why, "library" in why) == (True, False)


def test_what_also_plays_is_told() -> None:
    """Where, and with which score."""
    other = replace(place(20, 90).match, relation=Relation.SIMULTANEOUS)
    (said,) = other_words([other])
    assert said == "“A Song” by Band also plays, at 83.0 s; its score is 20.0 nats."


def test_the_beginning_has_no_sign() -> None:
    """A place a hair before it is 0."""
    assert [place_s(-0.04), place_s(-0.06), place_s(83)] == ["0.0 s", "-0.1 s", "83.0 s"]
