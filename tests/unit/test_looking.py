from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest

from earmark.errors import LibraryUnavailableError
from earmark.library import Library
from earmark.live.looking import Looker, of_the_stream
from earmark.live.quota import Quotas
from earmark.params import Ladder, Params, QueryParams
from earmark.types import Identification, Relation, Status
from tests.live import match, silence

PLACE = "the library"


class Recorded:
    """A library that keeps what it is asked with, and knows nothing."""

    params = Params()

    def __init__(self) -> None:
        self.queries: list[QueryParams] = []
        self.fails = False

    def identify(self, _: object, *, sample_rate: int, query: QueryParams) -> Identification:
        """Keep the query."""
        assert sample_rate == self.params.peaks.sample_rate_hz
        self.queries.append(query)
        if self.fails:
            raise LibraryUnavailableError(PLACE, "it is gone")
        return Identification("<samples>", Status.NO_MATCH, 1.0, 0.0)


def looker(recorded: Recorded, quotas: Quotas | None = None, **query: Any) -> Looker:  # noqa: ANN401
    """A looker at it."""
    return Looker(cast("Library", recorded), QueryParams(**query), quotas)


def test_each_look_goes_further_than_the_one_before() -> None:
    """A glance has no time for more, a search no ladder; each spends its part of the rate."""
    recorded = Recorded()
    one = looker(recorded, far=0.01, ladder=Ladder.FULL, time_limit_s=5.0)
    one.glance(silence(1), 0.5)
    one.search(silence(1), 0.25, is_new=True)
    one.climb(silence(1), 0.25)
    asked = [(query.far, query.ladder, query.time_limit_s) for query in recorded.queries]
    assert asked == [
        (0.005, Ladder.OFF, 0.0),
        (0.0025, Ladder.OFF, 5.0),
        (0.0025, Ladder.FULL, 5.0),
    ]
    assert [len(query.glances) for query in recorded.queries] == [1, 2, 2]


def test_without_a_turn_nothing_is_asked_but_a_glance() -> None:
    """So a stream costs little when others have used up what there is."""
    recorded, quotas = Recorded(), Quotas()
    quotas.searches.spend(1e9)
    quotas.ladders.spend(1e9)
    one = looker(recorded, quotas)
    assert one.search(silence(1), 1.0, is_new=True) is None
    assert one.climb(silence(1), 1.0) is None
    assert one.glance(silence(1), 1.0).status is Status.NO_MATCH
    assert len(recorded.queries) == 1


def test_who_wants_no_ladder_waits_for_none() -> None:
    """A last look without it is a search, and has its turn among the searches."""
    recorded, quotas = Recorded(), Quotas()
    quotas.ladders.spend(1e9)
    assert looker(recorded, quotas, ladder=Ladder.OFF).climb(silence(1), 1.0) is not None
    assert looker(recorded, quotas, ladder=Ladder.FAST).climb(silence(1), 1.0) is None


def test_a_turn_that_fails_is_given_back() -> None:
    """Else nobody could search once a library had been away for a moment."""
    recorded, quotas = Recorded(), Quotas()
    one = looker(recorded, quotas)
    recorded.fails = True
    with pytest.raises(LibraryUnavailableError):
        one.search(silence(1), 1.0, is_new=True)
    recorded.fails = False
    assert one.search(silence(1), 1.0, is_new=True) is not None


def test_a_match_of_a_window_becomes_one_of_the_stream() -> None:
    """The stream is the clip then: its times are later, and the offset lies further back."""
    found = replace(match(), relation=Relation.VERSION, tempo=1.5, other_offsets_s=(7.0,))
    told = of_the_stream(found, 10.0)
    assert (told.clip_start_s, told.clip_end_s) == (15.0, 75.0)
    assert (told.offset_s, told.other_offsets_s) == (-19.0, (-8.0,))
    assert told.relation is Relation.BEST
