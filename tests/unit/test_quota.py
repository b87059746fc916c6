from __future__ import annotations

from earmark.live.quota import Quota


def test_a_quota_fills_with_time() -> None:
    """What was spent beyond it has to be waited for."""
    now = [0.0]
    quota = Quota(0.1, 1.0, lambda: now[0])
    assert quota.is_left()
    quota.spend(3.0)
    now[0] = 20.0
    assert not quota.is_left()
    now[0] = 21.0
    assert quota.is_left()


def test_a_quota_saves_up_no_more_than_it_holds() -> None:
    """A quiet week does not pay for a busy hour."""
    now = [0.0]
    quota = Quota(0.1, 1.0, lambda: now[0])
    now[0] = 1e6
    assert quota.is_left()
    quota.spend(1.5)
    assert not quota.is_left()
