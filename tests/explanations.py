"""Made-up places for the tests of explanations."""

from __future__ import annotations

from typing import Any

from earmark.types import BestPlace, Match, Relation
from tests.timelines import track


def place(score: float, found: int, chance: float = 0.05, **manner: Any) -> BestPlace:  # noqa: ANN401 - numbers
    """A place of a track with 200 peaks there, of which the clip has some."""
    match = Match(
        *(Relation.BEST, track("A Song"), 0.5, score, 83.0, ()),
        *(0.0, 10.0, 83.0, 93.0, 1.0),
        **manner,
    )
    return BestPlace(match, 9.2, 200, found, chance)
