from __future__ import annotations

from earmark.params import Ladder, QueryParams
from earmark.server.routes.common import query_of, telling
from earmark.server.schemas import Alive, Hardness


def test_the_usual_query_is_that_of_the_library() -> None:
    """Nothing is asked differently over the network."""
    assert query_of(Hardness()) == QueryParams()


def test_a_query_is_as_hard_as_was_asked() -> None:
    """Each of the three is handed on."""
    wanted = Hardness(ladder=Ladder.FULL, far=0.01, time_limit_s=2)
    assert query_of(wanted) == QueryParams(far=0.01, ladder=Ladder.FULL, time_limit_s=2)


def test_a_route_tells_how_it_may_fail() -> None:
    """Always with the statuses that any route may answer with."""
    assert {200, 401, 403, 404, 422, 429} == set(telling(Alive, 404))
