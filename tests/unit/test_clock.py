from __future__ import annotations

from earmark.live.clock import StreamClock
from earmark.units import posix_to_utc


def test_what_comes_late_sounded_earlier() -> None:
    """A server sends what it has buffered at once; the least delay is believed."""
    clock = StreamClock(is_live=True)
    clock.begin(0.0, 100.0)
    clock.note(4.0, 100.5)
    clock.note(5.0, 102.0)
    assert clock.at(5.0) == posix_to_utc(101.5)


def test_each_connection_has_its_own_delay() -> None:
    """What was heard before a connection failed is told by the clock of then."""
    clock = StreamClock(is_live=True)
    clock.begin(0.0, 100.0)
    clock.note(10.0, 110.0)
    clock.begin(20.0, 120.0)
    clock.note(26.0, 120.0)
    assert clock.at(10.0) == posix_to_utc(110.0)
    assert clock.at(26.0) == posix_to_utc(120.0)
    assert clock.is_unbroken(0.0, 19.0)
    assert not clock.is_unbroken(19.0, 20.0)


def test_a_clock_that_drifts_is_followed() -> None:
    """A station's seconds are not quite ours, and weeks are long."""
    clock = StreamClock(is_live=True)
    clock.begin(0.0, 0.0)
    for minute in range(60 * 24):
        clock.note(60.0 * minute, 60.06 * minute)
    last_s = 60.0 * (60 * 24 - 1)
    late = (posix_to_utc(last_s * 1.001) - clock.at(last_s)).total_seconds()
    assert 0 <= late < 1


def test_what_is_sent_faster_than_it_plays_keeps_its_own_time() -> None:
    """A recording on a server lasts as long as it lasts."""
    clock = StreamClock(is_live=True)
    clock.begin(0.0, 100.0)
    for minute in range(1, 60):
        clock.note(60.0 * minute, 100.0 + minute / 10)
    assert (clock.at(3000.0) - clock.at(1200.0)).total_seconds() == 1800


def test_a_file_is_timed_from_its_beginning() -> None:
    """However fast it is read."""
    clock = StreamClock(is_live=False)
    clock.begin(0.0, 100.0)
    clock.note(3600.0, 101.0)
    clock.begin(3600.0, 102.0)
    assert clock.at(1800.0) == posix_to_utc(1900.0)
