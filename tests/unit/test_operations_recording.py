from __future__ import annotations

from datetime import datetime, timedelta

from earmark.live.events import EventKind
from earmark.operations.recording import PlayWriter, play_of
from earmark.operations.sqlite import SqliteOperations
from tests.live import ended, event, moment


def test_an_event_without_a_track_is_no_play() -> None:
    """Silences, titles and the like."""
    assert play_of(event(EventKind.UNKNOWN, match=None, play_id=None)) is None


def test_a_play_tells_of_its_track() -> None:
    """As it was known then, and where it was heard."""
    one = play_of(ended())
    assert one is not None
    assert (one.id, one.station, one.title) == ("event-1", "Rock", "Blue Kite")
    assert (one.isrc, one.external_id) == ("GBAYE0601498", "x7")
    assert (one.started_at, one.ended_at) == (moment(5), moment(5, 1))
    assert (one.track_start_s, one.track_end_s) == (1.0, 61.0)


def test_old_plays_are_forgotten_once_an_hour() -> None:
    """As they become too old."""
    now, dropped = [moment(0)], []

    class Store(SqliteOperations):
        """Notes what is to be forgotten."""

        def __init__(self) -> None:
            """Have no file."""

        def write(self, _: object) -> None:
            """Write nothing."""

        def drop_before(self, moment: datetime) -> int:
            """Note."""
            dropped.append(moment)
            return 0

    writer = PlayWriter(Store(), timedelta(days=1), lambda: now[0])
    for minutes in (0, 30, 60, 61):
        now[0] = moment(0) + timedelta(minutes=minutes)
        writer(event())
    yesterday = moment(0) - timedelta(days=1)
    assert dropped == [yesterday, yesterday + timedelta(hours=1)]
