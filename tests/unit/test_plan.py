from __future__ import annotations

import math

import pytest

from earmark.errors import UsageError
from earmark.live.plan import LookPlan


def test_the_looks_at_a_stretch_share_the_false_accept_rate() -> None:
    """All of them, and the one with the ladder, together spend it once."""
    plan = LookPlan()
    assert (len(plan.looks_s) + 1) * plan.share == pytest.approx(1)
    assert -math.log(plan.share) == pytest.approx(2.2, abs=0.01)


def test_an_hour_of_unknown_music_spends_what_is_told() -> None:
    """At the usual rate a false start is expected in no less than 88 hours."""
    plan = LookPlan()
    looks = 3600 / plan.later_every_s
    assert looks * plan.later_share * 1e-4 <= 1 / 88


@pytest.mark.parametrize(
    "values", [{"looks_s": ()}, {"looks_s": (2.0, 1.0)}, {"looks_s": (0.0,)}, {"hold_s": math.nan}]
)
def test_senseless_plans_are_refused(values: dict[str, object]) -> None:
    """Lengths rise, and times are positive numbers."""
    with pytest.raises(UsageError):
        LookPlan(**values)  # type: ignore[arg-type]


def test_the_longest_look_tells_how_much_is_kept() -> None:
    """Whichever it is."""
    assert LookPlan().longest_s == 10
    assert LookPlan(looks_s=(1.0,)).longest_s == 5
