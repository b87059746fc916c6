"""Plays for the tests of their stores."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from earmark.operations.base import Play
from earmark.operations.recording import play_of
from tests.live import ended


def play(number: int = 0, **changes: object) -> Play:
    """A play of a minute, each five seconds after the one before."""
    made = play_of(ended())
    assert made is not None
    begun = made.started_at + timedelta(seconds=5 * number)
    ends = begun + timedelta(minutes=1)
    values = {"id": f"play-{number:03}", "started_at": begun, "ended_at": ends}
    return replace(made, **{**values, **changes})  # type: ignore[arg-type]
