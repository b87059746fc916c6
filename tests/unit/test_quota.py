from __future__ import annotations

from collections import Counter

from earmark.live.quota import FORGOTTEN_S, Place, Quota, Quotas


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """Tell the time in seconds."""
        return self.now


def test_a_quota_fills_with_time() -> None:
    """What was spent beyond it has to be waited for."""
    clock = Clock()
    quota = Quota(0.1, 1.0, clock)
    place = quota.place()
    assert place.begin()
    place.end(3.0)
    clock.now = 20.0
    assert not place.begin()
    clock.now = 21.0
    assert place.begin()


def test_a_quota_saves_up_no_more_than_it_holds() -> None:
    """A quiet week does not pay for a busy hour."""
    clock = Clock()
    quota = Quota(0.1, 1.0, clock)
    clock.now = 1e6
    place = quota.place()
    assert place.begin()
    place.end(1.5)
    assert not place.begin()


def test_so_many_turns_are_under_way_as_are_allowed() -> None:
    """The next begins when one has ended."""
    quota = Quota(1.0, 10.0, Clock(), at_once=2)
    first, second, third = quota.place(), quota.place(), quota.place()
    assert [one.begin() for one in (first, second, third)] == [True, True, False]
    first.end(0.0)
    assert third.begin()


def test_who_has_waited_longest_goes_first() -> None:
    """When little is left; who asks oftener gains nothing by it."""
    clock = Clock()
    quota = Quota(1.0, 0.5, clock)
    early = quota.place()
    clock.now = 1.0
    late = quota.place()
    quota.spend(0.6)
    assert not early.begin()
    clock.now = 1.15
    assert not late.begin()
    assert early.begin()


def test_new_sound_goes_before_what_is_unknown_for_long() -> None:
    """However long that has waited."""
    clock = Clock()
    quota = Quota(1.0, 0.5, clock)
    old = quota.place()
    clock.now = 1.0
    new = quota.place()
    quota.spend(0.6)
    assert not new.begin(is_new=True)
    clock.now = 1.15
    assert not old.begin(is_new=False)
    assert new.begin(is_new=True)


def test_who_asks_no_more_keeps_nobody_waiting() -> None:
    """A stream that has ended needs no turn."""
    clock = Clock()
    quota = Quota(0.1, 1.0, clock)
    gone = quota.place()
    quota.spend(1.0)
    assert not gone.begin()
    clock.now = FORGOTTEN_S
    quota.spend(0.45)
    clock.now += 0.2
    assert quota.place().begin()


def test_many_streams_have_turns_alike() -> None:
    """Of fifty that ask every second, in a fixed order, none has thrice as many as another."""
    clock = Clock()
    quota = Quota(0.4, 1.0, clock)
    places = [quota.place() for _ in range(50)]
    turns = _turns_of(places, clock, seconds=500)
    assert sum(turns.values()) * 0.2 > 0.9 * 0.4 * 500
    assert max(turns.values()) < 3 * min(turns[place] for place in places)


def _turns_of(places: list[Place], clock: Clock, seconds: int) -> Counter[Place]:
    """Let each ask once a second; a turn is a fifth of a second of work."""
    turns: Counter[Place] = Counter()
    for second in range(seconds):
        for number, place in enumerate(places):
            clock.now = second + number / len(places)
            if place.begin(is_new=False):
                turns[place] += 1
                place.end(0.2)
    return turns


def test_searches_and_ladders_have_quotas_of_their_own() -> None:
    """A ladder, which takes long, keeps no search waiting."""
    quotas = Quotas()
    quotas.ladders.spend(1e9)
    assert quotas.searches.place().begin()
    assert not quotas.ladders.place().begin()
