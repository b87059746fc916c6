"""Tests of earmark.answers."""

from __future__ import annotations

import pytest

from earmark.answers import match_of
from earmark.matching.spans import Span
from earmark.matching.verdict import Found
from earmark.types import Match, Metadata, Relation, Source, Track

TRACK = Track(7, "0199", Metadata("Song"), Source(b"", b"", b""), 200.0, "", 5, b"")


def match_at(tempo: float, pitch: float, heard_s: float = 9.0) -> Match:
    """What is told of a clip with this tempo and pitch, of which so much agrees."""
    span = Span(0.5, 0.5 + heard_s, 83.5, 83.5 + heard_s, 0.9)
    return match_of(Found(7, Relation.BEST, 31.0, 0.99, 83.0, (100.0,), span, tempo, pitch), TRACK)


def test_a_match_tells_where_it_lies() -> None:
    """The track, the places and the stretch that agrees are told as they were found."""
    match = match_at(1.0, 1.0)
    assert (match.track, match.relation, match.confidence) == (TRACK, Relation.BEST, 0.99)
    assert (match.offset_s, match.other_offsets_s) == (83.0, (100.0,))
    assert (match.clip_start_s, match.track_end_s, match.coverage) == (0.5, 92.5, 0.9)


@pytest.mark.parametrize(
    ("tempo", "pitch", "told"),
    [
        (1.0, 1.0, (1.0, 1.0, 0.0)),
        (1.0011, 0.9991, (1.0, 1.0, 0.0)),
        (1.0787, 1.08004, (1.08, 1.08, 1.332)),
        (0.95, 1.0, (None, 0.95, 0.0)),
        (1.0, 2 ** (-2 / 12), (None, 1.0, -2.0)),
        (1.08, 2 ** (-2 / 12), (None, 1.08, -2.0)),
    ],
)
def test_one_change_of_speed_is_told_as_one(
    tempo: float, pitch: float, told: tuple[float | None, float, float]
) -> None:
    """Where tempo and pitch agree there is a speed, and all three agree; else there is none."""
    match = match_at(tempo, pitch)
    assert (match.speed, match.tempo, match.pitch_semitones) == told


@pytest.mark.parametrize(("heard_s", "told"), [(10.0, 1.006), (2.0, 1.0), (0.0, 1.0)])
def test_a_short_clip_tells_little_of_tempo(heard_s: float, told: float) -> None:
    """A difference of tempo counts from where it adds up to a drift that can be measured."""
    assert match_at(1.006, 1.0, heard_s).tempo == told


def test_estimates_are_told_finer_than_they_are_shown() -> None:
    """A tempo keeps a tenth of the 0.1 % that people see, and no tail of binary digits."""
    assert match_at(1.03141592, 1.0).tempo == 1.0314
