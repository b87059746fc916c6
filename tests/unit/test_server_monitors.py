from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from earmark.errors import ForbiddenError, OverloadedError, SourceError, UsageError
from earmark.library import Library
from earmark.live.quota import Quotas
from earmark.operations.base import PlayQuery
from earmark.operations.recording import play_of
from earmark.operations.sqlite import SqliteOperations
from earmark.params import QueryParams
from earmark.server.monitors import KEPT_EVENTS, Heard, Monitors, check_source
from earmark.server.options import Limits, ServerOptions
from tests.live import event, library

NOWHERE = "http://127.0.0.1:9/"


def test_events_are_numbered_as_they_were_told() -> None:
    """Whoever knows the last number is told what comes behind it, in parts if they want."""
    heard = Heard()
    assert heard.after(0) == (0, [])
    for number in range(1, 5):
        heard.add(event(id=f"event-{number}"))
    last, found = heard.after(1, most=2)
    assert (last, [one["id"] for one in found]) == (3, ["event-2", "event-3"])
    assert heard.after(4) == (4, [])


def test_the_oldest_events_are_let_go() -> None:
    """What is asked for goes on with the first that is kept."""
    heard = Heard()
    for number in range(KEPT_EVENTS + 3):
        heard.add(event(id=f"event-{number + 1}"))
    last, found = heard.after(1, most=1)
    assert (last, [one["id"] for one in found]) == (4, ["event-4"])
    assert heard.after(0)[0] == KEPT_EVENTS + 3


@pytest.mark.parametrize("place", ["", "-", "/etc/passwd", "file:///etc/passwd", "rtsp", "a=b"])
def test_what_is_no_station_is_refused(place: str) -> None:
    """Also to admins: a client opens no file."""
    with pytest.raises(UsageError):
        check_source(place, is_admin=True)


@pytest.mark.parametrize("place", ["http://", "https://[", "http://a:b:c/", "http://a:99999/"])
def test_an_address_must_be_well_formed(place: str) -> None:
    """Before anything is begun."""
    with pytest.raises(SourceError):
        check_source(place, is_admin=False)


@pytest.mark.parametrize("scheme", ["rtmp", "rtmps", "rtsp", "RTSPS", "udp", "rtp"])
def test_other_protocols_are_for_admins(scheme: str) -> None:
    """They go past Earmark's own client."""
    check_source(f"{scheme}://radio.example/x", is_admin=True)
    with pytest.raises(ForbiddenError):
        check_source(f"{scheme}://radio.example/x", is_admin=False)


def test_plays_are_kept_as_long_as_the_options_say(tmp_path: Path) -> None:
    """By the clock, whether anything is listened to or not; for good unless they say."""
    place = tmp_path / "plays.sqlite"
    now = datetime.now(UTC)
    with SqliteOperations(place) as plays:
        for days in (1, 3):
            begun = event(id=f"event-{days}", play_id=f"play-{days}", at=now - timedelta(days=days))
            play = play_of(begun)
            assert play is not None
            plays.write(play)
        for keep_days, kept in ((0.0, 2), (2.0, 1)):
            options = ServerOptions("memory:", tmp_path, operations=str(place), keep_days=keep_days)
            Monitors(Library.open("memory:"), options, Quotas()).forget_old()
            assert len(list(plays.plays(PlayQuery()))) == kept


def test_there_is_room_for_some_monitors_only(tmp_path: Path) -> None:
    """And each has a name of its own; one that is removed makes room."""
    options = ServerOptions("memory:", tmp_path, limits=Limits(monitors=2))
    monitors = Monitors(library(), options, Quotas())
    first = monitors.add(NOWHERE, "", QueryParams(), is_admin=False)
    assert first.name == NOWHERE
    with pytest.raises(UsageError, match="another name"):
        monitors.add(NOWHERE, "", QueryParams(), is_admin=False)
    monitors.add(NOWHERE, "second", QueryParams(), is_admin=False)
    with pytest.raises(OverloadedError):
        monitors.add(NOWHERE, "third", QueryParams(), is_admin=False)
    monitors.remove(first.id)
    monitors.add(NOWHERE, "third", QueryParams(), is_admin=False)
    assert [one.name for one in monitors.every()] == ["second", "third"]
    monitors.close()
    assert monitors.every() == []
