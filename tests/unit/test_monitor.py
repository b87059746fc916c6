from __future__ import annotations

import time
from pathlib import Path

import pytest

from benchmarks.radio import Programme, Radio
from earmark.errors import UsageError
from earmark.live import reading
from earmark.live.events import Event, EventKind
from earmark.live.monitor import Monitor
from tests.live import RATE_HZ, library, pieces, sound, until
from tests.media import ADTS, MP3, Format, encode


def programme(how: Format, number: int) -> Programme:
    """A piece, encoded."""
    samples = sound(number, 0, 24)
    format_here = Format(how.container, how.codec, RATE_HZ)
    return Programme(encode(samples, format_here), 24.0, title="A - B")


def test_stations_are_heard_at_once_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each track starts within seconds, and goes on over a cut connection."""
    monkeypatch.setattr(reading, "FIRST_PAUSE_S", 0.2)
    events: list[Event] = []

    def started() -> list[Event]:
        return [one for one in events if one.kind is EventKind.TRACK_STARTED]

    with Radio({"a": programme(MP3, 0), "b": programme(ADTS, 1)}) as radio:
        places = [f"{name}={radio.url(name)}" for name in "ab"]
        with Monitor(library(), places, on_event=events.append, allow_private=True) as monitor:
            assert until(lambda: len(started()) == 2)
            radio.cut("a")
            assert until(lambda: [one.kind for one in events].count(EventKind.CONNECTED) == 3)
            assert not monitor.wait(2.0)
    titles = {one.station: one.match.track.metadata.title for one in started() if one.match}
    assert titles == {"a": pieces()[0].title, "b": pieces()[1].title}
    ends = [one for one in events if one.kind is EventKind.TRACK_ENDED]
    assert sorted(one.station for one in ends) == ["a", "b"]
    assert {one.play_id for one in ends} == {one.id for one in started()}
    assert {one.text for one in events if one.kind is EventKind.TITLE} == {"A - B"}


def test_files_are_heard_to_their_end(tmp_path: Path) -> None:
    """As fast as they can be read; then the monitor has nothing left to do."""
    path = tmp_path / "a.mp3"
    path.write_bytes(programme(MP3, 0).data)
    events: list[Event] = []
    with Monitor(library(), [str(path)], on_event=events.append) as monitor:
        assert monitor.wait(60)
    kinds = [one.kind for one in events]
    assert kinds == [
        EventKind.CONNECTED,
        EventKind.TRACK_STARTED,
        EventKind.TRACK_ENDED,
        EventKind.FINISHED,
    ]


def test_a_private_address_is_refused_unless_allowed() -> None:
    """And nothing is sent to it."""
    events: list[Event] = []
    with Monitor(library(), ["http://127.0.0.1:9/?t=hush"], on_event=events.append) as monitor:
        assert monitor.wait(30)
    (failed,) = events
    assert failed.kind is EventKind.FAILED
    assert "private" in str(failed.text)
    assert "hush" not in repr(failed)


def test_a_monitor_stops_soon() -> None:
    """Also while it waits for sound that does not come."""
    with Radio({"a": Programme(b"\0" * 90_000, 9_000.0)}) as radio:
        with Monitor(library(), [radio.url("a")], on_event=print, allow_private=True):
            time.sleep(0.3)
            began = time.monotonic()
        assert time.monotonic() - began < 10


@pytest.mark.parametrize("places", [[], ["a=x.mp3", "a=y.mp3"]])
def test_stations_have_names_of_their_own(places: list[str]) -> None:
    """Events could not be told apart otherwise."""
    with pytest.raises(UsageError):
        Monitor(library(), places, on_event=print)
