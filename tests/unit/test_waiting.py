"""Tests of earmark.live.waiting."""

from __future__ import annotations

from earmark.live.updates import Update, UpdateKind
from earmark.live.waiting import Waiting

SILENCE = Update(UpdateKind.SILENCE, 12.0, 10.0)
SOUND = Update(UpdateKind.SOUND, 15.0, 10.0, 15.0)
UNKNOWN = Update(UpdateKind.UNKNOWN, 20.0, 10.0)
ENDED = Update(UpdateKind.ENDED, 22.0, 0.0, 10.0)


def passed(waiting: Waiting, *updates: Update, heard_until_s: float | None) -> list[UpdateKind]:
    """What is let through."""
    return [one.kind for update in updates for one in waiting.passed(update, heard_until_s)]


def test_what_follows_a_track_waits_for_its_end() -> None:
    """And is told after it, in its order, as said then."""
    waiting = Waiting()
    assert passed(waiting, SILENCE, SOUND, UNKNOWN, heard_until_s=10.0) == []
    told = list(waiting.passed(ENDED, None))
    assert [one.kind for one in told] == [one.kind for one in (ENDED, SILENCE, SOUND, UNKNOWN)]
    assert {one.at_s for one in told} == {ENDED.at_s}


def test_what_a_track_outlasts_is_told_when_that_is_clear() -> None:
    """A pause in it was silent; but it was not unknown what played."""
    waiting = Waiting()
    passed(waiting, SILENCE, SOUND, UNKNOWN, heard_until_s=9.5)
    assert list(waiting.played_on(9.5, 21.0)) == []
    told = list(waiting.played_on(21.0, 22.0))
    assert [(one.kind, one.at_s) for one in told] == [(SILENCE.kind, 22.0), (SOUND.kind, 22.0)]
    assert list(waiting.played_on(23.0, 24.0)) == []


def test_nothing_waits_where_no_track_is_open() -> None:
    """Nor what began while the track was still heard, nor what is no more than likely."""
    candidate = Update(UpdateKind.CANDIDATE, 12.0, 11.0)
    assert passed(Waiting(), SILENCE, SOUND, UNKNOWN, heard_until_s=None) == [
        one.kind for one in (SILENCE, SOUND, UNKNOWN)
    ]
    assert passed(Waiting(), SILENCE, candidate, heard_until_s=10.5) == [
        SILENCE.kind,
        candidate.kind,
    ]
